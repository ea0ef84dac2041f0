#include "sluice/model/fault.h"

#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_MAX 2048
#define VALUE_MAX   256

void faults_init(struct faults *f, struct arena *arena)
{
	f->arena = arena;
	f->count = 0;
	f->left_out = 0;
}

/* The longest run of whole UTF-8 characters in the first `len` bytes. */
static size_t whole_chars(const char *s, size_t len)
{
	while (len > 0 && ((unsigned char)s[len] & 0xC0) == 0x80)
		len--;
	return len;
}

void faults_add(struct faults *f, const char *code, const char *field,
	const char *fmt, ...)
{
	char text[MESSAGE_MAX + 1];
	size_t len;
	va_list args;
	int n;

	if (f->count == FAULTS_MAX) {
		f->left_out++;
		return;
	}
	va_start(args, fmt);
	n = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	len = n < 0 ? 0 : (size_t)n;
	/* One byte is kept back to see whether a character was cut. */
	if (len >= MESSAGE_MAX)
		len = whole_chars(text, MESSAGE_MAX - 1);
	f->list[f->count++] = (struct fault){
		.code = code,
		.field = arena_dup(f->arena, str_of(field)),
		.message = arena_dup(f->arena, (struct str){ text, len }),
	};
}

static const char *shortened(struct faults *f, struct str s)
{
	if (s.ptr == NULL)
		return NULL;
	if (s.len > VALUE_MAX)
		s.len = whole_chars(s.ptr, VALUE_MAX);
	return arena_dup(f->arena, s);
}

void faults_locate(
	struct faults *f, size_t first, struct str column, struct str value)
{
	for (size_t i = first; i < f->count; i++) {
		struct fault *fault = &f->list[i];

		if (fault->column == NULL)
			fault->column = shortened(f, column);
		if (fault->value == NULL)
			fault->value = shortened(f, value);
	}
}

const char *faults_code(const struct faults *f)
{
	const char *first = f->count > 0 ? f->list[0].code : "";

	if (strncmp(first, "F-E-", 4) != 0 &&
		strcmp(first, FAULT_UNKNOWN_FIELD) != 0)
		return "VALIDATION_FAILED";
	for (size_t i = 1; i < f->count; i++)
		if (strcmp(f->list[i].code, first) != 0)
			return "VALIDATION_FAILED";
	return first;
}
