/* The tables that describe documents: a field per line, in output order. */
#ifndef SLUICE_SRC_MODEL_FIELD_H
#define SLUICE_SRC_MODEL_FIELD_H

#include <jansson.h>
#include <stdbool.h>

#include "json_read.h"
#include "sluice/base/str.h"
#include "sluice/model/document.h"

enum field_type {
	FIELD_TEXT,
	FIELD_ID,     /* one line of at most REFERENCE_MAX bytes */
	FIELD_TYPED,  /* text; its XML element names its type (xsi:type) */
	FIELD_BOOL,   /* "true" and "false" as strings in JSON exports */
	FIELD_COUNT,  /* integer from 0 */
	FIELD_AMOUNT, /* double */
	FIELD_TIME,
	FIELD_TIME_S, /* exported without milliseconds (seed 003) */
	FIELD_STATUS, /* of the document's entity */
	FIELD_OBJECT,
	FIELD_LIST,   /* of objects, wrapped: {"lines":{"line":[...]}} */
	FIELD_ARRAY,  /* of objects, plain: {"orderLineIncident":[...]} */
	FIELD_VALUES, /* of typed texts, wrapped */
	FIELD_TYPE_COUNT
};

enum field_presence {
	ALWAYS,       /* JSON exports show null when it is absent */
	WHEN_SET,     /* left out when it is absent */
	CSV_ONLY,     /* a column, but no element or key */
	NOT_EXPORTED, /* of the hub's API only */
};

struct field {
	const char *key;
	size_t key_len;
	enum field_type type;
	enum field_presence presence;
	bool required;
	const struct field *fields; /* of objects and of list items */
	size_t count;
	const char *item; /* FIELD_LIST, FIELD_VALUES: the inner key */
	/* <key>, </key>, <key/> and "key": as they are written; likewise for
	 * the item.  XML leaves out the braces of JSON, hence two openings. */
	struct str open, close, empty, json, item_open, item_close, item_json;
};

#define FIELD_STR(text)                                                        \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}
#define FIELD_BASE(k, t, p)                                                    \
	.key = (k), .key_len = sizeof(k) - 1, .type = (t), .presence = (p),    \
	.open = FIELD_STR("<" k ">"), .close = FIELD_STR("</" k ">"),          \
	.empty = FIELD_STR("<" k "/>"), .json = FIELD_STR("\"" k "\":")
#define FIELD_INSIDE(table) .fields = (table), .count = ARRAY_LEN(table)
#define FIELD_ITEM(i)                                                          \
	.item = (i), .item_open = FIELD_STR("<" i ">"),                        \
	.item_close = FIELD_STR("</" i ">"),                                   \
	.item_json = FIELD_STR("\"" i "\":")

#define TEXT(k, p)                                                             \
	{                                                                      \
		FIELD_BASE(k, FIELD_TEXT, p)                                   \
	}
#define ID(k, p)                                                               \
	{                                                                      \
		FIELD_BASE(k, FIELD_ID, p)                                     \
	}
#define REQUIRED_ID(k, p)                                                      \
	{                                                                      \
		FIELD_BASE(k, FIELD_ID, p), .required = true                   \
	}
#define TYPED(k, p)                                                            \
	{                                                                      \
		FIELD_BASE(k, FIELD_TYPED, p)                                  \
	}
#define BOOL(k, p)                                                             \
	{                                                                      \
		FIELD_BASE(k, FIELD_BOOL, p)                                   \
	}
#define COUNT(k, p)                                                            \
	{                                                                      \
		FIELD_BASE(k, FIELD_COUNT, p)                                  \
	}
#define AMOUNT(k, p)                                                           \
	{                                                                      \
		FIELD_BASE(k, FIELD_AMOUNT, p)                                 \
	}
#define TIME(k, p)                                                             \
	{                                                                      \
		FIELD_BASE(k, FIELD_TIME, p)                                   \
	}
#define TIME_S(k, p)                                                           \
	{                                                                      \
		FIELD_BASE(k, FIELD_TIME_S, p)                                 \
	}
#define STATUS(k, p)                                                           \
	{                                                                      \
		FIELD_BASE(k, FIELD_STATUS, p)                                 \
	}
#define OBJECT(k, p, t)                                                        \
	{                                                                      \
		FIELD_BASE(k, FIELD_OBJECT, p), FIELD_INSIDE(t)                \
	}
#define ARRAY(k, p, t)                                                         \
	{                                                                      \
		FIELD_BASE(k, FIELD_ARRAY, p), FIELD_INSIDE(t)                 \
	}
#define VALUES(k, p, i)                                                        \
	{                                                                      \
		FIELD_BASE(k, FIELD_VALUES, p), FIELD_ITEM(i)                  \
	}
#define LIST(k, p, i, t)                                                       \
	{                                                                      \
		FIELD_BASE(k, FIELD_LIST, p), FIELD_ITEM(i), FIELD_INSIDE(t)   \
	}

/* An entity's document. */
struct document_kind {
	enum export_entity entity;
	const char *root; /* XML: "Order" */
	const struct field *fields;
	size_t count;
	const char *reference_key, *external_key, *status_key;
	const char *supplier_object; /* where supplier_key is; NULL: on top */
	const char *supplier_key, *order_key;
	const char *rows_key, *rows_prefix; /* CSV: a row per item of it */
};

extern const struct document_kind document_order, document_incident;

const struct document_kind *document_kind(enum export_entity entity);

/* Walks an object in normal form beside its table.  Its keys are in table
 * order, so one pass finds every value without a lookup. */
struct cursor {
	json_t *object;
	void *iter;
};

static inline struct cursor cursor_of(const json_t *object)
{
	json_t *o = (json_t *)(uintptr_t)object;

	return (struct cursor){ o, json_object_iter(o) };
}

/* The value of `field`, the next one of the table, or NULL. */
static inline json_t *cursor_take(struct cursor *c, const struct field *field)
{
	json_t *value;

	if (c->iter == NULL ||
		json_object_iter_key_len(c->iter) != field->key_len ||
		memcmp(json_object_iter_key(c->iter), field->key,
			field->key_len) != 0)
		return NULL;
	value = json_object_iter_value(c->iter);
	c->iter = json_object_iter_next(c->object, c->iter);
	return value;
}

/* The items of a list in any of its forms; NULL or empty when it has none. */
static inline const json_t *list_items(
	const struct field *field, const json_t *value)
{
	if (value == NULL || field->item == NULL)
		return value;
	return json_object_get(value, field->item);
}

/* Reads `body` by the kind's table into normal form (document_read.c); absent
 * keys are taken from `fallback`.  NULL when there was a fault. */
json_t *document_read(const struct document_kind *kind, const json_t *body,
	const json_t *fallback, struct faults *faults);

/* True when `body` is what document_read() makes. */
bool document_is_normal(const struct document_kind *kind, const json_t *body);

#endif
