/* What only several values together, or the machine, can tell. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_internal.h"
#include "sluice/base/must.h"

/* Values that stand in a relation: the first may not be above the second. */
static const struct {
	const char *lower, *upper;
} relations[] = {
	{ "limits.row", "limits.bulkBody" },
	{ "limits.payload", "limits.mapSize" },
};

static const struct origin *origin_of(
	const struct loader *l, const struct option *o)
{
	return &l->origins[option_index(o)];
}

static uint64_t size_of(const struct loader *l, const struct option *o)
{
	must(o->type == OPTION_SIZE);
	return *(uint64_t *)option_member(o, l->config);
}

static void check_relations(struct loader *l)
{
	for (size_t i = 0; i < ARRAY_LEN(relations); i++) {
		const struct option *a =
			option_find(str_of(relations[i].lower));
		const struct option *b =
			option_find(str_of(relations[i].upper));
		const struct origin *at = origin_of(l, a);
		struct buf limit = buf_make(100);

		if (size_of(l, a) > size_of(l, b)) {
			size_format(size_of(l, b), &limit);
			fault_at(l, at->source == NULL ? origin_of(l, b) : at,
				"%s must not be above %s (%s)", a->key, b->key,
				limit.data);
		}
		buf_release(&limit);
	}
}

/* Address ----------------------------------------------------------------- */

bool config_split_address(struct str text, struct str *host, unsigned *port)
{
	const char *colon = memrchr(text.ptr, ':', text.len);
	unsigned char address[sizeof(struct in6_addr)];
	char name[INET6_ADDRSTRLEN];
	struct str after;
	uint64_t n;
	bool six;

	if (text.len == 0 || colon == NULL)
		return false;
	*host = (struct str){ text.ptr, (size_t)(colon - text.ptr) };
	after = (struct str){ colon + 1, text.len - host->len - 1 };
	six = host->len >= 2 && host->ptr[0] == '[' &&
	      host->ptr[host->len - 1] == ']';
	if (six)
		*host = (struct str){ host->ptr + 1, host->len - 2 };
	if (host->len >= sizeof name || !str_to_u64(after, 65535, &n))
		return false;
	memcpy(name, host->ptr, host->len);
	name[host->len] = '\0';
	*port = (unsigned)n;
	return inet_pton(six ? AF_INET6 : AF_INET, name, address) == 1;
}

static void check_listen(struct loader *l)
{
	const struct option *o = option_find(STR("listen"));
	struct config *config = l->config;
	struct str host;

	if (config_split_address(
		    str_of(config->listen), &host, &config->listen_port)) {
		config->listen_host = arena_dup(&config->memory, host);
		return;
	}
	config->listen_host = arena_dup(&config->memory, STR(""));
	fault_at(l, origin_of(l, o),
		"listen must be a numeric address and a port, as in "
		"127.0.0.1:8480 or [::1]:8480, not \"%.*s\"",
		STR_ARG(text_shown(str_of(config->listen))));
}

/* Pairs and empties ------------------------------------------------------- */

static void check_tls(struct loader *l)
{
	const struct option *certificate = option_find(STR("tls.certificate"));
	const struct option *key = option_find(STR("tls.key"));
	bool has_certificate = l->config->tls.certificate[0] != '\0';
	bool has_key = l->config->tls.key[0] != '\0';

	if (has_certificate && !has_key)
		fault_at(l, origin_of(l, certificate),
			"tls.certificate is set, so tls.key must be set, too");
	if (has_key && !has_certificate)
		fault_at(l, origin_of(l, key),
			"tls.key is set, so tls.certificate must be set, too");
}

void config_check_values(struct loader *l)
{
	const struct option *data_dir = option_find(STR("dataDir"));

	if (l->config->data_dir[0] == '\0')
		fault_at(
			l, origin_of(l, data_dir), "dataDir must not be empty");
	check_listen(l);
	check_tls(l);
	check_relations(l);
}

/* The machine ------------------------------------------------------------- */

static void machine_fault(struct config_faults *faults, const char *key,
	const char *path, const char *what)
{
	static const struct origin at = { .source = "this machine" };
	char *message =
		arena_printf(&faults->memory, "%s: %s: %s", key, path, what);

	fault_add(faults, false, &at, message);
}

static void check_readable(
	struct config_faults *faults, const char *key, const char *path)
{
	if (path[0] != '\0' && access(path, R_OK) != 0)
		machine_fault(faults, key, path, strerror(errno));
}

/* The folder itself, or the nearest one above it that is there. */
static void check_data_dir(struct config_faults *faults, const char *path)
{
	struct str at = str_of(path);
	struct stat st;

	for (;;) {
		const char *name = arena_dup(&faults->memory, at);
		const char *slash = memrchr(at.ptr, '/', at.len);

		if (at.len == 0)
			name = path[0] == '/' ? "/" : ".";
		if (stat(name, &st) == 0) {
			if (!S_ISDIR(st.st_mode))
				machine_fault(faults, "dataDir", name,
					"is not a folder");
			else if (access(name, W_OK | X_OK) != 0)
				machine_fault(faults, "dataDir", name,
					strerror(errno));
			return;
		}
		if (errno != ENOENT || at.len == 0) {
			machine_fault(faults, "dataDir", name, strerror(errno));
			return;
		}
		at.len = slash == NULL ? 0 : (size_t)(slash - at.ptr);
	}
}

bool config_check_machine(
	const struct config *config, struct config_faults *faults)
{
	size_t errors = faults->errors;

	check_readable(faults, "tls.certificate", config->tls.certificate);
	check_readable(faults, "tls.key", config->tls.key);
	check_data_dir(faults, config->data_dir);
	return faults->errors == errors;
}
