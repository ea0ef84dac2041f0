/* File names (contract rule 6). */
#include "sluice/base/clock.h"
#include "sluice/base/crypto.h"
#include "sluice/base/must.h"
#include "sluice/model/render.h"

#define NAME_MAX_LEN  255 /* bytes; what file systems take */
#define DEFAULT_STORE "default_store"
#define DIGEST_LEN    16 /* bytes of the SHA-256 in a shortened name */
#define STEM_MAX      (16u << 10)

static const char *const format_names[] = {
	[FILE_NAME_SHORT] = "SHORT",
	[FILE_NAME_STANDARD] = "STANDARD",
};

const char *file_name_format_name(enum file_name_format f)
{
	must((size_t)f < ARRAY_LEN(format_names));
	return format_names[f];
}

bool file_name_format_parse(struct str text, enum file_name_format *out)
{
	bool is_short = str_eq(text, STR("SHORT"));

	*out = is_short ? FILE_NAME_SHORT : FILE_NAME_STANDARD;
	return is_short || str_eq(text, STR("STANDARD")) ||
	       str_eq(text, STR("LONG"));
}

static bool is_plain(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

static void put_part(struct buf *out, const char *part)
{
	for (const char *c = part; *c != '\0'; c++) {
		if (is_plain(*c) && !(*c == '.' && c == part))
			buf_char(out, *c);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*c);
	}
}

/* What tells the documents apart: the ids. */
static void put_stem(const struct document *d, enum file_name_format format,
	bool multi_store, struct buf *out)
{
	const char *store = d->store_external_id;

	if (format == FILE_NAME_SHORT) {
		put_part(out, d->reference);
		return;
	}
	buf_text(out, "DJUST_");
	put_part(out, d->reference);
	buf_char(out, '_');
	put_part(out, d->supplier_external_id);
	if (multi_store && d->entity == EXPORT_ORDER) {
		buf_char(out, '_');
		put_part(out, *store == '\0' ? DEFAULT_STORE : store);
	}
}

static void put_tail(const struct document *d, enum export_format format,
	enum file_name_format name_format, int64_t triggered_ms,
	struct buf *out)
{
	static const char *const plurals[EXPORT_ENTITY_COUNT] = {
		[EXPORT_ORDER] = "orders",
		[EXPORT_INCIDENT] = "incidents",
	};
	char time[TIME_TEXT_SIZE];

	if (name_format == FILE_NAME_STANDARD)
		buf_printf(out, "_%s_%s",
			time_format(triggered_ms, TIME_COMPACT, time),
			plurals[d->entity]);
	buf_printf(out, ".%s", export_format_extension(format));
}

/* Cut to `room` bytes, with a digest of the whole behind a `~`: a sign that no
 * encoded id holds, so a shortened name never meets a plain one. */
static void put_shortened(struct buf *out, struct str stem, size_t room)
{
	uint8_t digest[SHA256_SIZE];
	size_t keep = room - 1 - 2 * (size_t)DIGEST_LEN;

	/* Not within a %XX. */
	for (size_t back = 1; back <= 2; back++) {
		if (stem.ptr[keep - back] == '%') {
			keep -= back;
			break;
		}
	}
	crypto_sha256(stem, digest);
	buf_put(out, stem.ptr, keep);
	buf_char(out, '~');
	for (size_t i = 0; i < DIGEST_LEN; i++)
		buf_printf(out, "%02x", (unsigned)digest[i]);
}

void render_file_name(const struct document *d, enum export_format format,
	enum file_name_format name_format, bool multi_store,
	int64_t triggered_ms, struct buf *out)
{
	struct buf stem = buf_make(STEM_MAX), tail = buf_make(STEM_MAX);

	put_stem(d, name_format, multi_store, &stem);
	put_tail(d, format, name_format, triggered_ms, &tail);
	if (stem.len + tail.len <= NAME_MAX_LEN)
		buf_str(out, buf_view(&stem));
	else
		put_shortened(out, buf_view(&stem), NAME_MAX_LEN - tail.len);
	buf_str(out, buf_view(&tail));
	buf_release(&stem);
	buf_release(&tail);
}
