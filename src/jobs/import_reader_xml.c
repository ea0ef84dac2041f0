/* XML: flat records, as objects of texts; from there on they go the way of
 * JSON. */
#include <stdlib.h>

#include "import_reader_private.h"
#include "sluice/base/mem.h"
#include "sluice/text/xml_records.h"

#define FIELDS_MAX 64 /* elements in a record; it has three */

struct xml_cutter {
	struct xml_records *records;
	struct mapping_json *mapping;
	struct buf element; /* the record that is out, as JSON */
	json_t *object;
};

static bool xml_open(struct import_reader *r)
{
	struct xml_records_options options = {
		.root = "OrderStatuses",
		.record = "OrderStatus",
		.max_record = r->options.limits.row,
		.max_fields = FIELDS_MAX,
	};

	r->xml = mem_alloc(sizeof *r->xml);
	r->xml->mapping = mapping_json_open(r->mapping);
	r->xml->records = xml_records_create(&options);
	/* Quotes, and six bytes for one at the worst. */
	r->xml->element = buf_make(6 * r->options.limits.row + 4096);
	return true;
}

static void xml_close(struct import_reader *r)
{
	mapping_json_close(r->xml->mapping);
	xml_records_destroy(r->xml->records);
	buf_release(&r->xml->element);
	json_decref(r->xml->object);
	free(r->xml);
}

static void xml_take(struct import_reader *r, struct str piece, bool last)
{
	xml_records_feed(r->xml->records, piece, last);
}

/* --- rows ----------------------------------------------------------------- */

/* As JSON, for the rejects. */
static struct str element_of(struct buf *out, const struct xml_record *x)
{
	buf_clear(out);
	buf_char(out, '{');
	for (size_t i = 0; i < x->count; i++) {
		if (i > 0)
			buf_char(out, ',');
		buf_json_string(out, x->fields[i].name);
		buf_char(out, ':');
		buf_json_string(out, x->fields[i].text);
	}
	buf_char(out, '}');
	return buf_view(out);
}

static enum import_kind give_record(struct import_reader *r,
	struct import_row *row, const struct xml_record *x)
{
	import_row_begin(r, row, x->line, 1);
	row->element = element_of(&r->xml->element, x);
	r->xml->object = mapping_xml_object(x, &r->faults);
	return r->xml->object == NULL
		       ? IMPORT_BAD
		       : import_row_give_object(
				 r, row, r->xml->mapping, r->xml->object);
}

static enum import_kind xml_cut(struct import_reader *r, struct import_row *row)
{
	struct xml_record record;
	struct diag why;

	json_decref(r->xml->object);
	r->xml->object = NULL;
	switch (xml_records_next(r->xml->records, &record)) {
	case XML_RECORD:
		return give_record(r, row, &record);
	case XML_MORE:
		return IMPORT_MORE;
	case XML_END:
		return IMPORT_END;
	case XML_ERROR:
		break;
	}
	xml_records_error(r->xml->records, &why);
	return import_reader_fail(r, why.code, "%s", why.text);
}

const struct cutter import_cutter_xml = {
	.form = MAPPING_JSON,
	.open = xml_open,
	.feed = xml_take,
	.next = xml_cut,
	.close = xml_close,
};
