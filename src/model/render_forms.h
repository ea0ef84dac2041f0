/* The forms of one document; render.c chooses. */
#ifndef SLUICE_SRC_MODEL_RENDER_FORMS_H
#define SLUICE_SRC_MODEL_RENDER_FORMS_H

#include "sluice/base/buf.h"
#include "sluice/model/document.h"

void render_xml(const struct document *d, struct buf *out);
void render_json(const struct document *d, struct buf *out);
void render_csv(const struct document *d, struct buf *out);

/* A time in normal form (..sssZ) without its milliseconds. */
static inline void put_seconds(struct buf *out, struct str time)
{
	buf_put(out, time.ptr, time.len - 5);
	buf_char(out, 'Z');
}

#endif
