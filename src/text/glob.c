#include "sluice/text/glob.h"

/* One character: a byte and the UTF-8 continuation bytes behind it. */
static size_t char_len(struct str s)
{
	size_t n = 1;

	while (n < s.len && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static struct str after(struct str s, size_t n)
{
	return (struct str){ s.ptr + n, s.len - n };
}

/* Cuts a character off. */
static struct str take(struct str *s)
{
	struct str c = { s->ptr, char_len(*s) };

	*s = after(*s, c.len);
	return c;
}

/* UTF-8 sorts by its bytes as by its characters. */
static int compare(struct str a, struct str b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* Cuts a set, from behind its [, off the pattern.  A ] stands for itself when
 * it comes first.  False: the set is not valid. */
static bool take_set(struct str *p, struct str c, bool *fits)
{
	bool negated = p->len > 0 && (*p->ptr == '!' || *p->ptr == '^');
	bool found = false, first = true;

	*p = after(*p, negated);
	for (; p->len > 0 && (first || *p->ptr != ']'); first = false) {
		struct str from = take(p), to = from;

		if (p->len > 1 && p->ptr[0] == '-' && p->ptr[1] != ']') {
			*p = after(*p, 1);
			to = take(p);
		}
		if (compare(from, to) > 0)
			return false;
		found |= compare(from, c) <= 0 && compare(c, to) <= 0;
	}
	if (p->len == 0)
		return false;
	*p = after(*p, 1);
	*fits = found != negated;
	return true;
}

/* Cuts one element (no star) off the pattern and one character off the name
 * when they fit. */
static bool step(struct str *pattern, struct str *name)
{
	struct str rest = *name, c = take(&rest), p = *pattern, one = take(&p);
	bool fits = true;

	if (*one.ptr == '[') {
		if (!take_set(&p, c, &fits))
			return false;
	} else if (*one.ptr != '?') {
		fits = str_eq(one, c);
	}
	if (!fits)
		return false;
	*pattern = p;
	*name = rest;
	return true;
}

bool glob_is_valid(struct str p)
{
	bool fits;

	while (p.len > 0) {
		struct str one = take(&p);

		if (*one.ptr == '[' && !take_set(&p, one, &fits))
			return false;
	}
	return true;
}

/* Only the last star ever has to take more: what stands before it is found at
 * its first place, and no later place would leave more to the rest. */
bool glob_match(struct str p, struct str name)
{
	struct str star = { NULL, 0 }, held = name;

	while (name.len > 0 || p.len > 0) {
		if (p.len > 0 && *p.ptr == '*') {
			p = after(p, 1);
			star = p;
			held = name;
		} else if (p.len > 0 && name.len > 0 && step(&p, &name)) {
			continue;
		} else if (star.ptr != NULL && held.len > 0) {
			take(&held);
			p = star;
			name = held;
		} else {
			return false;
		}
	}
	return true;
}
