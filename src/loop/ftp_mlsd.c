#include "ftp_mlsd.h"

#include <stdio.h>
#include <time.h>

#include "sluice/base/clock.h"
#include "sluice/base/must.h"

#define MODE_FILE   0100000
#define MODE_FOLDER 0040000
#define MODE_LINK   0120000
#define MODE_PIPE   0010000 /* stands for whatever is no file */

static const struct {
	struct str type;
	uint32_t mode; /* 0: not an entry of the folder */
} types[] = {
	{ { "file", 4 }, MODE_FILE },
	{ { "dir", 3 }, MODE_FOLDER },
	{ { "cdir", 4 }, 0 },
	{ { "pdir", 4 }, 0 },
	{ { "os.unix=symlink", 15 }, MODE_LINK },
};

/* "OS.unix=slink:/where/to" */
static bool is_link_with_target(struct str value)
{
	static const struct str head = { "os.unix=slink", 13 };

	return value.len >= head.len &&
	       str_eq_nocase((struct str){ value.ptr, head.len }, head);
}

static bool read_type(struct str value, struct ftp_entry *out)
{
	uint32_t mode = is_link_with_target(value) ? MODE_LINK : MODE_PIPE;

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eq_nocase(value, types[i].type))
			mode = types[i].mode;
	out->skip = mode == 0;
	out->attrs.has_mode = mode != 0;
	out->attrs.mode = mode;
	return true;
}

static bool read_size(struct str value, struct ftp_entry *out)
{
	out->attrs.has_size = true;
	return str_to_u64(value, INT64_MAX, &out->attrs.size);
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return s.len > 0;
}

/* YYYYMMDDHHMMSS, and perhaps a fraction. */
static bool read_modify(struct str value, struct ftp_entry *out)
{
	char iso[32];
	const char *v = value.ptr;
	int64_t ms;

	if (value.len < 14 || !is_digits((struct str){ v, 14 }) ||
		(value.len > 14 &&
			(v[14] != '.' || !is_digits((struct str){
						 v + 15, value.len - 15 }))))
		return false;
	snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", v, v + 4,
		v + 6, v + 8, v + 10, v + 12);
	if (!time_parse(str_of(iso), &ms))
		return false;
	out->attrs.has_times = ms >= 0 && ms / 1000 <= UINT32_MAX;
	out->attrs.mtime = out->attrs.has_times ? (uint32_t)(ms / 1000) : 0;
	return true;
}

static const struct {
	struct str name;
	bool (*read)(struct str value, struct ftp_entry *out);
} facts[] = {
	{ { "type", 4 }, read_type },
	{ { "size", 4 }, read_size },
	{ { "modify", 6 }, read_modify },
};

static bool read_fact(struct str fact, struct ftp_entry *out)
{
	const char *equals = memchr(fact.ptr, '=', fact.len);
	struct str name, value;

	if (equals == NULL)
		return false;
	name = (struct str){ fact.ptr, (size_t)(equals - fact.ptr) };
	value = (struct str){ equals + 1, fact.len - name.len - 1 };
	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		if (str_eq_nocase(name, facts[i].name))
			return facts[i].read(value, out);
	return true;
}

/* Each fact ends with a semicolon. */
static bool read_facts(struct str text, struct ftp_entry *out)
{
	while (text.len > 0) {
		const char *end = memchr(text.ptr, ';', text.len);
		size_t len;

		if (end == NULL)
			return false;
		len = (size_t)(end - text.ptr);
		if (!read_fact((struct str){ text.ptr, len }, out))
			return false;
		text = (struct str){ end + 1, text.len - len - 1 };
	}
	return true;
}

static bool is_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == '/' ||
			s.ptr[i] == 0x7F)
			return false;
	return s.len > 0;
}

enum err ftp_mlsd_read(struct str line, struct ftp_entry *out, struct diag *why)
{
	const char *space = memchr(line.ptr, ' ', line.len);
	struct str text;

	*out = (struct ftp_entry){ 0 };
	if (space == NULL)
		return diag_set(why, ERR_PROTO,
			"a line of the listing has no file name");
	text = (struct str){ line.ptr, (size_t)(space - line.ptr) };
	out->name = (struct str){ space + 1, line.len - text.len - 1 };
	if (!read_facts(text, out))
		return diag_set(why, ERR_PROTO,
			"a line of the listing can't be read: its facts are "
			"not those of RFC 3659");
	out->skip |=
		str_eq(out->name, STR(".")) || str_eq(out->name, STR(".."));
	if (!out->skip && !is_name(out->name))
		return diag_set(why, ERR_PROTO,
			"a line of the listing has a name that is no plain "
			"file name");
	return ERR_OK;
}

void ftp_mlsd_write(struct buf *out, const char *type,
	const struct sftp_attrs *attrs, struct str name)
{
	time_t t = (time_t)attrs->mtime;
	char text[32];
	struct tm tm;

	if (type != NULL)
		buf_printf(out, "type=%s;", type);
	if (attrs->has_size)
		buf_printf(out, "size=%llu;", (unsigned long long)attrs->size);
	if (attrs->has_times && gmtime_r(&t, &tm) != NULL &&
		strftime(text, sizeof text, "%Y%m%d%H%M%S", &tm) > 0)
		buf_printf(out, "modify=%s;", text);
	buf_char(out, ' ');
	buf_str(out, name);
	buf_text(out, "\r\n");
}
