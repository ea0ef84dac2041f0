/* One request of the API, from its head to its answer.
 *
 * A handler ends every path with exactly one answer_*() call, at once or
 * later; after that it must not touch the call any more.  Whoever changed
 * something answers with answer_after_commit().
 *
 * When the client goes away first, `request` becomes NULL, `on_gone` (if set)
 * is told, and the handler goes on to its answer all the same, which then goes
 * nowhere: so nothing that has to follow a change gets lost. */
#ifndef SLUICE_ADMIN_CALL_H
#define SLUICE_ADMIN_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/arena.h"
#include "sluice/base/buf.h"
#include "sluice/base/uuid.h"
#include "sluice/jobs/turn.h"
#include "sluice/loop/http_server.h"
#include "sluice/loop/timer.h"
#include "sluice/model/api_key.h"
#include "sluice/model/fault.h"
#include "sluice/store/page.h"

#define CALL_PARAMS_MAX  2
#define CALL_HEADERS_MAX 8

struct admin;
struct hub;
struct route;

/* Who asks. */
struct caller {
	const char *name;
	enum role role;
	uint8_t hash[SHA256_SIZE]; /* of the key */
	struct store_scope scope;  /* what of it the key sees */
	bool by_cookie;
};

/* A query parameter, decoded. */
struct param {
	const char *name, *value;
	struct param *next;
};

struct call {
	struct link link; /* in admin->calls */
	struct admin *admin;
	struct hub *hub;
	struct http_request *request; /* NULL: the client went away */
	const struct route *route;
	struct arena arena;
	struct caller caller;
	const char *path[CALL_PARAMS_MAX]; /* the {..} of the route, decoded */
	struct param *query;
	int64_t now;  /* ms */
	json_t *json; /* the body of routes that take one; owned */
	bool started; /* the handler has taken it on */
	void *state;  /* the handler's own */
	void (*on_gone)(struct call *c);
	void (*on_free)(struct call *c);
	struct timer timer; /* the handler's own */

	/* the answer */
	unsigned status;
	const char *content_type;
	struct http_header headers[CALL_HEADERS_MAX];
	size_t header_count;
	struct buf body; /* the handler writes it */
	size_t rows;     /* of a list (query.h) so far */
	struct turn_waiter waiter;
	void (*committed)(struct call *c);
	enum http_step (*next)(struct call *c, struct buf *out); /* streamed */
};

struct call *call_make(struct admin *a, struct http_request *r);

/* A list of faults in the call's arena, empty. */
struct faults *call_faults(struct call *c);

/* --- answers -------------------------------------------------------------- */

/* `value` must live until the answer: a literal or in the arena. */
void answer_header(struct call *c, const char *name, const char *value);

/* Sends c->body (JSON unless content_type was set). */
void answer_now(struct call *c, unsigned status);

/* The same, once what this turn wrote is on disk; `committed` (may be NULL) is
 * called right before.  When the commit fails, the answer is its error. */
void answer_after_commit(struct call *c, unsigned status);

/* The same in pieces, for answers of any length (http_respond_stream()): `next`
 * appends about HTTP_PIECE bytes of it, each time in a turn of its own, read
 * with that turn's transaction; where it goes on is for c->state to know.
 * After HTTP_END and HTTP_FAIL the call is gone.  When the client goes away it
 * ends without a word: on_free gives back what it holds, on_gone isn't called.
 */
void answer_stream(struct call *c, unsigned status,
	enum http_step (*next)(struct call *c, struct buf *out));

/* Puts `value` (taken over) into c->body. */
void answer_put_json(struct call *c, json_t *value);

/* {"status","error","code","message","errors":[]} of contract section 2. */
void answer_error(struct call *c, unsigned status, const char *code,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void answer_faults(struct call *c, const struct faults *f); /* 400 */

/* The answer for an error of a lower floor. */
void answer_err(struct call *c, enum err e, const struct diag *why);

void answer_not_found(struct call *c, const char *what, const char *id);

/* --- the bodies of errors, for those who embed them ----------------------- */

const char *status_phrase(unsigned status); /* "Bad Request" */

/* Which status and code an error of a lower floor has in answers. */
void err_answer(enum err e, unsigned *status, const char **code);

/* The members of an error body without the braces; `f` may be NULL. */
void error_members(struct buf *out, unsigned status, const char *code,
	const char *message, const struct faults *f);

/* A text from outside as messages show it: of a long one only the beginning,
 * and "...". */
const char *shown(struct arena *arena, const char *text);

/* What people read about all faults at once. */
const char *faults_message(const struct faults *f);

/* --- small parts of bodies ------------------------------------------------ */

void put_time(struct buf *out, int64_t ms); /* quoted; null for 0 */
void put_uuid(struct buf *out, struct uuid id);
static inline void put_text(struct buf *out, const char *s)
{
	buf_json_string(out, str_of(s));
}

#endif
