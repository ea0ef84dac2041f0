/* Transcoding (contract section 5): values of a field replaced by others, input
 * compared exactly, between mapping and reading. */
#ifndef SLUICE_MODEL_TRANSCODE_H
#define SLUICE_MODEL_TRANSCODE_H

#include "sluice/model/entity.h"

/* Different values of a field that are counted; more go into `others`. */
#define TRANSCODE_MISSES_MAX 100

struct transcode;

/* [{"field","values":{"A":"ACTIVE"},"onMiss":"KEEP|REJECT|DEFAULT","default"}],
 * or NULL.  Faults are at "transcoding[i]..."; NULL then. */
struct transcode *transcode_from_json(
	enum entity_kind kind, const json_t *list, struct faults *faults);
void transcode_destroy(struct transcode *t); /* NULL is fine */
json_t *transcode_to_json(const struct transcode *t);

/* Replaces texts of the row in place (blank ones are left alone; each part of
 * an "a||b" by itself when the whole has no entry).  REJECT adds F-E-008 and
 * answers false.  New texts live as long as `t` or the arena of `faults`. */
bool transcode_apply(
	struct transcode *t, struct entity_input *in, struct faults *faults);

/* What was not found so far: one call per value, the most common first; at the
 * end, for each field, the others together with value "".  Counters start anew
 * with transcode_reset(). */
struct transcode_miss {
	const char *field;
	struct str value;
	uint64_t count;
};

void transcode_misses(const struct transcode *t,
	void (*each)(void *arg, const struct transcode_miss *miss), void *arg);
void transcode_reset(struct transcode *t);

#endif
