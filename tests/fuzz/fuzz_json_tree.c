/* Any bytes: the same tree as jansson's own parser makes, or none where it
 * makes none. */
#include "sluice/base/must.h"
#include "sluice/text/json_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct json_problem problem;
	json_t *ours = json_tree(text, &problem);
	json_t *theirs =
		json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);

	must(ours != NULL || problem.text[0] != '\0');
	/* It goes deeper. */
	if (ours != NULL || theirs == NULL ||
		strncmp(problem.text, "nested", 6) != 0)
		must((ours == NULL && theirs == NULL) ||
			json_equal(ours, theirs));
	json_decref(ours);
	json_decref(theirs);
	return 0;
}
