/* The records of imports. */
#include "codec.h"

/* --- executions ----------------------------------------------------------- */

static void put_counts(struct buf *out, const struct execution_counts *c)
{
	pack_u64(out, c->rows_read);
	pack_u64(out, c->created);
	pack_u64(out, c->updated);
	pack_u64(out, c->unchanged);
	pack_u64(out, c->rejected);
	pack_u64(out, c->warnings);
	pack_u64(out, c->bytes_read);
}

static void read_counts(struct unpack *u, struct execution_counts *c)
{
	c->rows_read = unpack_u64(u);
	c->created = unpack_u64(u);
	c->updated = unpack_u64(u);
	c->unchanged = unpack_u64(u);
	c->rejected = unpack_u64(u);
	c->warnings = unpack_u64(u);
	c->bytes_read = unpack_u64(u);
}

struct str execution_encode(struct buf *out, const struct execution *x)
{
	pack_begin(out, 1);
	pack_uuid(out, x->job_id);
	pack_u8(out, x->entity);
	pack_u8(out, x->trigger);
	pack_u8(out, x->state);
	pack_u8(out, x->dry_run);
	pack_time(out, x->created_at);
	pack_time(out, x->scheduled_for);
	pack_time(out, x->started_at);
	pack_time(out, x->finished_at);
	put_counts(out, &x->counts);
	pack_u64(out, x->rejects_kept);
	pack_u32(out, x->round);
	pack_uuid(out, x->recovers);
	pack_uuid(out, x->upload_id);
	pack_u64(out, x->upload_bytes);
	pack_str(out, x->job_name);
	pack_str(out, x->upload_name);
	pack_str(out, x->message);
	pack_str(out, x->report);
	return pack_end(out, TABLE_EXECUTION);
}

static void execution_read_numbers(struct unpack *u, struct execution *out)
{
	out->job_id = unpack_uuid(u);
	out->entity = unpack_enum(u, ENTITY_KIND_COUNT);
	out->trigger = unpack_enum(u, TRIGGER_COUNT);
	out->state = unpack_enum(u, EXECUTION_STATE_COUNT);
	out->dry_run = unpack_enum(u, 2);
	out->created_at = unpack_time(u);
	out->scheduled_for = unpack_time(u);
	out->started_at = unpack_time(u);
	out->finished_at = unpack_time(u);
	read_counts(u, &out->counts);
	out->rejects_kept = unpack_u64(u);
	out->round = unpack_u32(u);
	out->recovers = unpack_uuid(u);
	out->upload_id = unpack_uuid(u);
	out->upload_bytes = unpack_u64(u);
}

bool execution_decode(struct str record, struct uuid id, struct execution *out)
{
	struct unpack u;

	if (unpack_begin(&u, TABLE_EXECUTION, record, 1) == 0)
		return false;
	*out = (struct execution){ .id = id };
	execution_read_numbers(&u, out);
	out->job_name = unpack_str(&u);
	out->upload_name = unpack_str(&u);
	out->message = unpack_str(&u);
	out->report = unpack_str(&u);
	return unpack_end(&u);
}

/* --- rejected rows -------------------------------------------------------- */

struct str reject_encode(struct buf *out, const struct reject *r)
{
	pack_begin(out, 1);
	pack_u32(out, r->file);
	pack_u64(out, r->line);
	pack_str(out, r->raw);
	pack_str(out, r->faults);
	return pack_end(out, TABLE_REJECT);
}

bool reject_decode(struct str record, struct reject *out)
{
	struct unpack u;

	if (unpack_begin(&u, TABLE_REJECT, record, 1) == 0)
		return false;
	out->file = unpack_u32(&u);
	out->line = unpack_u64(&u);
	out->raw = unpack_str(&u);
	out->faults = unpack_str(&u);
	return unpack_end(&u);
}

/* --- file moves ----------------------------------------------------------- */

struct str file_move_encode(struct buf *out, const struct file_move *m)
{
	pack_begin(out, 1);
	pack_uuid(out, m->client_id);
	pack_uuid(out, m->execution_id);
	pack_u64(out, m->size);
	pack_time(out, m->mtime);
	pack_time(out, m->next_at);
	pack_u32(out, m->attempts);
	pack_str(out, m->from);
	pack_str(out, m->to);
	pack_str(out, m->message);
	return pack_end(out, TABLE_FILE_MOVE);
}

bool file_move_decode(struct str record, struct uuid id, struct file_move *out)
{
	struct unpack u;

	if (unpack_begin(&u, TABLE_FILE_MOVE, record, 1) == 0)
		return false;
	*out = (struct file_move){ .id = id };
	out->client_id = unpack_uuid(&u);
	out->execution_id = unpack_uuid(&u);
	out->size = unpack_u64(&u);
	out->mtime = unpack_time(&u);
	out->next_at = unpack_time(&u);
	out->attempts = unpack_u32(&u);
	out->from = unpack_str(&u);
	out->to = unpack_str(&u);
	out->message = unpack_str(&u);
	return unpack_end(&u);
}

/* --- what the scheduler remembers of a job -------------------------------- */

struct str job_state_encode(struct buf *out, const struct import_job_state *s)
{
	pack_begin(out, 1);
	pack_time(out, s->seen);
	pack_time(out, s->succeeded_at);
	pack_time(out, s->success_start);
	pack_time(out, s->after_start);
	return pack_end(out, TABLE_IMPORT_JOB_STATE);
}

bool job_state_decode(struct str record, struct import_job_state *out)
{
	struct unpack u;

	if (unpack_begin(&u, TABLE_IMPORT_JOB_STATE, record, 1) == 0)
		return false;
	out->seen = unpack_time(&u);
	out->succeeded_at = unpack_time(&u);
	out->success_start = unpack_time(&u);
	out->after_start = unpack_time(&u);
	return unpack_end(&u);
}
