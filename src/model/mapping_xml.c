/* Records of XML files, for the JSON form of a mapping. */
#include "mapping_private.h"

json_t *mapping_xml_object(
	const struct xml_record *record, struct faults *faults)
{
	json_t *o = json_object();
	size_t before = faults->count;

	for (size_t i = 0; i < record->count; i++) {
		const struct xml_field *x = &record->fields[i];
		const char *key = arena_dup(faults->arena, x->name);
		struct path p = { .key = key };

		if (json_object_get(o, key) != NULL)
			fault_at(faults, &p, FAULT_FORMAT,
				"<%s> stands twice in one record", key);
		else
			must(json_object_set_new(o, key,
				     json_stringn(x->text.ptr, x->text.len)) ==
				0);
	}
	if (faults->count == before)
		return o;
	json_decref(o);
	return NULL;
}
