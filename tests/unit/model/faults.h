/* Short ways to say which faults a body must have. */
#ifndef SLUICE_TEST_MODEL_FAULTS_H
#define SLUICE_TEST_MODEL_FAULTS_H

#include "golden.h"

/* Bodies are written with ' for ". */
static inline json_t *json_of(const char *text)
{
	char *copy = mem_strdup(text);
	json_error_t error;
	json_t *value;

	for (char *c = copy; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	value = json_loads(copy, JSON_DECODE_ANY, &error);
	if (value == NULL)
		fail_msg("not JSON: %s: %s", error.text, copy);
	free(copy);
	return value;
}

/* "CODE field" of every fault, joined with "; ". */
static inline void expect_faults(const struct faults *faults, const char *want)
{
	struct buf have = buf_make(1 << 20);

	for (size_t i = 0; i < faults->count; i++)
		buf_printf(&have, "%s%s %s", i > 0 ? "; " : "",
			faults->list[i].code, faults->list[i].field);
	assert_string_equal(buf_view(&have).ptr, want);
	buf_release(&have);
}

#endif
