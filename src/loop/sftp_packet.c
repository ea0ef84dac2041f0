#include "sftp_packet.h"

#include <string.h>
#include <sys/stat.h>

#include "sluice/base/must.h"

#define OUR_VERSION 3

#define ATTR_SIZE        0x00000001u
#define ATTR_UIDGID      0x00000002u
#define ATTR_PERMISSIONS 0x00000004u
#define ATTR_TIMES       0x00000008u
#define ATTR_EXTENDED    0x80000000u

#define EXTENDED_ATTRS_MAX 64
#define LONG_NAME_MAX      4096
#define MESSAGE_MAX        4096

enum err sftp_check_path(const char *path, struct diag *why)
{
	size_t len = strlen(path);

	if (len > 0 && len <= SFTP_PATH_MAX)
		return ERR_OK;
	return diag_set(why, ERR_INVALID, "the path has %zu characters", len);
}

/* --- requests ------------------------------------------------------------ */

static void put_u32(struct buf *out, uint32_t v)
{
	uint8_t bytes[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		(uint8_t)(v >> 8), (uint8_t)v };

	buf_put(out, bytes, sizeof bytes);
}

static void put_u64(struct buf *out, uint64_t v)
{
	put_u32(out, (uint32_t)(v >> 32));
	put_u32(out, (uint32_t)v);
}

static void put_str(struct buf *out, struct str s)
{
	put_u32(out, (uint32_t)s.len);
	buf_str(out, s);
}

/* A packet's length, type and id; `body` bytes follow. */
static void put_head(
	struct buf *out, enum sftp_type type, uint32_t id, size_t body)
{
	must(body < UINT32_MAX - 5);
	put_u32(out, (uint32_t)(1 + 4 + body));
	buf_char(out, (char)type);
	put_u32(out, id);
}

void sftp_write_init(struct buf *out)
{
	put_head(out, SFTP_INIT, OUR_VERSION, 0);
}

void sftp_write_open(struct buf *out, uint32_t id, const char *path,
	uint32_t flags, uint32_t mode)
{
	struct str p = str_of(path);

	put_head(out, SFTP_OPEN, id, 4 + p.len + 4 + 4 + (mode ? 4 : 0));
	put_str(out, p);
	put_u32(out, flags);
	put_u32(out, mode ? ATTR_PERMISSIONS : 0);
	if (mode)
		put_u32(out, mode);
}

void sftp_write_read(struct buf *out, uint32_t id, struct str handle,
	uint64_t offset, uint32_t len)
{
	put_head(out, SFTP_READ, id, 4 + handle.len + 8 + 4);
	put_str(out, handle);
	put_u64(out, offset);
	put_u32(out, len);
}

void sftp_write_write(struct buf *out, uint32_t id, struct str handle,
	uint64_t offset, uint32_t len)
{
	put_head(out, SFTP_WRITE, id, 4 + handle.len + 8 + 4 + len);
	put_str(out, handle);
	put_u64(out, offset);
	put_u32(out, len);
}

void sftp_write_handle(
	struct buf *out, enum sftp_type type, uint32_t id, struct str handle)
{
	put_head(out, type, id, 4 + handle.len);
	put_str(out, handle);
}

void sftp_write_path(
	struct buf *out, enum sftp_type type, uint32_t id, const char *path)
{
	struct str p = str_of(path);
	size_t attrs = type == SFTP_MKDIR ? 4 : 0;

	put_head(out, type, id, 4 + p.len + attrs);
	put_str(out, p);
	if (attrs)
		put_u32(out, 0);
}

void sftp_write_rename(
	struct buf *out, uint32_t id, const char *from, const char *to)
{
	struct str f = str_of(from), t = str_of(to);

	put_head(out, SFTP_RENAME, id, 4 + f.len + 4 + t.len);
	put_str(out, f);
	put_str(out, t);
}

void sftp_write_extended(struct buf *out, uint32_t id, const char *name,
	struct str first, struct str second)
{
	struct str n = str_of(name);
	size_t body = 4 + n.len;

	body += first.ptr != NULL ? 4 + first.len : 0;
	body += second.ptr != NULL ? 4 + second.len : 0;
	put_head(out, SFTP_EXTENDED, id, body);
	put_str(out, n);
	if (first.ptr != NULL)
		put_str(out, first);
	if (second.ptr != NULL)
		put_str(out, second);
}

/* --- a reader that remembers whether it ran over the end ----------------- */

struct reader {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static struct reader reader_of(struct str s)
{
	return (struct reader){ (const uint8_t *)s.ptr, s.len, false };
}

static const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *p = r->at;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	r->at += n;
	r->left -= n;
	return p;
}

static uint32_t take_u32(struct reader *r)
{
	const uint8_t *p = take(r, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static uint64_t take_u64(struct reader *r)
{
	uint64_t high = take_u32(r);

	return high << 32 | take_u32(r);
}

static struct str take_str(struct reader *r, size_t max)
{
	uint32_t len = take_u32(r);
	const uint8_t *p = len > max ? NULL : take(r, len);

	if (p == NULL) {
		r->bad = true;
		return STR("");
	}
	return (struct str){ (const char *)p, len };
}

static struct str rest(const struct reader *r)
{
	return (struct str){ (const char *)r->at, r->left };
}

static void take_attrs(struct reader *r, struct sftp_attrs *a)
{
	uint32_t flags = take_u32(r), count;

	*a = (struct sftp_attrs){
		.has_size = flags & ATTR_SIZE,
		.has_mode = flags & ATTR_PERMISSIONS,
		.has_times = flags & ATTR_TIMES,
	};
	if (a->has_size)
		a->size = take_u64(r);
	if (flags & ATTR_UIDGID)
		take(r, 8);
	if (a->has_mode)
		a->mode = take_u32(r);
	if (a->has_times) {
		take(r, 4); /* the last access */
		a->mtime = take_u32(r);
	}
	count = flags & ATTR_EXTENDED ? take_u32(r) : 0;
	if (count > EXTENDED_ATTRS_MAX)
		r->bad = true;
	for (; count > 0 && !r->bad; count--) {
		take_str(r, MESSAGE_MAX);
		take_str(r, MESSAGE_MAX);
	}
}

enum sftp_kind sftp_attrs_kind(const struct sftp_attrs *a)
{
	if (!a->has_mode || (a->mode & S_IFMT) == 0)
		return SFTP_UNKNOWN;
	switch (a->mode & S_IFMT) {
	case S_IFREG:
		return SFTP_FILE;
	case S_IFDIR:
		return SFTP_FOLDER;
	case S_IFLNK:
		return SFTP_LINK;
	default:
		return SFTP_OTHER;
	}
}

/* --- replies ------------------------------------------------------------- */

enum err sftp_frame(struct str bytes, struct str *packet, struct diag *why)
{
	struct reader r = reader_of(bytes);
	uint32_t len;

	*packet = (struct str){ NULL, 0 };
	if (bytes.len < 4)
		return ERR_OK;
	len = take_u32(&r);
	if (len < 1 || len > SFTP_PACKET_MAX)
		return diag_set(why, ERR_PROTO,
			"the server announces an SFTP packet of %u bytes (a "
			"login script that prints text?)",
			len);
	if (r.left >= len)
		*packet = (struct str){ (const char *)r.at, len };
	return ERR_OK;
}

static bool take_entry(struct reader *r, struct sftp_entry *e)
{
	e->name = take_str(r, SFTP_NAME_MAX);
	take_str(r, LONG_NAME_MAX);
	take_attrs(r, &e->attrs);
	return !r->bad;
}

static void parse_name(struct reader *r, struct sftp_reply *reply)
{
	struct sftp_entry skip;

	reply->name_count = take_u32(r);
	reply->text = rest(r);
	for (uint32_t i = 0; i < reply->name_count && !r->bad; i++)
		take_entry(r, &skip);
}

static void parse_version(struct reader *r, struct sftp_reply *reply)
{
	reply->text = rest(r);
	while (r->left > 0 && !r->bad) {
		take_str(r, MESSAGE_MAX);
		take_str(r, MESSAGE_MAX);
	}
}

static void parse_status(struct reader *r, struct sftp_reply *reply)
{
	reply->code = take_u32(r);
	/* Version 3 has a message and a language; some servers send neither. */
	reply->text = r->left > 0 ? take_str(r, MESSAGE_MAX) : STR("");
}

enum err sftp_parse(
	struct str packet, struct sftp_reply *reply, struct diag *why)
{
	struct reader r = reader_of(packet);
	const uint8_t *type = take(&r, 1);

	*reply = (struct sftp_reply){ .type = type != NULL ? *type : 0 };
	reply->id = take_u32(&r);
	switch ((int)reply->type) {
	case SFTP_VERSION:
		parse_version(&r, reply);
		break;
	case SFTP_STATUS:
		parse_status(&r, reply);
		break;
	case SFTP_HANDLE:
		reply->text = take_str(&r, SFTP_HANDLE_MAX);
		break;
	case SFTP_DATA:
		reply->text = take_str(&r, SFTP_CHUNK_MAX);
		break;
	case SFTP_NAME:
		parse_name(&r, reply);
		break;
	case SFTP_ATTRS:
		take_attrs(&r, &reply->attrs);
		break;
	case SFTP_EXTENDED_REPLY:
		reply->text = rest(&r);
		break;
	default:
		r.bad = true;
	}
	if (!r.bad)
		return ERR_OK;
	return diag_set(why, ERR_PROTO,
		"the server sent a malformed SFTP packet (type %d, %zu bytes)",
		(int)reply->type, packet.len);
}

bool sftp_next_entry(struct sftp_reply *reply, struct sftp_entry *entry)
{
	struct reader r = reader_of(reply->text);

	if (reply->name_count == 0 || !take_entry(&r, entry))
		return false;
	reply->name_count--;
	reply->text = rest(&r);
	return true;
}

bool sftp_next_extension(
	struct sftp_reply *reply, struct str *name, struct str *data)
{
	struct reader r = reader_of(reply->text);

	if (r.left == 0)
		return false;
	*name = take_str(&r, MESSAGE_MAX);
	*data = take_str(&r, MESSAGE_MAX);
	reply->text = rest(&r);
	return !r.bad;
}

bool sftp_parse_limits(
	struct str text, uint64_t *packet, uint64_t *read, uint64_t *write)
{
	struct reader r = reader_of(text);

	*packet = take_u64(&r);
	*read = take_u64(&r);
	*write = take_u64(&r);
	take_u64(&r); /* open handles */
	return !r.bad;
}
