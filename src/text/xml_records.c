#include "sluice/text/xml_records.h"

#include <stdio.h>
#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"
#include "xml_private.h"

/* libxml2 is fed in pieces of this size, and watched in between. */
#define PIECE 4096

/* What it may hold back because the end has not come yet.  Tags are short: the
 * time for their attributes grows with the square of the length. */
#define TAG_MAX   ((size_t)16 << 10)
#define WHOLE_MAX ((size_t)256 << 10) /* comments, CDATA sections */

/* Different names in a document: libxml2 keeps each of them to the end. */
#define NAMES_MAX 10000

struct xml_records *xml_records_create(
	const struct xml_records_options *options)
{
	struct xml_records *x = mem_alloc(sizeof *x);
	xmlSAXHandler handler = xml_events();

	xmlInitParser();
	xmlSetGenericErrorFunc(NULL, xml_print_nothing);
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
		xml_fail(x, ERR_INVALID,
			"UTF-16 is not read; save the file as UTF-8");
	else if (x->mark_len % 3 != 0 || strchr("< \t\r\n", *s.ptr) == NULL)
		xml_fail(x, ERR_INVALID, "an XML document begins with <");
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
		xml_fail(x, ERR_LIMIT, "a %s is longer than %zu bytes", what,
			max);
	else if (xmlDictSize(x->parser->dict) > NAMES_MAX)
		xml_fail(x, ERR_LIMIT, "more than %d different names",
			NAMES_MAX);
}

static void parse(struct xml_records *x, struct str s, bool last)
{
	if (x->failed)
		return;
	xmlParseChunk(x->parser, s.ptr, (int)s.len, last);
	/* Out of memory is told by this alone. */
	if (x->parser->disableSAX != 0 || x->parser->wellFormed == 0)
		xml_fail(x, ERR_INVALID, "not well-formed XML");
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
		xml_fail(x, ERR_INVALID,
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
		xml_fail(x, ERR_INVALID, "the document has no end");
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
