/* A store in a directory of its own, and shorthands. */
#ifndef TEST_STORE_FIXTURE_H
#define TEST_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../src/store/internal.h"
#include "sluice/base/mem.h"

struct fixture {
	char dir[64];
	struct store *store;
	struct diag why;
};

static inline struct store_options fixture_options(
	const struct fixture *f, size_t map_size)
{
	return (struct store_options){ .dir = f->dir,
		.map_size = map_size,
		.exclusive = true,
		.with_secrets = true };
}

static inline void fixture_open(struct fixture *f)
{
	struct store_options o = fixture_options(f, 1u << 30);

	if (store_open(&f->store, &o, &f->why) != ERR_OK)
		fail_msg("%s", f->why.text);
}

static inline void fixture_make_dir(struct fixture *f)
{
	unsetenv("SLUICE_SECRET_KEY");
	snprintf(f->dir, sizeof f->dir, "/tmp/sluice-store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
}

static inline int fixture_setup(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);

	fixture_make_dir(f);
	fixture_open(f);
	/* What is tested here doesn't need the disk. */
	mdb_env_set_flags(f->store->env, MDB_NOSYNC, 1);
	*state = f;
	return 0;
}

static inline void fixture_remove_dir(const char *dir)
{
	char *command = mem_printf("rm -rf '%s'", dir);

	assert_int_equal(system(command), 0);
	free(command);
}

static inline int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	fixture_remove_dir(f->dir);
	free(f);
	return 0;
}

static inline void fixture_reopen(struct fixture *f)
{
	store_close(f->store);
	fixture_open(f);
}

static inline struct txn *fixture_write(struct fixture *f)
{
	struct txn *t;

	assert_int_equal(store_write(f->store, &t), ERR_OK);
	return t;
}

static inline void fixture_commit(struct fixture *f)
{
	if (store_commit(f->store, &f->why) != ERR_OK)
		fail_msg("%s", f->why.text);
	store_end_turn(f->store);
}

static inline char *fixture_path(const struct fixture *f, const char *name)
{
	return mem_printf("%s/%s", f->dir, name);
}

/* An id that was made at `ms`, with a number in it. */
static inline struct uuid fixture_id(int64_t ms, uint32_t n)
{
	struct uuid id = uuid_floor(ms);

	id.bytes[12] = (uint8_t)(n >> 24);
	id.bytes[13] = (uint8_t)(n >> 16);
	id.bytes[14] = (uint8_t)(n >> 8);
	id.bytes[15] = (uint8_t)n;
	return id;
}

/* A small generator of its own, so that a failure comes again. */
static inline uint32_t fixture_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(*seed >> 33);
}

#endif
