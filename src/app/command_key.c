/* sluice key add | list | revoke.  They work beside a running gateway: it
 * looks keys up in the database at each request. */
#include <stdio.h>
#include <stdlib.h>

#include "sluice/app/commands.h"
#include "sluice/base/clock.h"
#include "sluice/base/crypto.h"
#include "sluice/base/mem.h"
#include "sluice/store/record_config.h"

#define NAME_MAX_LEN 255

static int failed(const struct diag *why)
{
	fprintf(stderr, "sluice: %s\n", why->text);
	return EXIT_FAILED;
}

static struct store *open_store(
	const struct config *config, bool must_exist, struct diag *why)
{
	struct store_options options = {
		.dir = config->data_dir,
		.map_size = (size_t)config->limits.map_size,
		.must_exist = must_exist,
	};
	struct store *s;

	return store_open(&s, &options, why) == ERR_OK ? s : NULL;
}

/* Printable, so that a list of names can't play with the terminal. */
static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];

		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return name.len > 0 && name.len <= NAME_MAX_LEN && str_is_utf8(name);
}

/* --- add ------------------------------------------------------------------ */

/* One run of ids with line breaks between them. */
static bool join_stores(
	const char *const *stores, size_t n, struct buf *out, struct diag *why)
{
	for (size_t i = 0; i < n; i++) {
		struct str id = str_of(stores[i]);

		if (id.len == 0 || id.len > NAME_MAX_LEN ||
			memchr(id.ptr, '\n', id.len) != NULL) {
			(void)diag_set(why, ERR_INVALID,
				"--store takes the external id of a store, 1 "
				"to %d bytes in one line",
				NAME_MAX_LEN);
			return false;
		}
		if (i > 0)
			buf_char(out, '\n');
		buf_str(out, id);
	}
	return true;
}

static enum err write_key(
	struct store *s, const struct api_key *key, struct diag *why)
{
	struct txn *t;
	enum err e = store_write(s, &t);

	if (e != ERR_OK)
		return diag_set(
			why, e, "opening the database: %s", err_text(e));
	e = record_key_put(t, key, false);
	if (e == ERR_EXISTS) {
		store_abort(s);
		return diag_set(why, e,
			"there is a key with the name %.*s already; revoke it "
			"first, or choose another name",
			STR_ARG(key->name));
	}
	/* Any other error is sticky, and the commit says what it was. */
	return store_commit(s, why);
}

static int add_key(const struct config *config, struct api_key *key)
{
	struct buf text = buf_make(128);
	uint8_t random[32];
	struct diag why;
	struct store *s = open_store(config, false, &why);
	int exit_code = EXIT_OK;

	if (s == NULL)
		return failed(&why);
	crypto_random(random, sizeof random);
	api_key_text(random, &text);
	crypto_sha256(buf_view(&text), key->hash);
	if (write_key(s, key, &why) == ERR_OK) {
		printf("%s\n", text.data);
		fprintf(stderr, "This is the only time that the key is shown: "
				"only its hash is stored.\n");
	} else {
		exit_code = failed(&why);
	}
	mem_wipe(random, sizeof random);
	mem_wipe(text.data, text.len);
	buf_release(&text);
	store_close(s);
	return exit_code;
}

int command_key_add(const struct config *config, const char *name,
	const char *role, const char *const *stores, size_t n)
{
	struct buf joined = buf_make(1u << 20);
	struct api_key key = { .name = str_of(name),
		.created_at = clock_now_ms() };
	struct diag why;
	int exit_code = EXIT_USAGE;

	if (!is_name(key.name))
		fprintf(stderr,
			"sluice: --name takes 1 to %d bytes of printable "
			"UTF-8\n",
			NAME_MAX_LEN);
	else if (!role_parse(str_of(role), &key.role))
		fprintf(stderr,
			"sluice: there is no role %s; the roles are %s, %s and "
			"%s\n",
			role, role_name(ROLE_READER), role_name(ROLE_USER),
			role_name(ROLE_ADMIN));
	else if (!join_stores(stores, n, &joined, &why))
		(void)failed(&why);
	else {
		key.stores = buf_view(&joined);
		exit_code = add_key(config, &key);
	}
	buf_release(&joined);
	return exit_code;
}

/* --- list ----------------------------------------------------------------- */

#define ROW_FORMAT "%-24.*s  %-15s  %-16s  %-24s  %s\n"

static const char *stores_text(struct str stores, struct buf *out)
{
	if (stores.len == 0)
		return "all";
	buf_clear(out);
	for (size_t i = 0; i < stores.len; i++) {
		if (stores.ptr[i] == '\n')
			buf_char(out, ',');
		else
			buf_char(out, stores.ptr[i]);
	}
	return buf_view(out).ptr;
}

static bool print_key(void *arg, const struct api_key *key)
{
	char created[TIME_TEXT_SIZE], used[TIME_TEXT_SIZE] = "never";

	time_format(key->created_at, TIME_ISO_MS, created);
	if (key->last_used_at != 0)
		time_format(key->last_used_at, TIME_ISO_MS, used);
	printf(ROW_FORMAT, STR_ARG(key->name), role_name(key->role),
		stores_text(key->stores, arg), created, used);
	return true;
}

int command_key_list(const struct config *config)
{
	struct buf stores = buf_make(1u << 20);
	struct diag why;
	struct store *s = open_store(config, true, &why);

	if (s == NULL)
		return failed(&why);
	printf(ROW_FORMAT, 4, "NAME", "ROLE", "STORES", "CREATED", "LAST USED");
	record_key_each(store_read(s), print_key, &stores);
	store_end_turn(s);
	store_close(s);
	buf_release(&stores);
	return EXIT_OK;
}

/* --- revoke --------------------------------------------------------------- */

static enum err revoke(struct store *s, const char *name, struct diag *why)
{
	struct txn *t;
	enum err e = store_write(s, &t);

	if (e != ERR_OK)
		return diag_set(
			why, e, "opening the database: %s", err_text(e));
	e = record_key_delete(t, str_of(name));
	if (e == ERR_NOT_FOUND) {
		store_abort(s);
		return diag_set(why, e,
			"there is no key with the name %s; `sluice key list` "
			"shows them",
			name);
	}
	return store_commit(s, why);
}

int command_key_revoke(const struct config *config, const char *name)
{
	struct diag why;
	struct store *s = open_store(config, true, &why);
	enum err e;

	if (s == NULL)
		return failed(&why);
	e = revoke(s, name, &why);
	store_close(s);
	return e == ERR_OK ? EXIT_OK : failed(&why);
}
