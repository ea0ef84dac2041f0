#include "sluice/text/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define PIECE_SIZE ((size_t)64 << 10)
#define MARK       '\xFF'

static const unsigned char byte_order_mark[] = { 0xEF, 0xBB, 0xBF };

struct charset_stream {
	enum charset set;
	enum charset_bad bad;
	iconv_t iconv; /* not for CHARSET_UTF_8 */
	struct str input;
	uint64_t offset;  /* of input.ptr[0] in the text */
	uint64_t line;    /* that it stands on */
	bool after_cr;    /* the byte before it is CR */
	size_t mark_seen; /* bytes of a byte order mark, at the beginning */
	uint64_t marked;
	char *out; /* PIECE_SIZE bytes */
};

static const char *const names[CHARSET_COUNT] = {
	[CHARSET_UTF_8] = "UTF-8",
	[CHARSET_ISO_8859_1] = "ISO-8859-1",
	[CHARSET_WINDOWS_1252] = "WINDOWS-1252",
};

const char *charset_name(enum charset set)
{
	must(set < CHARSET_COUNT);
	return names[set];
}

bool charset_from_name(struct str name, enum charset *set)
{
	for (int i = 0; i < CHARSET_COUNT; i++)
		if (str_eq(name, str_of(names[i]))) {
			*set = (enum charset)i;
			return true;
		}
	return false;
}

struct charset_stream *charset_create(
	enum charset set, enum charset_bad bad, struct diag *why)
{
	struct charset_stream *s;
	iconv_t iconv = NULL;

	must(set < CHARSET_COUNT);
	if (set != CHARSET_UTF_8)
		iconv = iconv_open("UTF-8", names[set]);
	/* The C library keeps its encodings in files of their own. */
	if (iconv == (iconv_t)-1) {
		diag_set(why, ERR_UNSUPPORTED,
			"this system's iconv cannot read %s", names[set]);
		return NULL;
	}
	s = mem_alloc(sizeof *s);
	*s = (struct charset_stream){ .set = set,
		.bad = bad,
		.iconv = iconv,
		.line = 1,
		.out = set == CHARSET_UTF_8 ? NULL : mem_alloc(PIECE_SIZE) };
	return s;
}

void charset_destroy(struct charset_stream *s)
{
	if (s == NULL)
		return;
	if (s->set != CHARSET_UTF_8)
		iconv_close(s->iconv);
	free(s->out);
	free(s);
}

void charset_feed(struct charset_stream *s, struct str chunk)
{
	must(s->input.len == 0);
	s->input = chunk;
}

/* Takes `len` bytes off the input. */
static void pass(struct charset_stream *s, size_t len)
{
	const char *p = s->input.ptr;

	for (size_t i = 0; i < len; i++) {
		s->line += p[i] == '\r' || (p[i] == '\n' && !s->after_cr);
		s->after_cr = p[i] == '\r';
	}
	s->offset += len;
	s->input = (struct str){ p + len, s->input.len - len };
}

/* Nobody begins a text of one byte per character with these three. */
static enum err refuse_byte_order_mark(
	struct charset_stream *s, struct diag *why)
{
	size_t i = 0;

	while (s->mark_seen == s->offset + i && i < s->input.len &&
		s->mark_seen < sizeof byte_order_mark) {
		if ((unsigned char)s->input.ptr[i++] !=
			byte_order_mark[s->mark_seen])
			break;
		s->mark_seen++;
	}
	if (s->mark_seen < sizeof byte_order_mark)
		return ERR_OK;
	return diag_set(why, ERR_INVALID,
		"the text begins with a UTF-8 byte order mark, so it is not "
		"%s; set the encoding to UTF-8",
		names[s->set]);
}

static enum err bad_byte(
	struct charset_stream *s, char **to, size_t *room, struct diag *why)
{
	if (s->bad == CHARSET_FAIL)
		return diag_set(why, ERR_INVALID,
			"line %llu: the byte 0x%02X (at offset %llu) means "
			"nothing in %s",
			(unsigned long long)s->line,
			(unsigned char)s->input.ptr[0],
			(unsigned long long)s->offset, names[s->set]);
	*(*to)++ = MARK;
	(*room)--;
	s->marked++;
	pass(s, 1);
	return ERR_OK;
}

/* Fills the piece; a bad byte is only an error when nothing stands before it,
 * so that all before it goes out first. */
static enum err convert(
	struct charset_stream *s, struct str *piece, struct diag *why)
{
	size_t room = PIECE_SIZE;
	char *to = s->out;

	while (s->input.len > 0 && room > 3) {
		char *from = (char *)(uintptr_t)s->input.ptr;
		size_t left = s->input.len;
		bool bad = iconv(s->iconv, &from, &left, &to, &room) ==
				   (size_t)-1 &&
			   errno == EILSEQ;

		pass(s, s->input.len - left);
		if (bad && s->bad == CHARSET_FAIL && to > s->out)
			break;
		if (bad && bad_byte(s, &to, &room, why) != ERR_OK)
			return ERR_INVALID;
	}
	*piece = (struct str){ s->out, (size_t)(to - s->out) };
	return ERR_OK;
}

enum err charset_next(
	struct charset_stream *s, struct str *piece, struct diag *why)
{
	*piece = STR("");
	if (s->set == CHARSET_UTF_8) {
		*piece = s->input;
		s->input = STR("");
		return ERR_OK;
	}
	if (refuse_byte_order_mark(s, why) != ERR_OK)
		return ERR_INVALID;
	return convert(s, piece, why);
}

uint64_t charset_marked(const struct charset_stream *s)
{
	return s->marked;
}
