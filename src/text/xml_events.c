/* What libxml2 says about a document becomes records, or an error. */
#include <stdarg.h>
#include <stdio.h>

#include <libxml/xmlerror.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "sluice/text/charset.h"
#include "xml_private.h"

#define SHOWN_MAX 100 /* bytes of a name that a message repeats */

#define XINCLUDE "http://www.w3.org/2001/XInclude"

/* --- errors --------------------------------------------------------------- */

void xml_fail(struct xml_records *x, enum err e, const char *fmt, ...)
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
		xml_fail(x, ERR_INVALID,
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
	xml_fail(x, ERR_INVALID, "not well-formed XML: %.*s",
		STR_ARG(shown(text)));
}

/* Such as bytes that iconv refuses: they come to on_error(), too. */
void xml_print_nothing(void *arg, const char *fmt, ...)
{
	(void)arg, (void)fmt;
}

static void on_doctype(
	void *arg, const xmlChar *name, const xmlChar *id, const xmlChar *uri)
{
	(void)name, (void)id, (void)uri;
	xml_fail(arg, ERR_INVALID,
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

/* To the open record's bytes, unless there are too many of them. */
static void keep(struct xml_records *x, struct str s)
{
	if (x->text.len - x->open_text + s.len > x->options.max_record) {
		xml_fail(x, ERR_LIMIT, "a record is longer than %zu bytes",
			x->options.max_record);
		return;
	}
	buf_str(&x->text, s);
	must(!x->text.full);
}

static void open_root(struct xml_records *x, struct str name)
{
	if (str_eq(name, str_of(x->options.root)))
		return;
	xml_fail(x, ERR_INVALID, "expected <%s>, found <%.*s>", x->options.root,
		STR_ARG(shown(name)));
}

static void open_record(struct xml_records *x, struct str name)
{
	if (!str_eq(name, str_of(x->options.record)))
		xml_fail(x, ERR_INVALID, "expected <%s> in <%s>, found <%.*s>",
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
		xml_fail(x, ERR_LIMIT, "a record has more than %zu fields",
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
	xml_fail(x, ERR_INVALID, "<%.*s> stands inside of a field of <%s>",
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
		xml_fail(x, ERR_INVALID, "XInclude is not allowed");
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

/* libxml2 lets some bytes pass that are no UTF-8, such as overlong forms in
 * CDATA. */
static void close_field(struct xml_records *x)
{
	struct span *s = &x->spans[x->span_count - 1];

	s->len = x->text.len - s->start;
	if (!str_is_utf8((struct str){
		    x->text.data + s->name, x->text.len - s->name }))
		xml_fail(x, ERR_INVALID,
			"not well-formed XML: bytes that are not UTF-8");
}

static void on_end(void *arg, const xmlChar *name, const xmlChar *prefix,
	const xmlChar *uri)
{
	struct xml_records *x = arg;

	(void)name, (void)prefix, (void)uri;
	if (x->failed)
		return;
	if (x->level == IN_FIELD)
		close_field(x);
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
		xml_fail(x, ERR_INVALID, "text between the elements of <%s>",
			x->options.root);
}

static void on_document(void *arg)
{
	check_encoding(arg);
}

/* --- all of them ---------------------------------------------------------- */

xmlSAXHandler xml_events(void)
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
