/* Pieces of normal forms. */
#include "entity_private.h"
#include "put.h"
#include "sluice/base/word.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* --- does a text need escapes? --------------------------------------------
 *
 * Special are control characters, what JSON escapes, and the beginning of
 * U+FFFE.  Blocks at the end overlap those before them, so that no byte is
 * looked at alone. */

static inline bool word_is_plain(uint64_t word)
{
	return (word_below(word, 0x20) | word_has(word, '"') |
		       word_has(word, '\\') | word_has(word, 0x7F) |
		       word_has(word, 0xEF)) == 0;
}

static inline uint32_t half_at(const char *p)
{
	uint32_t half;

	memcpy(&half, p, sizeof half);
	return half;
}

/* Up to seven bytes; where there are none, a blank. */
static inline uint64_t short_word(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;

	if (s.len >= 4)
		return half_at(s.ptr) | (uint64_t)half_at(s.ptr + s.len - 4)
						<< 32;
	if (s.len == 0)
		return WORD_ONES * ' ';
	return WORD_ONES * ' ' << 24 | (uint64_t)p[0] << 16 |
	       (uint64_t)p[s.len / 2] << 8 | p[s.len - 1];
}

#define BLOCK 16

#if defined(__SSE2__)

static inline bool block_is_plain(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
	__m128i quotes = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
		_mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	__m128i odd = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(0x7F)),
		_mm_cmpeq_epi8(v, _mm_set1_epi8((char)0xEF)));

	return _mm_movemask_epi8(
		       _mm_or_si128(low, _mm_or_si128(quotes, odd))) == 0;
}

#else

static inline bool block_is_plain(const char *p)
{
	return word_is_plain(word_load(p)) && word_is_plain(word_load(p + 8));
}

#endif

static bool is_plain(struct str s)
{
	if (s.len < 8)
		return word_is_plain(short_word(s));
	if (s.len < BLOCK)
		return word_is_plain(word_load(s.ptr)) &&
		       word_is_plain(word_load(s.ptr + s.len - 8));
	for (size_t i = 0; i + BLOCK < s.len; i += BLOCK)
		if (!block_is_plain(s.ptr + i))
			return false;
	return block_is_plain(s.ptr + s.len - BLOCK);
}

struct norm norm_string(struct str s)
{
	return (struct norm){ is_plain(s) ? NORM_PLAIN : NORM_TEXT, s };
}

struct norm norm_bool(bool b)
{
	return norm_raw(b ? STR("true") : STR("false"));
}

bool norm_is_true(struct norm n)
{
	return n.form == NORM_RAW && str_eq(n.text, STR("true"));
}

/* A quoted string with escapes: rare, so by the library. */
static struct str unescaped(struct str quoted, struct arena *arena)
{
	json_t *value =
		json_loadb(quoted.ptr, quoted.len, JSON_DECODE_ANY, NULL);
	struct str text = { "", 0 };

	if (json_is_string(value)) {
		text = json_text(value);
		text.ptr = arena_dup(arena, text);
	}
	json_decref(value);
	return text;
}

struct str norm_text(struct norm n, struct arena *arena)
{
	if (n.form == NORM_PLAIN || n.form == NORM_TEXT)
		return n.text;
	if (n.form == NORM_NONE || n.text.len < 2 || n.text.ptr[0] != '"')
		return (struct str){ "", 0 };
	if (memchr(n.text.ptr, '\\', n.text.len) != NULL)
		return unescaped(n.text, arena);
	return (struct str){ n.text.ptr + 1, n.text.len - 2 };
}

void norm_put(struct buf *out, struct norm n)
{
	switch (n.form) {
	case NORM_NONE:
		break;
	case NORM_RAW:
		put_str(out, n.text);
		break;
	case NORM_PLAIN:
		buf_char(out, '"');
		put_str(out, n.text);
		buf_char(out, '"');
		break;
	case NORM_TEXT:
		buf_json_string(out, n.text);
		break;
	}
}

/* --- lists of texts --------------------------------------------------------
 */

struct str *norm_texts(struct norm list, struct arena *arena, size_t *count)
{
	struct str rest = stored_inside(list.text), value, *texts;
	size_t n = 0;

	*count = 0;
	if (list.form != NORM_RAW)
		return NULL;
	while (stored_element(&rest, &value))
		n++;
	texts = arena_alloc(arena, (n + 1) * sizeof *texts);
	rest = stored_inside(list.text);
	while (stored_element(&rest, &value))
		texts[(*count)++] = norm_text(norm_raw(value), arena);
	return texts;
}

/* ["text"]: nearly every list of stores. */
static struct norm list_of_one(struct str plain, struct arena *arena)
{
	char *list = arena_alloc(arena, plain.len + 4);

	list[0] = '[';
	list[1] = '"';
	memcpy(list + 2, plain.ptr, plain.len);
	list[plain.len + 2] = '"';
	list[plain.len + 3] = ']';
	return norm_raw((struct str){ list, plain.len + 4 });
}

struct norm norm_of_texts(
	const struct str *texts, size_t count, struct arena *arena)
{
	struct buf out = buf_make(DOCUMENT_MAX);
	struct norm list;

	if (count == 1 && is_plain(texts[0]))
		return list_of_one(texts[0], arena);

	buf_char(&out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(&out, ',');
		norm_put(&out, norm_string(texts[i]));
	}
	buf_char(&out, ']');
	/* Past the cap the whole is refused, so the list only has to be one. */
	list = norm_raw(out.full ? STR("[]") : buf_view(&out));
	list.text.ptr = arena_dup(arena, list.text);
	buf_release(&out);
	return list;
}

static json_t *set_of(const struct str *texts, size_t count)
{
	json_t *set = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_setn_new(
			set, texts[i].ptr, texts[i].len, json_true());
	return set;
}

static bool is_in(const json_t *set, struct str text)
{
	return json_object_getn(set, text.ptr, text.len) != NULL;
}

static struct norm combine(
	struct norm old, struct norm given, bool join, struct arena *arena)
{
	size_t old_count, count, n = 0;
	struct str *was = norm_texts(old, arena, &old_count);
	struct str *now = norm_texts(given, arena, &count);
	struct str *all =
		arena_alloc(arena, (old_count + count + 1) * sizeof *all);
	json_t *set = join ? set_of(was, old_count) : set_of(now, count);

	for (size_t i = 0; i < old_count; i++)
		if (join || !is_in(set, was[i]))
			all[n++] = was[i];
	for (size_t i = 0; join && i < count; i++)
		if (!is_in(set, now[i]))
			all[n++] = now[i];
	json_decref(set);
	return norm_of_texts(all, n, arena);
}

struct norm norm_join(struct norm old, struct norm given, struct arena *arena)
{
	return old.form == NORM_NONE ? given : combine(old, given, true, arena);
}

struct norm norm_without(
	struct norm old, struct norm given, struct arena *arena)
{
	return combine(old, given, false, arena);
}
