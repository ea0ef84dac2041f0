/* A borrowed run of bytes: what the parsers hand out and the tables compare.
 * Not NUL terminated; the owner of the memory is somebody else. */
#ifndef SLUICE_BASE_STR_H
#define SLUICE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *ptr;
	size_t len;
};

/* For printf: "%.*s", STR_ARG(s). */
#define STR_ARG(s) (int)(s).len, (s).ptr

/* A literal as a struct str, no strlen at run time. */
#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })

static inline struct str str_of(const char *s)
{
	return (struct str){ s, s == NULL ? 0 : strlen(s) };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || !memcmp(a.ptr, b.ptr, a.len));
}

/* As in strcasecmp, ASCII only. */
bool str_eq_nocase(struct str a, struct str b);

/* ASCII white space cut off both ends. */
struct str str_trim_slow(struct str s);
static inline struct str str_trim(struct str s)
{
	if (s.len > 0 && (unsigned char)s.ptr[0] > ' ' &&
		(unsigned char)s.ptr[s.len - 1] > ' ')
		return s;
	return str_trim_slow(s);
}

/* A whole decimal number without sign, within [0, max]; false otherwise. */
bool str_to_u64(struct str s, uint64_t max, uint64_t *out);

/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, no NUL. */
bool str_is_utf8(struct str s);

/* The number of edits (insert, delete, replace, swap of neighbours) between
 * two short names; for "did you mean".  Texts over 63 bytes count as far. */
size_t str_distance(struct str a, struct str b);

/* The entry of `names` (count entries, by name(ctx, i)) that is nearest to
 * `wrong`, or NULL when none is near enough to be a likely slip. */
const char *str_nearest(struct str wrong, size_t count,
	const char *(*name)(const void *ctx, size_t i), const void *ctx);

#endif
