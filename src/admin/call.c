#include "call.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin_private.h"
#include "sluice/base/clock.h"
#include "sluice/base/log.h"
#include "sluice/base/mem.h"

/* An answer is as large as what it shows; lists are at most 500 rows of at
 * most DOCUMENT_MAX.  This cap is the last resort. */
#define ANSWER_MAX (SIZE_C(1) << 30)
#define SIZE_C(n)  ((size_t)(n))
#define SHOWN_MAX  200 /* bytes of a text from outside in a message */

/* --- life ----------------------------------------------------------------- */

static void call_free(struct call *c)
{
	struct admin *a = c->admin;

	timer_stop(c->hub->loop, &c->timer);
	if (c->on_free != NULL)
		c->on_free(c);
	list_remove(&c->link);
	a->call_count--;
	json_decref(c->json);
	buf_release(&c->body);
	arena_release(&c->arena);
	free(c);
	admin_call_ended(a);
}

static void on_gone(struct http_request *r, void *data)
{
	struct call *c = data;

	(void)r;
	c->request = NULL;
	if (!c->started || c->next != NULL)
		call_free(c); /* its body never came whole, or its answer goes
				 nowhere */
	else if (c->on_gone != NULL)
		c->on_gone(c);
}

struct call *call_make(struct admin *a, struct http_request *r)
{
	struct call *c = mem_alloc(sizeof *c);

	c->admin = a;
	c->hub = a->hub;
	c->request = r;
	c->now = clock_now_ms();
	c->body = buf_make(ANSWER_MAX);
	list_append(&a->calls, &c->link);
	a->call_count++;
	http_request_set_data(r, c, on_gone);
	return c;
}

struct faults *call_faults(struct call *c)
{
	struct faults *f = arena_alloc(&c->arena, sizeof *f);

	faults_init(f, &c->arena);
	return f;
}

/* --- answers -------------------------------------------------------------- */

void answer_header(struct call *c, const char *name, const char *value)
{
	must(c->header_count < CALL_HEADERS_MAX);
	c->headers[c->header_count++] = (struct http_header){ name, value };
}

static const char *begin_answer(struct call *c)
{
	unsigned class = c->status / 100;

	if (class < STATUS_CLASSES)
		c->admin->answers[class]++;
	answer_header(c, "Cache-Control", "no-store");
	answer_header(c, "X-Content-Type-Options", "nosniff");
	return c->content_type != NULL ? c->content_type : "application/json";
}

static void send_answer(struct call *c)
{
	const char *type;

	if (c->body.full) {
		buf_clear(&c->body);
		c->status = 500;
		error_members(&c->body, 500, "INTERNAL_ERROR",
			"the answer would be too large: ask for fewer rows",
			NULL);
	}
	type = begin_answer(c);
	if (c->request != NULL)
		http_respond(c->request, c->status, type, c->headers,
			c->header_count, &c->body);
	call_free(c);
}

static enum http_step on_room(void *arg, struct buf *out)
{
	struct call *c = arg;
	enum http_step step = c->next(c, out);

	if (step == HTTP_END || step == HTTP_FAIL)
		call_free(c);
	return step;
}

void answer_stream(struct call *c, unsigned status,
	enum http_step (*next)(struct call *c, struct buf *out))
{
	const char *type;

	if (c->request == NULL)
		return call_free(c);
	c->status = status;
	c->next = next;
	type = begin_answer(c);
	http_respond_stream(c->request, c->status, type, c->headers,
		c->header_count, on_room, c);
}

void answer_now(struct call *c, unsigned status)
{
	c->status = status;
	send_answer(c);
}

static void on_commit(struct turn_waiter *w, enum err e, const struct diag *why)
{
	struct call *c = container_of(w, struct call, waiter);

	if (e != ERR_OK)
		return answer_err(c, e, why);
	if (c->committed != NULL)
		c->committed(c);
	send_answer(c);
}

void answer_after_commit(struct call *c, unsigned status)
{
	c->status = status;
	/* Many wait for one commit, and the body has done its work. */
	json_decref(c->json);
	c->json = NULL;
	turn_wait(c->hub, &c->waiter, on_commit);
}

static int put_chunk(const char *data, size_t len, void *arg)
{
	buf_put(arg, data, len);
	return 0;
}

void answer_put_json(struct call *c, json_t *value)
{
	must(value != NULL);
	(void)json_dump_callback(
		value, put_chunk, &c->body, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(value);
}

/* --- errors --------------------------------------------------------------- */

struct phrase {
	unsigned status;
	const char *text;
};

static const struct phrase phrases[] = {
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 413, "Payload Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 507, "Insufficient Storage" },
};

const char *status_phrase(unsigned status)
{
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
		if (phrases[i].status == status)
			return phrases[i].text;
	return "Error";
}

struct err_status {
	enum err e;
	unsigned status;
	const char *code;
};

static const struct err_status err_statuses[] = {
	{ ERR_CONFLICT, 409, "CONFLICT" },
	{ ERR_EXISTS, 409, "DUPLICATE_NAME" },
	{ ERR_NOT_FOUND, 404, "NOT_FOUND" },
	{ ERR_NO_SPACE, 507, "STORE_FULL" },
	{ ERR_STORE_FULL, 507, "STORE_FULL" },
};

void err_answer(enum err e, unsigned *status, const char **code)
{
	*status = 500;
	*code = "INTERNAL_ERROR";
	for (size_t i = 0; i < ARRAY_LEN(err_statuses); i++)
		if (err_statuses[i].e == e) {
			*status = err_statuses[i].status;
			*code = err_statuses[i].code;
		}
}

/* Without the rest of a character that was cut. */
static size_t whole_chars(const char *text, size_t len)
{
	while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
		len--;
	return len;
}

const char *shown(struct arena *arena, const char *text)
{
	if (strlen(text) <= SHOWN_MAX)
		return text;
	return arena_printf(
		arena, "%.*s...", (int)whole_chars(text, SHOWN_MAX), text);
}

static bool is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || c == '_';
}

/* `word` somewhere in `text`, not as a part of a longer one. */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = strstr(text, word); p != NULL;
		p = strstr(p + 1, word))
		if ((p == text || !is_word_char(p[-1])) &&
			!is_word_char(p[len]))
			return true;
	return false;
}

/* The fault's sentence with the field in it: readers of forms leave it out. */
static const char *fault_message(
	const struct faults *f, const struct fault *fault)
{
	const char *text = fault->message;
	bool verb = strncmp(text, "must ", 5) == 0 ||
		    strncmp(text, "needs ", 6) == 0;

	if (fault->field[0] == '\0' || has_word(text, fault->field))
		return text;
	return arena_printf(f->arena, "%s%s %s", shown(f->arena, fault->field),
		verb ? "" : ":", text);
}

const char *faults_message(const struct faults *f)
{
	const char *first = fault_message(f, &f->list[0]);

	if (f->count == 1)
		return first;
	return arena_printf(f->arena, "%zu faults; the first: %s",
		f->count + f->left_out, first);
}

static void put_fault(
	struct buf *out, const struct faults *f, const struct fault *fault)
{
	buf_text(out, "{\"code\":");
	put_text(out, fault->code);
	buf_text(out, ",\"field\":");
	put_text(out, fault->field);
	buf_text(out, ",\"message\":");
	put_text(out, fault_message(f, fault));
	buf_char(out, '}');
}

void error_members(struct buf *out, unsigned status, const char *code,
	const char *message, const struct faults *f)
{
	buf_printf(out, "\"status\":%u,\"error\":\"%s\",\"code\":\"%s\"",
		status, status_phrase(status), code);
	buf_text(out, ",\"message\":");
	put_text(out, message);
	buf_text(out, ",\"errors\":[");
	for (size_t i = 0; f != NULL && i < f->count; i++) {
		if (i > 0)
			buf_char(out, ',');
		put_fault(out, f, &f->list[i]);
	}
	buf_char(out, ']');
}

static void send_error(struct call *c, unsigned status, const char *code,
	const char *message, const struct faults *f)
{
	buf_clear(&c->body);
	buf_char(&c->body, '{');
	error_members(&c->body, status, code, message, f);
	buf_char(&c->body, '}');
	c->content_type = NULL;
	answer_now(c, status);
}

void answer_error(
	struct call *c, unsigned status, const char *code, const char *fmt, ...)
{
	char message[DIAG_SIZE + 1];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(message, sizeof message, fmt, args);
	va_end(args);
	/* One byte is kept back to see whether a character was cut. */
	if (strlen(message) == DIAG_SIZE)
		message[whole_chars(message, DIAG_SIZE - 1)] = '\0';
	send_error(c, status, code, message, NULL);
}

void answer_faults(struct call *c, const struct faults *f)
{
	send_error(c, 400, faults_code(f), faults_message(f), f);
}

void answer_err(struct call *c, enum err e, const struct diag *why)
{
	const char *text =
		why != NULL && why->text[0] != '\0' ? why->text : err_text(e);
	const char *code;
	unsigned status;

	err_answer(e, &status, &code);
	if (status >= 500)
		log_error("request failed: %s", text);
	send_error(c, status, code, text, NULL);
}

void answer_not_found(struct call *c, const char *what, const char *id)
{
	answer_error(c, 404, "NOT_FOUND", "there is no %s '%s'", what,
		shown(&c->arena, id));
}

/* --- small parts of bodies ------------------------------------------------ */

void put_time(struct buf *out, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	if (ms == 0)
		return buf_text(out, "null");
	buf_char(out, '"');
	buf_text(out, time_format(ms, TIME_ISO_MS, text));
	buf_char(out, '"');
}

void put_uuid(struct buf *out, struct uuid id)
{
	char text[UUID_TEXT_SIZE];

	buf_char(out, '"');
	buf_text(out, uuid_format(id, text));
	buf_char(out, '"');
}
