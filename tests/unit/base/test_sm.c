#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sluice/base/sm.h"

enum {
	IDLE,
	BUSY,
	DONE
};

static const struct sm_state states[] = {
	[IDLE] = { "idle", SM_BIT(BUSY) | SM_BIT(DONE) },
	[BUSY] = { "busy", SM_BIT(BUSY) | SM_BIT(DONE) },
	[DONE] = { "done", 0 },
};

static int moves, last_from;

static void count_move(struct sm *m, int from)
{
	(void)m;
	moves++;
	last_from = from;
}

static void listed_edges_are_taken(void **state)
{
	struct sm m;

	(void)state;
	sm_on_move = count_move;
	sm_init(&m, "test", NULL, states);
	assert_string_equal(sm_state_name(&m), "idle");
	sm_move(&m, BUSY);
	sm_move(&m, BUSY);
	sm_move(&m, DONE);
	assert_string_equal(sm_state_name(&m), "done");
	assert_int_equal(moves, 3);
	assert_int_equal(last_from, BUSY);
	sm_on_move = NULL;
}

/* In a child, since it aborts. */
static void other_edges_abort(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct sm m;

		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		sm_init(&m, "test", "x", states);
		sm_move(&m, DONE);
		sm_move(&m, IDLE);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listed_edges_are_taken),
		cmocka_unit_test(other_edges_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
