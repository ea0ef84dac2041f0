/* What import files hold. */
#include "sluice/base/must.h"
#include "sluice/model/import_job.h"

static const struct {
	const char *name;
	struct str ending;
} formats[IMPORT_FORMAT_COUNT] = {
	[IMPORT_CSV] = { "CSV", { ".csv", 4 } },
	[IMPORT_JSON] = { "JSON", { ".json", 5 } },
	[IMPORT_XML] = { "XML", { ".xml", 4 } },
};

const char *import_format_name(enum import_format f)
{
	must(f < IMPORT_FORMAT_COUNT);
	return formats[f].name;
}

/* Cuts the ending off; case does not count. */
static bool cut_ending(struct str *name, struct str ending)
{
	struct str tail = { name->ptr, ending.len };

	if (name->len < ending.len)
		return false;
	tail.ptr += name->len - ending.len;
	if (!str_eq_nocase(tail, ending))
		return false;
	name->len -= ending.len;
	return true;
}

bool import_format_of_name(struct str name, enum import_format *out)
{
	cut_ending(&name, STR(".gz"));
	for (size_t f = 0; f < IMPORT_FORMAT_COUNT; f++) {
		if (cut_ending(&name, formats[f].ending)) {
			*out = (enum import_format)f;
			return true;
		}
	}
	return false;
}

enum import_format import_format_of_text(struct str head)
{
	static const struct str mark = { "\xEF\xBB\xBF", 3 };

	if (head.len >= mark.len && memcmp(head.ptr, mark.ptr, mark.len) == 0)
		head = (struct str){ head.ptr + 3, head.len - 3 };
	head = str_trim(head);
	if (head.len == 0)
		return IMPORT_CSV;
	if (*head.ptr == '<')
		return IMPORT_XML;
	return *head.ptr == '[' || *head.ptr == '{' ? IMPORT_JSON : IMPORT_CSV;
}

/* All sixteen have columns and keys of their own (docs/entities.md), also
 * where the public documentation shows only one of them; XML has one layout,
 * that of contract 4.10. */
bool import_format_allowed(enum entity_kind kind, enum import_format f)
{
	return f != IMPORT_XML || kind == ENTITY_ORDER_STATUS;
}
