#include <stdlib.h>

#include "csv_block.h"
#include "csv_private.h"
#include "sluice/base/mem.h"

#define ROOM_MIN ((size_t)64 << 10) /* what is free after a row moved */
#define NOWHERE  (SIZE_MAX - 1)     /* no byte has this index */

void csv_buffer_init(struct csv *c)
{
	c->cap = ROOM_MIN;
	c->data = mem_alloc(c->cap + CSV_BLOCK);
}

/* Forgets what is past a limit, but for the last byte: it may be the CR that
 * an LF belongs to. */
static void discard(struct csv *c)
{
	size_t at = c->keep + 1;

	c->data[c->keep] = c->data[c->at - 1];
	c->field = c->field == c->at ? at : NOWHERE;
	c->closed = c->closed + 1 == c->at ? c->keep : NOWHERE;
	c->at = c->end = at;
}

/* Moves the row under way to the beginning of `data`. */
static void move_row(struct csv *c, char *data)
{
	size_t by = c->row;

	memmove(data, c->data + by, c->end - by);
	for (size_t i = 0; i < c->count; i++)
		c->fields[i].ptr =
			data + ((size_t)(c->fields[i].ptr - c->data) - by);
	c->row = 0;
	c->end -= by;
	c->at -= by;
	c->keep -= by;
	if (c->limit != SIZE_MAX)
		c->limit -= by;
	if (c->field != NOWHERE)
		c->field -= by;
	if (c->closed != NOWHERE)
		c->closed -= by;
}

/* A row within its limit fills at most limits.row bytes, so that there is an
 * end to growing. */
static void make_room(struct csv *c)
{
	size_t max = c->limits.row + ROOM_MIN, cap = c->cap;
	char *old = c->data, *data;

	if (c->dropping)
		discard(c);
	if (c->cap - (c->end - c->row) >= c->cap / 2 || cap == max) {
		move_row(c, c->data);
		return;
	}
	cap = cap * 2 < max ? cap * 2 : max;
	/* Zeroed, so that no block ever holds bytes that nobody wrote. */
	data = mem_alloc(cap + CSV_BLOCK);
	move_row(c, data);
	c->data = data;
	c->cap = cap;
	free(old);
}

bool csv_buffer_fill(struct csv *c)
{
	size_t n;

	if (c->input.len == 0)
		return false;
	if (c->end == c->cap)
		make_room(c);
	n = c->cap - c->end;
	if (n > c->input.len)
		n = c->input.len;
	memcpy(c->data + c->end, c->input.ptr, n);
	c->end += n;
	c->input.ptr += n;
	c->input.len -= n;
	return true;
}
