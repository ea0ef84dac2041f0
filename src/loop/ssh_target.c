#include "sluice/loop/ssh_target.h"

#include <stdlib.h>

#include "sluice/base/mem.h"

#define FILES_DEFAULT 64
#define FILES_MAX     1024 /* their requests must fit in SFTP_OUT_MAX */

const struct ssh_timeouts ssh_timeouts_default = {
	.resolve = 10000,
	.connect = 10000,
	.handshake = 20000,
	.authenticate = 20000,
	.open = 20000,
	.idle = 60000,
	.close = 2000,
	.keepalive = 30000,
	.pool_idle = 60000,
};

static uint64_t or_default(uint64_t value, uint64_t fallback)
{
	return value != 0 ? value : fallback;
}

static struct ssh_timeouts complete(struct ssh_timeouts t)
{
	const struct ssh_timeouts *d = &ssh_timeouts_default;

	return (struct ssh_timeouts){
		.resolve = or_default(t.resolve, d->resolve),
		.connect = or_default(t.connect, d->connect),
		.handshake = or_default(t.handshake, d->handshake),
		.authenticate = or_default(t.authenticate, d->authenticate),
		.open = or_default(t.open, d->open),
		.idle = or_default(t.idle, d->idle),
		.close = or_default(t.close, d->close),
		.keepalive = or_default(t.keepalive, d->keepalive),
		.pool_idle = or_default(t.pool_idle, d->pool_idle),
	};
}

struct ssh_target *ssh_target_copy(const struct ssh_target *t)
{
	struct ssh_target *copy = mem_alloc(sizeof *copy);
	const char **keys = mem_alloc((t->host_key_count + 1) * sizeof *keys);

	for (size_t i = 0; i < t->host_key_count; i++)
		keys[i] = mem_strdup(t->host_keys[i]);
	*copy = *t;
	copy->name = mem_strdup(t->name != NULL ? t->name : t->hostname);
	copy->hostname = mem_strdup(t->hostname);
	copy->username = mem_strdup(t->username);
	copy->password = mem_strdup(t->password);
	copy->private_key = mem_strdup(t->private_key);
	copy->private_key_passphrase = mem_strdup(t->private_key_passphrase);
	copy->host_keys = keys;
	copy->max_files = t->max_files == 0          ? FILES_DEFAULT
			  : t->max_files > FILES_MAX ? FILES_MAX
						     : t->max_files;
	copy->timeouts = complete(t->timeouts);
	return copy;
}

/* The copy owns its texts although their type says that nobody changes them. */
static void drop(const char *text)
{
	free((char *)(uintptr_t)text);
}

static void drop_secret(const char *text)
{
	mem_free_secret((char *)(uintptr_t)text);
}

void ssh_target_destroy(struct ssh_target *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->host_key_count; i++)
		drop(t->host_keys[i]);
	free((void *)(uintptr_t)t->host_keys);
	drop(t->name);
	drop(t->hostname);
	drop(t->username);
	drop_secret(t->password);
	drop_secret(t->private_key);
	drop_secret(t->private_key_passphrase);
	free(t);
}
