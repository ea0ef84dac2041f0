#include "sftp_client.h"

#include <stdlib.h>

#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define NO_SLOT      UINT32_MAX
#define FIRST_SLOTS  64
#define BURST        (128 * 1024) /* unsent bytes that few jobs don't have */
#define IN_SIZE      (SFTP_READ_SIZE + 4 + SFTP_PACKET_MAX)
#define READ_DEFAULT (32 * 1024)             /* every server takes that much */
#define READ_LIMITED (SFTP_CHUNK_MAX - 1024) /* with limits@openssh.com */

/* Tags of the client's own requests, which have no job. */
enum {
	TAG_NOBODY,
	TAG_LIMITS
};

/* --- the table of requests by id ----------------------------------------- */

static void grow(struct sftp_client *c)
{
	uint32_t n = c->slot_count > 0 ? c->slot_count * 2 : FIRST_SLOTS;

	must(n <= SFTP_SLOTS_MAX);
	c->slots = mem_resize(c->slots, n * sizeof *c->slots);
	for (uint32_t i = n; i-- > c->slot_count;) {
		c->slots[i] = (struct sftp_slot){ .limit = c->free_slot };
		c->free_slot = i;
	}
	c->slot_count = n;
}

/* Takes a slot and returns the id: its index and how often it was used, so
 * that a second answer to one request is noticed. */
static uint32_t take_id(struct sftp_client *c, struct sftp_job *job,
	enum sftp_type asked, uint64_t tag)
{
	struct sftp_slot *s;
	uint32_t i;

	if (c->free_slot == NO_SLOT)
		grow(c);
	i = c->free_slot;
	s = &c->slots[i];
	c->free_slot = s->limit;
	s->job = job;
	s->tag = tag;
	s->limit = 0;
	s->asked = (uint8_t)asked;
	s->round++;
	c->outstanding++;
	if (job != NULL)
		job->outstanding++;
	c->wake(c);
	return (uint32_t)s->round << 16 | i;
}

static struct sftp_slot *slot_of(struct sftp_client *c, uint32_t id)
{
	uint32_t i = id & 0xFFFF;

	if (i >= c->slot_count || c->slots[i].asked == 0 ||
		c->slots[i].round != id >> 16)
		return NULL;
	return &c->slots[i];
}

static void give_back(struct sftp_client *c, struct sftp_slot *s)
{
	if (s->job != NULL)
		s->job->outstanding--;
	c->outstanding--;
	s->job = NULL;
	s->asked = 0;
	s->limit = c->free_slot;
	c->free_slot = (uint32_t)(s - c->slots);
}

/* --- replies ------------------------------------------------------------- */

/* What answers what; STATUS also answers everything, but is OK only where
 * nothing else could say so. */
static enum sftp_type wanted(uint8_t asked)
{
	switch (asked) {
	case SFTP_OPEN:
	case SFTP_OPENDIR:
		return SFTP_HANDLE;
	case SFTP_READ:
		return SFTP_DATA;
	case SFTP_FSTAT:
	case SFTP_STAT:
		return SFTP_ATTRS;
	case SFTP_READDIR:
	case SFTP_REALPATH:
		return SFTP_NAME;
	default:
		return SFTP_STATUS;
	}
}

static bool fits(const struct sftp_slot *s, const struct sftp_reply *reply)
{
	enum sftp_type want = wanted(s->asked);

	if (s->asked == SFTP_EXTENDED && s->tag == TAG_LIMITS && s->job == NULL)
		want = SFTP_EXTENDED_REPLY;
	if (reply->type == SFTP_STATUS)
		return want == SFTP_STATUS || reply->code != SFTP_FX_OK;
	if (reply->type == SFTP_DATA && reply->text.len > s->limit)
		return false;
	return reply->type == want;
}

static void take_limits(struct sftp_client *c, const struct sftp_reply *reply)
{
	uint64_t packet, read, write;

	c->ready = true;
	if (reply->type != SFTP_EXTENDED_REPLY ||
		!sftp_parse_limits(reply->text, &packet, &read, &write))
		return; /* they are not vital */
	if (read >= READ_DEFAULT)
		c->read_max =
			read < READ_LIMITED ? (uint32_t)read : READ_LIMITED;
	if (write >= READ_DEFAULT)
		c->write_max =
			write < READ_LIMITED ? (uint32_t)write : READ_LIMITED;
}

/* The answer to a request whose job is gone: leave nothing open. */
static void take_orphan(
	struct sftp_client *c, uint8_t asked, const struct sftp_reply *reply)
{
	uint32_t id;

	if (reply->type != SFTP_HANDLE || asked == SFTP_CLOSE)
		return;
	id = take_id(c, NULL, SFTP_CLOSE, TAG_NOBODY);
	sftp_write_handle(&c->out.buf, SFTP_CLOSE, id, reply->text);
}

static enum err take_version(
	struct sftp_client *c, struct sftp_reply *reply, struct diag *why)
{
	bool has_limits = false;
	struct str name, data;

	if (c->replies > 1 || reply->id != 3)
		return diag_set(why, ERR_PROTO,
			"the server speaks SFTP version %u, not 3", reply->id);
	while (sftp_next_extension(reply, &name, &data)) {
		if (str_eq(name, STR("posix-rename@openssh.com")))
			c->has_posix_rename = str_eq(data, STR("1"));
		else if (str_eq(name, STR("fsync@openssh.com")))
			c->has_fsync = str_eq(data, STR("1"));
		else if (str_eq(name, STR("limits@openssh.com")))
			has_limits = str_eq(data, STR("1"));
	}
	if (!has_limits)
		c->ready = true;
	else
		sftp_write_extended(&c->out.buf,
			take_id(c, NULL, SFTP_EXTENDED, TAG_LIMITS),
			"limits@openssh.com", (struct str){ NULL, 0 },
			(struct str){ NULL, 0 });
	return ERR_OK;
}

static enum err take_reply(
	struct sftp_client *c, struct sftp_reply *reply, struct diag *why)
{
	struct sftp_slot *s, copy;

	c->replies++;
	if (reply->type == SFTP_VERSION)
		return take_version(c, reply, why);
	s = slot_of(c, reply->id);
	if (s == NULL || !fits(s, reply))
		return diag_set(why, ERR_PROTO,
			"the server sent an SFTP answer (type %d) that nobody "
			"asked for",
			(int)reply->type);
	copy = *s;
	give_back(c, s);
	if (copy.job != NULL) {
		copy.job->answered = true;
		copy.job->calls->reply(copy.job, copy.asked, copy.tag, reply);
	} else if (copy.asked == SFTP_EXTENDED && copy.tag == TAG_LIMITS) {
		take_limits(c, reply);
	} else {
		take_orphan(c, copy.asked, reply);
	}
	return ERR_OK;
}

char *sftp_client_space(struct sftp_client *c)
{
	if (c->in == NULL)
		c->in = mem_resize(NULL, IN_SIZE);
	if (c->in_head > 0) {
		c->in_len -= c->in_head;
		memmove(c->in, c->in + c->in_head, c->in_len);
		c->in_head = 0;
	}
	return c->in + c->in_len;
}

enum err sftp_client_received(
	struct sftp_client *c, size_t len, struct diag *why)
{
	struct sftp_reply reply;
	struct str packet;

	c->in_len += len;
	must(c->in_len <= IN_SIZE);
	for (;;) {
		struct str bytes = { c->in + c->in_head,
			c->in_len - c->in_head };

		if (sftp_frame(bytes, &packet, why) != ERR_OK)
			return why->code;
		if (packet.ptr == NULL)
			return ERR_OK;
		c->in_head += 4 + packet.len;
		if (sftp_parse(packet, &reply, why) != ERR_OK ||
			take_reply(c, &reply, why) != ERR_OK)
			return why->code;
	}
}

/* --- the client ---------------------------------------------------------- */

void sftp_client_init(
	struct sftp_client *c, void (*wake)(struct sftp_client *c))
{
	*c = (struct sftp_client){
		.out.buf = buf_make(SFTP_OUT_MAX),
		.wake = wake,
		.read_max = READ_DEFAULT,
		.write_max = READ_DEFAULT,
		.free_slot = NO_SLOT,
	};
	list_init(&c->jobs);
	sftp_write_init(&c->out.buf);
}

void sftp_client_release(struct sftp_client *c)
{
	must(list_empty(&c->jobs));
	buf_release(&c->out.buf);
	free(c->slots);
	free(c->in);
	c->slots = NULL;
	c->in = NULL;
}

void sftp_client_rest(struct sftp_client *c)
{
	bool was_burst = c->out.buf.cap > BURST;

	if (fifo_len(&c->out) == 0)
		buf_release(&c->out.buf);
	if (c->in_head == c->in_len) {
		free(c->in);
		c->in = NULL;
		c->in_head = c->in_len = 0;
	}
	if (was_burst)
		mem_rest();
}

bool sftp_client_has_room(const struct sftp_client *c)
{
	return fifo_len(&c->out) < SFTP_OUT_HIGH &&
	       c->outstanding < SFTP_SLOTS_HIGH;
}

static struct sftp_job *next_wanting(struct sftp_client *c)
{
	list_for_each (l, &c->jobs) {
		struct sftp_job *job = container_of(l, struct sftp_job, link);

		if (job->wants_room)
			return job;
	}
	return NULL;
}

void sftp_client_room(struct sftp_client *c)
{
	struct sftp_job *job;

	while (sftp_client_has_room(c) && (job = next_wanting(c)) != NULL) {
		job->wants_room = false;
		list_remove(&job->link); /* to the end: the others are next */
		list_append(&c->jobs, &job->link);
		job->calls->room(job);
	}
}

void sftp_client_add(struct sftp_client *c, struct sftp_job *job)
{
	job->client = c;
	job->outstanding = 0;
	job->wants_room = job->answered = false;
	list_append(&c->jobs, &job->link);
	c->job_count++;
	c->big_count += job->big;
}

void sftp_client_remove(struct sftp_job *job)
{
	struct sftp_client *c = job->client;

	list_remove(&job->link);
	c->job_count--;
	c->big_count -= job->big;
	for (uint32_t i = 0; i < c->slot_count && job->outstanding > 0; i++)
		if (c->slots[i].asked != 0 && c->slots[i].job == job) {
			c->slots[i].job = NULL;
			c->slots[i].tag = TAG_NOBODY;
			job->outstanding--;
		}
	job->client = NULL;
}

void sftp_client_ping(struct sftp_client *c)
{
	uint32_t id = take_id(c, NULL, SFTP_REALPATH, TAG_NOBODY);

	sftp_write_path(&c->out.buf, SFTP_REALPATH, id, ".");
}

/* --- requests ------------------------------------------------------------ */

void sftp_ask_open(struct sftp_job *job, const char *path, uint32_t flags,
	uint32_t mode, uint64_t tag)
{
	uint32_t id = take_id(job->client, job, SFTP_OPEN, tag);

	sftp_write_open(&job->client->out.buf, id, path, flags, mode);
}

void sftp_ask_read(struct sftp_job *job, struct str handle, uint64_t offset,
	uint32_t len, uint64_t tag)
{
	struct sftp_client *c = job->client;
	uint32_t id = take_id(c, job, SFTP_READ, tag);

	c->slots[id & 0xFFFF].limit = len;
	sftp_write_read(&c->out.buf, id, handle, offset, len);
}

char *sftp_ask_write(struct sftp_job *job, struct str handle, uint64_t offset,
	uint32_t len, uint64_t tag)
{
	struct buf *out = &job->client->out.buf;
	uint32_t id = take_id(job->client, job, SFTP_WRITE, tag);
	char *to;

	sftp_write_write(out, id, handle, offset, len);
	to = buf_reserve(out, len);
	must(to != NULL); /* the caller asked for room */
	out->len += len;
	return to;
}

void sftp_ask_handle(struct sftp_job *job, enum sftp_type type,
	struct str handle, uint64_t tag)
{
	uint32_t id = take_id(job->client, job, type, tag);

	sftp_write_handle(&job->client->out.buf, type, id, handle);
}

void sftp_ask_path(struct sftp_job *job, enum sftp_type type, const char *path,
	uint64_t tag)
{
	uint32_t id = take_id(job->client, job, type, tag);

	sftp_write_path(&job->client->out.buf, type, id, path);
}

void sftp_ask_rename(struct sftp_job *job, const char *from, const char *to,
	bool replacing, uint64_t tag)
{
	struct buf *out = &job->client->out.buf;
	enum sftp_type type = replacing ? SFTP_EXTENDED : SFTP_RENAME;
	uint32_t id = take_id(job->client, job, type, tag);

	if (replacing)
		sftp_write_extended(out, id, "posix-rename@openssh.com",
			str_of(from), str_of(to));
	else
		sftp_write_rename(out, id, from, to);
}

void sftp_ask_fsync(struct sftp_job *job, struct str handle, uint64_t tag)
{
	uint32_t id = take_id(job->client, job, SFTP_EXTENDED, tag);

	sftp_write_extended(&job->client->out.buf, id, "fsync@openssh.com",
		handle, (struct str){ NULL, 0 });
}
