/* UTF-8 into the encodings of one byte per character. */
#include "sluice/base/must.h"
#include "sluice/text/charset.h"

#define UNKNOWN '?'

/* Where WINDOWS-1252 isn't ISO-8859-1: the bytes from 0x80 on; 0: none. */
static const uint16_t windows[32] = { 0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026,
	0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0, 0,
	0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
	0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178 };

/* Takes the next character off; 0xFFFD for bytes that are none. */
static uint32_t next_char(struct str *s)
{
	unsigned char first = (unsigned char)*s->ptr;
	size_t len = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	uint32_t c = len == 1 ? first : first & (0x7Fu >> len);

	if ((first >= 0x80 && first < 0xC0) || len > s->len) {
		s->ptr++, s->len--;
		return 0xFFFD;
	}
	for (size_t i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)s->ptr[i] & 0x3F);
	s->ptr += len;
	s->len -= len;
	return c;
}

static char to_windows(uint32_t c)
{
	for (unsigned i = 0; i < ARRAY_LEN(windows); i++)
		if (windows[i] == c)
			return (char)(0x80 + i);
	return UNKNOWN;
}

static char encode(enum charset set, uint32_t c)
{
	bool same = c < 0x80 || (c >= 0xA0 && c <= 0xFF) ||
		    (c <= 0xFF && set == CHARSET_ISO_8859_1);

	if (same)
		return (char)c;
	return set == CHARSET_WINDOWS_1252 ? to_windows(c) : UNKNOWN;
}

void charset_put(enum charset set, struct str text, struct buf *out)
{
	must(set < CHARSET_COUNT);
	if (set == CHARSET_UTF_8)
		return buf_str(out, text);
	while (text.len > 0)
		buf_char(out, encode(set, next_char(&text)));
}
