#include "body.h"

/* `key` as a whole word of `known`. */
static bool among(const char *known, const char *key)
{
	size_t len = strlen(key);

	for (const char *p = known; *p != '\0';) {
		size_t word = strcspn(p, " ");

		if (word == len && memcmp(p, key, len) == 0)
			return true;
		p += word + (p[word] == ' ');
	}
	return false;
}

void body_known(const json_t *body, const char *known, struct faults *f)
{
	const char *key, *name;
	json_t *value;

	json_object_foreach ((json_t *)(uintptr_t)body, key, value) {
		if (among(known, key))
			continue;
		name = shown(f->arena, key); /* jansson goes on from `key` */
		faults_add(f, FAULT_UNKNOWN_FIELD, name,
			"unknown field '%s'; known are: %s", name, known);
	}
}

const char *body_text(const json_t *body, const char *key, struct faults *f)
{
	const json_t *value = json_object_get(body, key);

	if (value == NULL || json_is_null(value))
		faults_add(f, FAULT_REQUIRED, key, "%s is required", key);
	else if (!json_is_string(value))
		faults_add(f, FAULT_INVALID, key, "%s must be a text", key);
	else if (str_trim(str_of(json_string_value(value))).len == 0)
		faults_add(f, FAULT_REQUIRED, key, "%s must not be blank", key);
	else
		return json_string_value(value);
	return NULL;
}
