/* What people read about an error: one sentence, wrapped outward as it travels
 * up: "export 172-1: sftp erp: rename /out/172-1.xml: permission denied".
 *
 * A diag has a fixed size, so that reporting an error needs no memory; a text
 * that does not fit is cut at a UTF-8 character boundary. */
#ifndef SLUICE_BASE_DIAG_H
#define SLUICE_BASE_DIAG_H

#include "sluice/base/err.h"

#define DIAG_SIZE 512

struct diag {
	enum err code;
	char text[DIAG_SIZE]; /* NUL terminated, no line break */
};

/* Set code and text; returns code, so that `return diag_set(...)` reads well.
 * A NULL diag is allowed: the code is still returned. */
enum err diag_set(struct diag *d, enum err code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "<fmt>: " before the text; returns the diag's code (ERR_BUG for NULL). */
enum err diag_wrap(struct diag *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
