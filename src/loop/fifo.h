/* Bytes in, bytes out, in order; taking from the front moves nothing until the
 * hole is as large as what is left. */
#ifndef SLUICE_LOOP_FIFO_H
#define SLUICE_LOOP_FIFO_H

#include "sluice/base/buf.h"

struct fifo {
	struct buf buf; /* append here */
	size_t head;    /* bytes already taken */
};

static inline size_t fifo_len(const struct fifo *f)
{
	return f->buf.len - f->head;
}

static inline struct str fifo_view(const struct fifo *f)
{
	return (struct str){ f->buf.data + f->head, fifo_len(f) };
}

static inline void fifo_drop(struct fifo *f, size_t len)
{
	f->head += len;
	if (f->head == f->buf.len) {
		buf_clear(&f->buf);
		f->head = 0;
	} else if (f->head > fifo_len(f)) {
		buf_drop(&f->buf, f->head);
		f->head = 0;
	}
}

#endif
