#include "sluice/text/xml_records.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "sluice/base/buf.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/text/charset.h"

/* libxml2 is fed in pieces of this size, and watched in between. */
#define PIECE 4096

/* What it may hold back because the end has not come yet.  Tags are short: the
 * time for their attributes grows with the square of the length. */
#define TAG_MAX   ((size_t)16 << 10)
#define WHOLE_MAX ((size_t)256 << 10) /* comments, CDATA sections */

/* Different names in a document: libxml2 keeps each of them to the end. */
#define NAMES_MAX 10000

#define SHOWN_MAX 100 /* bytes of a name that a message repeats */

#define XINCLUDE "http://www.w3.org/2001/XInclude"

/* Where in `text` a field lies. */
struct span {
	size_t name, name_len, start, len;
};

struct queued {
	uint64_t line;
	size_t first, count; /* in `spans` */
};

enum level {
	OUTSIDE,
	IN_ROOT,
	IN_RECORD,
	IN_FIELD
};

struct xml_records {
	struct xml_records_options options;
	xmlParserCtxt *parser;
	enum level level;
	bool mark, begun, last, ended, failed;
	size_t mark_len; /* bytes of a byte order mark so far */
	size_t in_piece; /* bytes since the parser was looked at */
	struct diag why;

	/* Names and texts of the records that are done and wait, then those of
	 * the one that is being read. */
	struct buf text;
	struct span *spans;
	size_t span_count, span_cap;
	struct queued *queue;
	size_t queue_count, queue_cap, taken;
	size_t open_text, open_span; /* where the open record begins */
	uint64_t open_line;

	struct xml_field *view; /* of the record that was taken last */
	size_t view_cap;
};

/* --- errors --------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void fail(
	struct xml_records *x, enum err e, const char *fmt, ...)
{
	char text[DIAG_SIZE];
	va_list args;

	if (x->failed)
		return;
	x->failed = true;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	diag_set(&x->why, e, "line %d: %s", xmlSAX2GetLineNumber(x->parser),
		text);
	xmlStopParser(x->parser);
}

static struct str text_of(const xmlChar *s)
{
	return str_of((const char *)s);
}

/* As much of a text as a message repeats. */
static struct str shown(struct str s)
{
	if (s.len > SHOWN_MAX)
		s.len = SHOWN_MAX;
	while (s.len > 0 && !str_is_utf8(s))
		s.len--;
	return s;
}

/* The declared one, which libxml2 obeys before it asks. */
static void check_encoding(struct xml_records *x)
{
	const xmlParserInput *in = x->parser->input;
	const xmlChar *own = in == NULL ? NULL : in->encoding;
	struct str name = text_of(own != NULL ? own : x->parser->encoding);

	for (size_t i = 0; i < CHARSET_COUNT; i++)
		if (str_eq_nocase(name, str_of(charset_name((enum charset)i))))
			return;
	if (name.len > 0 && !str_eq_nocase(name, STR("US-ASCII")) &&
		!str_eq_nocase(name, STR("ASCII")))
		fail(x, ERR_INVALID,
			"the encoding %.*s is not read; save the file as UTF-8",
			STR_ARG(shown(name)));
}

/* libxml2's own faults.  A name space that was never declared is none for us:
 * names are local names. */
static void on_error(void *arg, xmlErrorPtr error)
{
	struct xml_records *x = arg;
	struct str text = str_of(error->message);
	const char *end;

	if (error->level != XML_ERR_FATAL || error->message == NULL)
		return;
	check_encoding(x);
	end = memchr(text.ptr, '\n', text.len);
	if (end != NULL)
		text.len = (size_t)(end - text.ptr);
	fail(x, ERR_INVALID, "not well-formed XML: %.*s", STR_ARG(shown(text)));
}

/* What libxml2 would print on stderr, such as bytes that iconv refuses: it
 * comes to on_error(), too. */
static void on_print(void *arg, const char *fmt, ...)
{
	(void)arg, (void)fmt;
}

static void on_doctype(
	void *arg, const xmlChar *name, const xmlChar *id, const xmlChar *uri)
{
	(void)name, (void)id, (void)uri;
	fail(arg, ERR_INVALID,
		"a DOCTYPE is not allowed; take it out of the file");
}

/* --- records -------------------------------------------------------------- */

static void *grown(void *list, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return list;
	*cap = *cap == 0 ? 16 : 2 * *cap;
	return mem_resize(list, *cap * size);
}

/* To the open record's bytes; false: there are too many of them. */
static bool keep(struct xml_records *x, struct str s)
{
	if (x->text.len - x->open_text + s.len > x->options.max_record) {
		fail(x, ERR_LIMIT, "a record is longer than %zu bytes",
			x->options.max_record);
		return false;
	}
	buf_str(&x->text, s);
	must(!x->text.full);
	return true;
}

static void open_root(struct xml_records *x, struct str name)
{
	if (str_eq(name, str_of(x->options.root)))
		return;
	fail(x, ERR_INVALID, "expected <%s>, found <%.*s>", x->options.root,
		STR_ARG(shown(name)));
}

static void open_record(struct xml_records *x, struct str name)
{
	if (!str_eq(name, str_of(x->options.record)))
		fail(x, ERR_INVALID, "expected <%s> in <%s>, found <%.*s>",
			x->options.record, x->options.root,
			STR_ARG(shown(name)));
	x->open_text = x->text.len;
	x->open_span = x->span_count;
	x->open_line = (uint64_t)xmlSAX2GetLineNumber(x->parser);
}

static void open_field(struct xml_records *x, struct str name)
{
	struct span *s;

	if (x->span_count - x->open_span == x->options.max_fields) {
		fail(x, ERR_LIMIT, "a record has more than %zu fields",
			x->options.max_fields);
		return;
	}
	x->spans =
		grown(x->spans, x->span_count, &x->span_cap, sizeof *x->spans);
	s = &x->spans[x->span_count++];
	*s = (struct span){ .name = x->text.len, .name_len = name.len };
	keep(x, name);
	s->start = x->text.len;
}

static void open_too_deep(struct xml_records *x, struct str name)
{
	fail(x, ERR_INVALID, "<%.*s> stands inside of a field of <%s>",
		STR_ARG(shown(name)), x->options.record);
}

static void on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
	const xmlChar *uri, int spaces, const xmlChar **space, int attributes,
	int defaulted, const xmlChar **attribute)
{
	static void (*const open[])(struct xml_records *, struct str) = {
		[OUTSIDE] = open_root,
		[IN_ROOT] = open_record,
		[IN_RECORD] = open_field,
		[IN_FIELD] = open_too_deep,
	};
	struct xml_records *x = arg;

	(void)prefix, (void)spaces, (void)space;
	(void)attributes, (void)defaulted, (void)attribute;
	if (x->failed)
		return;
	if (uri != NULL && str_eq(text_of(uri), STR(XINCLUDE)))
		fail(x, ERR_INVALID, "XInclude is not allowed");
	open[x->level](x, text_of(name));
	if (!x->failed)
		x->level++;
}

static void close_record(struct xml_records *x)
{
	x->queue = grown(
		x->queue, x->queue_count, &x->queue_cap, sizeof *x->queue);
	x->queue[x->queue_count++] = (struct queued){ x->open_line,
		x->open_span, x->span_count - x->open_span };
	x->open_text = x->text.len;
	x->open_span = x->span_count;
}

static void on_end(void *arg, const xmlChar *name, const xmlChar *prefix,
	const xmlChar *uri)
{
	struct xml_records *x = arg;

	(void)name, (void)prefix, (void)uri;
	if (x->failed)
		return;
	if (x->level == IN_FIELD)
		x->spans[x->span_count - 1].len =
			x->text.len - x->spans[x->span_count - 1].start;
	else if (x->level == IN_RECORD)
		close_record(x);
	else
		x->ended = true;
	x->level--;
}

static void on_text(void *arg, const xmlChar *text, int len)
{
	struct xml_records *x = arg;
	struct str s = { (const char *)text, (size_t)len };

	if (x->failed)
		return;
	if (x->level == IN_FIELD)
		keep(x, s);
	else if (str_trim(s).len > 0)
		fail(x, ERR_INVALID, "text between the elements of <%s>",
			x->options.root);
}

/* --- life ----------------------------------------------------------------- */

static void on_document(void *arg)
{
	check_encoding(arg);
}

static xmlSAXHandler handler_of(void)
{
	return (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.startDocument = on_document,
		.internalSubset = on_doctype,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.serror = on_error,
	};
}

struct xml_records *xml_records_create(
	const struct xml_records_options *options)
{
	struct xml_records *x = mem_alloc(sizeof *x);
	xmlSAXHandler handler = handler_of();

	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, on_print);
	x->options = *options;
	x->text = buf_make(SIZE_MAX / 4);
	x->parser = xmlCreatePushParserCtxt(&handler, x, NULL, 0, NULL);
	must(x->parser != NULL);
	xmlCtxtUseOptions(x->parser, XML_PARSE_NONET);
	return x;
}

void xml_records_destroy(struct xml_records *x)
{
	if (x == NULL)
		return;
	xmlFreeParserCtxt(x->parser);
	buf_release(&x->text);
	free(x->spans);
	free(x->queue);
	free(x->view);
	free(x);
}

/* --- feeding -------------------------------------------------------------- */

/* Drops what was taken; the open record moves to the front. */
static void forget_taken(struct xml_records *x)
{
	size_t text = x->open_text, span = x->open_span;

	must(x->taken == x->queue_count);
	x->taken = x->queue_count = 0;
	if (text > 0)
		buf_drop(&x->text, text);
	for (size_t i = span; i < x->span_count; i++) {
		struct span s = x->spans[i];

		s.name -= text;
		s.start -= text;
		x->spans[i - span] = s;
	}
	x->span_count -= span;
	x->open_text = x->open_span = 0;
}

/* The parser guesses encodings by the first bytes; with a '<' (or blanks)
 * first, and no NUL after it, there is nothing to guess but UTF-8. */
static void check_beginning(struct xml_records *x, struct str s)
{
	static const char mark[] = "\xEF\xBB\xBF";

	while (s.len > 0 && x->mark_len < 3 && *s.ptr == mark[x->mark_len]) {
		x->mark_len++;
		s.ptr++;
		s.len--;
	}
	if (s.len == 0)
		return;
	x->begun = true;
	if ((unsigned char)*s.ptr >= 0xFE)
		fail(x, ERR_INVALID,
			"UTF-16 is not read; save the file as UTF-8");
	else if (x->mark_len % 3 != 0 || strchr("< \t\r\n", *s.ptr) == NULL)
		fail(x, ERR_INVALID, "an XML document begins with <");
}

/* What is the parser in the middle of? */
static const char *unfinished(const struct xml_records *x)
{
	const xmlParserInput *in = x->parser->input;

	if (x->parser->instate == XML_PARSER_CDATA_SECTION)
		return "CDATA section";
	return in->end - in->cur > 1 && (in->cur[1] == '!' || in->cur[1] == '?')
		       ? "comment"
		       : "tag";
}

static void check_backlog(struct xml_records *x)
{
	const xmlParserInput *in = x->parser->input;
	size_t len = (size_t)(in->end - in->cur);
	const char *what = unfinished(x);
	size_t max = strcmp(what, "tag") == 0 ? TAG_MAX : WHOLE_MAX;

	if (len > max)
		fail(x, ERR_LIMIT, "a %s is longer than %zu bytes", what, max);
	else if (xmlDictSize(x->parser->dict) > NAMES_MAX)
		fail(x, ERR_LIMIT, "more than %d different names", NAMES_MAX);
}

static void parse(struct xml_records *x, struct str s, bool last)
{
	if (x->failed)
		return;
	xmlParseChunk(x->parser, s.ptr, (int)s.len, last);
	/* Out of memory is told by this alone. */
	if (x->parser->disableSAX != 0 || x->parser->wellFormed == 0)
		fail(x, ERR_INVALID, "not well-formed XML");
}

/* What stands before a NUL byte is read. */
static void parse_piece(struct xml_records *x, struct str s)
{
	const char *nul = memchr(s.ptr, '\0', s.len);

	if (!x->begun)
		check_beginning(x, s);
	parse(x,
		(struct str){
			s.ptr, nul == NULL ? s.len : (size_t)(nul - s.ptr) },
		false);
	if (nul != NULL)
		fail(x, ERR_INVALID,
			"a NUL byte; the file is damaged, or not UTF-8");
	else if (!x->failed && x->in_piece == 0)
		check_backlog(x);
}

/* Pieces end at the same bytes of the file however it was cut into chunks. */
static struct str cut_piece(struct xml_records *x, struct str *chunk)
{
	struct str piece = *chunk;

	if (piece.len > PIECE - x->in_piece)
		piece.len = PIECE - x->in_piece;
	x->in_piece = (x->in_piece + piece.len) % PIECE;
	chunk->ptr += piece.len;
	chunk->len -= piece.len;
	return piece;
}

void xml_records_feed(struct xml_records *x, struct str chunk, bool last)
{
	must(!x->last);
	x->last = last;
	forget_taken(x);
	while (!x->failed && chunk.len > 0)
		parse_piece(x, cut_piece(x, &chunk));
	if (last)
		parse(x, STR(""), true);
	if (last && !x->ended)
		fail(x, ERR_INVALID, "the document has no end");
}

/* --- taking --------------------------------------------------------------- */

static struct str view(const struct xml_records *x, size_t start, size_t len)
{
	return (struct str){ buf_view(&x->text).ptr + start, len };
}

enum xml_kind xml_records_next(struct xml_records *x, struct xml_record *record)
{
	const struct queued *q;

	if (x->taken == x->queue_count) {
		if (x->failed)
			return XML_ERROR;
		return x->last ? XML_END : XML_MORE;
	}
	q = &x->queue[x->taken++];
	if (q->count > x->view_cap) {
		x->view_cap = q->count;
		x->view = mem_resize(x->view, q->count * sizeof *x->view);
	}
	for (size_t i = 0; i < q->count; i++) {
		const struct span *s = &x->spans[q->first + i];

		x->view[i].name = view(x, s->name, s->name_len);
		x->view[i].text = view(x, s->start, s->len);
	}
	*record = (struct xml_record){ q->line, x->view, q->count };
	return XML_RECORD;
}

enum err xml_records_error(const struct xml_records *x, struct diag *why)
{
	if (why != NULL)
		*why = x->why;
	return x->why.code;
}

const char *xml_library_version(char out[XML_VERSION_SIZE])
{
	uint64_t n = 0; /* 20914 is 2.9.14; a suffix may follow */
	struct str digits = { xmlParserVersion, 0 };

	digits.len = strspn(digits.ptr, "0123456789");
	if (!str_to_u64(digits, 999999, &n))
		n = 0;
	snprintf(out, XML_VERSION_SIZE, "%u.%u.%u", (unsigned)(n / 10000),
		(unsigned)(n / 100 % 100), (unsigned)(n % 100));
	return out;
}
