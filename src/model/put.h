/* buf_str() for short runs on the hot path of the renderers: without a call
 * while there is room. */
#ifndef SLUICE_SRC_MODEL_PUT_H
#define SLUICE_SRC_MODEL_PUT_H

#include "sluice/base/buf.h"

static inline void put_str(struct buf *out, struct str s)
{
	if (out->full || out->len + s.len >= out->cap) {
		buf_put(out, s.ptr, s.len);
		return;
	}
	memcpy(out->data + out->len, s.ptr, s.len);
	out->len += s.len;
	out->data[out->len] = '\0';
}

#endif
