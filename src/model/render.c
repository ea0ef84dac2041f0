#include "sluice/model/render.h"

#include "render_forms.h"
#include "sluice/base/must.h"

static const struct {
	const char *name, *extension, *media_type;
	void (*render)(const struct document *d, struct buf *out);
} formats[FORMAT_COUNT] = {
	[FORMAT_XML] = { "XML", "xml", "application/xml", render_xml },
	[FORMAT_JSON] = { "JSON", "json", "application/json", render_json },
	[FORMAT_CSV] = { "CSV", "csv", "text/csv; charset=utf-8", render_csv },
};

const char *export_format_name(enum export_format f)
{
	must(f < FORMAT_COUNT);
	return formats[f].name;
}

const char *export_format_extension(enum export_format f)
{
	must(f < FORMAT_COUNT);
	return formats[f].extension;
}

const char *export_format_media_type(enum export_format f)
{
	must(f < FORMAT_COUNT);
	return formats[f].media_type;
}

bool export_format_parse(struct str text, enum export_format *out)
{
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		if (str_eq(text, str_of(formats[i].name))) {
			*out = (enum export_format)i;
			return true;
		}
	}
	return false;
}

void render_document(
	const struct document *d, enum export_format format, struct buf *out)
{
	must(format < FORMAT_COUNT);
	formats[format].render(d, out);
}
