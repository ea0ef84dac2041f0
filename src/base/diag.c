#include "sluice/base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Line breaks would split a log line in two; a cut must not split a character.
 */
static void tidy(char *text, int wanted)
{
	size_t n = strlen(text);

	if (wanted >= DIAG_SIZE) {
		while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
			n--;
		if (n > 0 && (unsigned char)text[n - 1] >= 0xC0)
			n--;
		text[n] = '\0';
	}
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20)
			*p = ' ';
}

enum err diag_set(struct diag *d, enum err code, const char *fmt, ...)
{
	va_list args;
	int n;

	if (d == NULL)
		return code;
	d->code = code;
	va_start(args, fmt);
	n = vsnprintf(d->text, sizeof d->text, fmt, args);
	va_end(args);
	tidy(d->text, n);
	return code;
}

enum err diag_wrap(struct diag *d, const char *fmt, ...)
{
	char inner[DIAG_SIZE];
	va_list args;
	int n, m;

	if (d == NULL)
		return ERR_BUG;
	memcpy(inner, d->text, sizeof inner);
	va_start(args, fmt);
	n = vsnprintf(d->text, sizeof d->text, fmt, args);
	va_end(args);
	if (n < 0)
		n = 0;
	if (n >= DIAG_SIZE)
		n = DIAG_SIZE - 1;
	m = snprintf(d->text + n, sizeof d->text - (size_t)n, ": %s", inner);
	tidy(d->text, n + m);
	return d->code;
}
