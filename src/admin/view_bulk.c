/* POST /v1/orders/bulk: one order per line, one result per order (contract
 * 2.3).
 *
 * What comes within one turn of the loop shares its transaction; the lines'
 * results are kept aside until it is on disk, and say so when it isn't.  A
 * slice of lines holds the loop for a few milliseconds at most; then the body
 * pauses until the next turn. */
#include <stdlib.h>

#include "admin_private.h"
#include "event_answer.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/text/json_tree.h"
#include "views.h"

#define SLICE_NS     UINT64_C(5000000)
#define RESULT_SPARE (1u << 20)

/* Results are kept until the end: an eighth of the body's limit is several
 * times what orders of a kilobyte need; the rest is for many short lines. */
#define RESULTS_MAX(bulk_body) ((size_t)(bulk_body) / 8 + (64u << 20))

/* The result of one line within `fresh`. */
struct bulk_result {
	uint64_t line;
	const char *reference; /* in turn_arena; "" */
	size_t start;          /* in fresh */
	bool stored;           /* hangs on the commit */
};

struct bulk {
	struct call *call;
	struct buf line; /* the beginning of a line that isn't whole yet */
	uint64_t number; /* of that line, from 1 */
	uint64_t taken;  /* bytes of the body */
	bool skipping;   /* the line is too long: up to its end */
	bool stopped;    /* no more lines are read */
	bool paused, ended;

	/* this turn */
	bool in_turn;
	uint64_t until_ns;
	struct turn_waiter waiter;
	struct buf fresh;
	struct bulk_result *results;
	size_t result_count, result_cap;
	struct arena turn_arena, line_arena;

	struct buf out; /* all that is settled */
};

/* --- results -------------------------------------------------------------- */

static void add_result(struct bulk *b, const char *reference, bool stored)
{
	if (b->result_count == b->result_cap) {
		b->result_cap = b->result_cap * 2 + 64;
		b->results = mem_resize(
			b->results, b->result_cap * sizeof *b->results);
	}
	b->results[b->result_count++] = (struct bulk_result){ b->number,
		arena_dup(&b->turn_arena, str_of(reference)), b->fresh.len,
		stored };
}

static void put_head(struct buf *out, uint64_t line, const char *reference)
{
	buf_printf(out, "{\"line\":%llu,", (unsigned long long)line);
	if (*reference == '\0')
		return;
	buf_text(out, "\"reference\":");
	put_text(out, reference);
	buf_char(out, ',');
}

static void put_error(
	struct bulk *b, const char *reference, const struct event_answer *a)
{
	add_result(b, reference, false);
	put_head(&b->fresh, b->number, reference);
	error_members(&b->fresh, a->status, a->code, a->message, a->faults);
	buf_text(&b->fresh, "}\n");
}

static void put_stored(struct bulk *b, const char *reference, unsigned status)
{
	add_result(b, reference, true);
	put_head(&b->fresh, b->number, reference);
	buf_printf(&b->fresh, "\"status\":%u}\n", status);
}

/* The commit failed: the lines that hung on it are errors now. */
static void settle_failed(struct bulk *b, enum err e, const struct diag *why)
{
	struct str fresh = buf_view(&b->fresh);
	const char *code;
	unsigned status;

	err_answer(e, &status, &code);
	for (size_t i = 0; i < b->result_count; i++) {
		const struct bulk_result *r = &b->results[i];
		size_t end = i + 1 < b->result_count ? b->results[i + 1].start
						     : fresh.len;

		if (!r->stored) {
			buf_put(&b->out, fresh.ptr + r->start, end - r->start);
			continue;
		}
		put_head(&b->out, r->line, r->reference);
		error_members(&b->out, status, code,
			why->text[0] != '\0' ? why->text : err_text(e), NULL);
		buf_text(&b->out, "}\n");
	}
}

/* --- one line ------------------------------------------------------------- */

static void put_malformed(struct bulk *b, const struct json_problem *p)
{
	struct event_answer a = { .status = 400, .code = "MALFORMED_JSON" };

	a.message = arena_printf(&b->line_arena,
		"the line is not JSON: column %u: %s", p->place.column,
		p->text);
	put_error(b, "", &a);
}

static void store_order(struct bulk *b, const json_t *order)
{
	const char *name =
		json_string_value(json_object_get(order, "reference"));
	struct faults *f = arena_alloc(&b->line_arena, sizeof *f);
	struct diag why = { .text = "" };
	enum event_result result;
	struct event_answer a;

	faults_init(f, &b->line_arena);
	result = event_put(b->call->hub, EXPORT_ORDER, order, NULL,
		&b->call->caller.scope, f, &why, NULL);
	a = event_answer(result, f, &why);
	name = name == NULL ? "" : name;
	if (result == EVENT_CREATED || result == EVENT_UPDATED)
		put_stored(b, name, a.status);
	else
		put_error(b, name, &a);
}

static void take_line(struct bulk *b, struct str line)
{
	struct json_problem problem;
	json_t *order;

	line = str_trim(line);
	if (line.len == 0)
		return;
	order = json_tree(line, &problem);
	if (order == NULL)
		put_malformed(b, &problem);
	else
		store_order(b, order);
	json_decref(order);
	arena_reset(&b->line_arena);
}

static void put_too_large(struct bulk *b, const char *message)
{
	struct event_answer a = { 413, "PAYLOAD_TOO_LARGE", message, NULL };

	put_error(b, "", &a);
}

/* Reads no further: this line's result tells it. */
static void stop(struct bulk *b, const char *message)
{
	put_too_large(b, message);
	b->stopped = true;
}

/* --- the body, as it comes ------------------------------------------------ */

static void begin_slice(struct bulk *b);

/* The bytes up to the end of the line, or all there are. */
static void take_part(struct bulk *b, struct str part, bool whole)
{
	if (!b->skipping && b->line.len == 0 && whole &&
		part.len <= b->line.max) {
		take_line(b, part); /* without a copy */
	} else if (!b->skipping) {
		buf_str(&b->line, part);
		if (b->line.full) {
			b->skipping = true;
			put_too_large(b, "the line is longer than limits.row");
		} else if (whole) {
			take_line(b, buf_view(&b->line));
		}
	}
	if (!whole)
		return;
	b->skipping = false;
	buf_clear(&b->line);
	b->number++;
}

static size_t take_some(struct bulk *b, struct str data)
{
	const char *end = memchr(data.ptr, '\n', data.len);
	size_t len = end == NULL ? data.len : (size_t)(end - data.ptr);

	take_part(b, (struct str){ data.ptr, len }, end != NULL);
	return len + (end != NULL);
}

static bool over_limits(struct bulk *b)
{
	if (b->taken > b->call->admin->options.bulk_body)
		stop(b, "the body is longer than limits.bulkBody: this line "
			"and all after it were not read");
	else if (b->out.len + b->fresh.len + RESULT_SPARE > b->out.max)
		stop(b, "too many results: this line and all after it were "
			"not read");
	return b->stopped;
}

static size_t on_piece(struct http_request *r, struct str data)
{
	struct call *c = http_request_data(r);
	struct bulk *b = c->state;
	size_t done = 0;

	if (b->stopped)
		return data.len;
	begin_slice(b);
	while (done < data.len && clock_monotonic_ns() < b->until_ns) {
		size_t took = take_some(
			b, (struct str){ data.ptr + done, data.len - done });

		done += took;
		b->taken += took;
		if (over_limits(b))
			return data.len;
	}
	b->paused = done == 0;
	return done;
}

static void on_end(struct http_request *r)
{
	struct call *c = http_request_data(r);
	struct bulk *b = c->state;

	begin_slice(b);
	if (!b->stopped && !b->skipping)
		take_line(b, buf_view(&b->line));
	b->ended = true;
}

/* --- turns ---------------------------------------------------------------- */

static void answer(struct bulk *b)
{
	struct call *c = b->call;

	buf_release(&c->body);
	c->body = b->out;
	b->out = buf_make(0);
	c->content_type = "application/x-ndjson";
	answer_now(c, 200);
}

static void on_next_turn(struct timer *t)
{
	struct call *c = container_of(t, struct call, timer);
	struct bulk *b = c->state;

	b->paused = false;
	http_request_resume_body(c->request);
}

static void on_turn(struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct bulk *b = container_of(w, struct bulk, waiter);

	if (e == ERR_OK)
		buf_str(&b->out, buf_view(&b->fresh));
	else
		settle_failed(b, e, why);
	buf_clear(&b->fresh);
	b->result_count = 0;
	arena_reset(&b->turn_arena);
	b->in_turn = false;
	if (b->ended || b->call->request == NULL)
		answer(b);
	else if (b->paused)
		timer_set(b->call->hub->loop, &b->call->timer, 0, on_next_turn);
}

static void begin_slice(struct bulk *b)
{
	if (b->in_turn)
		return;
	b->in_turn = true;
	b->until_ns = clock_monotonic_ns() + SLICE_NS;
	turn_wait(b->call->hub, &b->waiter, on_turn);
}

/* --- begin and end -------------------------------------------------------- */

static void on_gone(struct call *c)
{
	struct bulk *b = c->state;

	if (!b->in_turn)
		answer(b); /* goes nowhere, and frees */
}

static void bulk_free(struct call *c)
{
	struct bulk *b = c->state;

	buf_release(&b->line);
	buf_release(&b->fresh);
	buf_release(&b->out);
	arena_release(&b->turn_arena);
	arena_release(&b->line_arena);
	free(b->results);
	free(b);
}

static struct bulk *bulk_make(struct call *c)
{
	const struct admin_options *o = &c->admin->options;
	struct bulk *b = mem_alloc(sizeof *b);

	b->call = c;
	b->number = 1;
	b->line = buf_make((size_t)o->bulk_line);
	b->fresh = buf_make(RESULTS_MAX(o->bulk_body));
	b->out = buf_make(RESULTS_MAX(o->bulk_body));
	c->state = b;
	c->on_gone = on_gone;
	c->on_free = bulk_free;
	return b;
}

void bulk_orders(struct call *c)
{
	const char *length = http_request_header(c->request, "Content-Length");
	uint64_t max = c->admin->options.bulk_body, n;

	if (length != NULL && !str_to_u64(str_of(length), max, &n))
		return answer_error(c, 413, "PAYLOAD_TOO_LARGE",
			"the body is larger than %llu bytes (limits.bulkBody)",
			(unsigned long long)max);
	(void)bulk_make(c);
	http_request_stream_body(c->request, on_piece, on_end);
}
