/* The default body of API exports: seed 003. */
#include <math.h>

#include "field.h"
#include "number.h"
#include "render_forms.h"
#include "sluice/model/render.h"

enum api_form {
	API_VALUE,
	API_SECONDS, /* a time without milliseconds */
	API_NUMBER,  /* a number as text, without ".0": "2" */
};

/* A key of the body, and where its value is in the order or its line. */
struct api_field {
	struct str json; /* "key": as it is written */
	const char *object, *key;
	enum api_form form;
};

#define API(k, object, key, form)                                              \
	{                                                                      \
		FIELD_STR("\"" k "\":"), (object), (key), (form)               \
	}

#define LINE_PRICE   "orderLogisticLinePriceDto"
#define LINE_VARIANT "orderLogisticLineProductVariantDto"

/* clang-format off */
static const struct api_field order_fields[] = {
	API("reference",            NULL,         "reference",       API_VALUE),
	API("accountExternalId",    "customerUserSnapshot", "accountExternalId", API_VALUE),
	API("supplierExternalId",   "supplierSnapshot", "externalId", API_VALUE),
	API("createdAt",            NULL,         "createdAt",       API_SECONDS),
};

static const struct api_field line_fields[] = {
	API("orderLineId",          NULL,         "id",              API_VALUE),
	API("offerPriceExternalId", LINE_PRICE,   "externalOfferId", API_VALUE),
	API("variantExternalId",    LINE_VARIANT, "externalId",      API_VALUE),
	API("quantityPerItem",      LINE_PRICE,   "quantityPerItem", API_NUMBER),
	API("gtin",                 LINE_VARIANT, "gtin",            API_VALUE),
	API("quantity",             NULL,         "quantity",        API_VALUE),
};
/* clang-format on */

static void put_number_text(struct buf *out, double x)
{
	buf_char(out, '"');
	if (x == trunc(x))
		put_integer(out, (int64_t)x);
	else
		put_amount(out, x);
	buf_char(out, '"');
}

static void put_value(struct buf *out, enum api_form form, const json_t *value)
{
	if (value == NULL) {
		buf_str(out, STR("null"));
	} else if (form == API_NUMBER) {
		put_number_text(out, json_real_value(value));
	} else if (form == API_SECONDS) {
		buf_char(out, '"');
		put_seconds(out, json_text(value));
		buf_char(out, '"');
	} else {
		json_write(value, out);
	}
}

static void put_fields(struct buf *out, const struct api_field *fields,
	size_t count, const json_t *object)
{
	for (const struct api_field *f = fields; f < fields + count; f++) {
		const json_t *from =
			f->object == NULL ? object
					  : json_object_get(object, f->object);

		if (f > fields)
			buf_char(out, ',');
		buf_str(out, f->json);
		put_value(out, f->form, json_object_get(from, f->key));
	}
}

static void put_order(const struct document *d, struct buf *out)
{
	const json_t *lines =
		json_object_get(json_object_get(d->body, "lines"), "line");

	buf_char(out, '{');
	put_fields(out, order_fields, ARRAY_LEN(order_fields), d->body);
	buf_text(out, ",\"orderLines\":[");
	for (size_t i = 0; i < json_array_size(lines); i++) {
		buf_text(out, i > 0 ? ",{" : "{");
		put_fields(out, line_fields, ARRAY_LEN(line_fields),
			json_array_get(lines, i));
		buf_char(out, '}');
	}
	buf_text(out, "]}");
}

void render_api_body(const struct document *d, struct buf *out)
{
	if (d->entity == EXPORT_ORDER)
		put_order(d, out);
	else
		render_json(d, out); /* its table is seed 003 already */
}
