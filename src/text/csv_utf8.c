#include "csv_private.h"

/* Bytes of ASCII never stand inside a longer character, so that words of them
 * are passed unseen and each run of other bytes can be judged alone.  Two bytes
 * are the usual length of such a run, and worth a shortcut. */
bool csv_is_utf8(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t i = 0, run;
	uint64_t word;

	while (i < s.len) {
		if (i + 8 <= s.len && (memcpy(&word, p + i, 8), true) &&
			(word & UINT64_C(0x8080808080808080)) == 0) {
			i += 8;
		} else if (p[i] < 0x80) {
			i++;
		} else if (p[i] >= 0xC2 && p[i] <= 0xDF && i + 1 < s.len &&
			   (p[i + 1] & 0xC0) == 0x80) {
			i += 2;
		} else {
			for (run = 1; i + run < s.len && p[i + run] >= 0x80;)
				run++;
			if (!str_is_utf8((struct str){ s.ptr + i, run }))
				return false;
			i += run;
		}
	}
	return true;
}
