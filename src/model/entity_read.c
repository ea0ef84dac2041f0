/* A row into normal form. */
#include "entity_private.h"
#include "sluice/model/document.h"

/* --- identity
 * ----------------------------------------------------------------- */

static void check_path(struct entity_checking *c, struct str own)
{
	struct str id = c->out->external_id;

	if (own.len > 0 && !str_eq(own, id))
		rule_fault(c, c->top, 0, FAULT_INVALID,
			"Field %s differs from the one in the path, %.*s",
			c->table->top.fields[0].key, STR_ARG(id));
}

/* The first field of every kept kind. */
static void read_external_id(struct entity_checking *c)
{
	const struct entity_field *f = &c->table->top.fields[0];
	struct str own = entity_input_id(c->in);
	struct path path = { .key = f->key };
	struct entity_at at = { .c = c, .field = f, .path = &path };
	size_t first = c->faults->count;

	c->out->external_id =
		c->r->external_id.len > 0 ? c->r->external_id : own;
	at.text = str_trim(c->out->external_id);
	if (c->in->fields[0].json != NULL && own.len == 0 &&
		!given_is_blank(&c->in->fields[0]))
		fault_format(c->faults, &path, "text");
	else if (at.text.len == 0)
		fault_missing(c->faults, &path);
	else if (c->r->external_id.len > 0 && !str_is_utf8(at.text))
		fault_format(
			c->faults, &path, "text without control characters");
	else if (norm_id_fits(&at, at.text) && f->type == ENTITY_REF &&
		 !entity_ref_exists(c, f->target, at.text))
		fault_reference(&at, arena_dup(c->arena, at.text));
	if (c->faults->count > first)
		faults_locate(c->faults, first,
			c->in->fields[0].column > 0 &&
					c->in->fields[0].column <=
						c->in->header_count
				? c->in->header[c->in->fields[0].column - 1]
				: (struct str){ NULL, 0 },
			at.text);
	c->top->values[0] = norm_string(c->out->external_id);
	check_path(c, own);
}

/* At least one of the fields that say EITHER. */
static void check_either(struct entity_checking *c)
{
	const struct entity_section *s = &c->table->top;
	const char *names = "";
	size_t last = 0;

	for (size_t i = 0; i < s->count; i++) {
		if (s->fields[i].create != EITHER)
			continue;
		if (part_given(c->top, i))
			return;
		names = arena_printf(c->arena, "%s%s%s", names,
			*names == '\0' ? "" : " or ", s->fields[i].key);
		last = i;
	}
	if (*names != '\0')
		rule_fault(c, c->top, last, FAULT_MISSING,
			"Required field(s) %s is/are missing or blank", names);
}

static void identify_document(struct entity_checking *c)
{
	c->out->external_id = entity_input_id(c->in);
	check_either(c);
}

/* --- what comes out
 * -------------------------------------------------------------- */

static size_t field_number(const struct entity_table *t, const char *key)
{
	/* A table's literals mostly are one. */
	for (size_t i = 0; i < t->top.count; i++)
		if (t->top.fields[i].key == key)
			return i;
	for (size_t i = 0; i < t->top.count; i++)
		if (strcmp(t->top.fields[i].key, key) == 0)
			return i;
	must(false); /* a table names a field that it hasn't got */
	return 0;
}

static struct str joined_stores(struct entity_checking *c)
{
	struct norm stores =
		c->top->values[field_number(c->table, c->table->stores_key)];
	struct buf joined = buf_make(TEXT_MAX);
	size_t count;
	struct str *ids = norm_texts(stores, c->arena, &count);
	struct str out;

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_char(&joined, '\n');
		buf_str(&joined, ids[i]);
	}
	out = (struct str){ NULL, joined.len };
	out.ptr = arena_dup(c->arena, buf_view(&joined));
	buf_release(&joined);
	return out;
}

/* One store needs no copy: it stands in the value, or is the default. */
static struct str store_ids(struct entity_checking *c)
{
	static const char simple[] = "[\"" DEFAULT_STORE "\"]";
	struct norm stores =
		c->top->values[field_number(c->table, c->table->stores_key)];

	if (stores.form == NORM_RAW && str_eq(stores.text, STR(simple)))
		return STR(DEFAULT_STORE);
	return joined_stores(c);
}

static void finish(struct entity_checking *c, struct buf *text)
{
	const struct entity_table *t = c->table;
	struct entity *out = c->out;

	buf_clear(text);
	part_write(c->top, t->list_key, text);
	out->text = buf_view(text);
	out->name = STR("");
	out->store_ids = STR("");
	if (t->name_key != NULL)
		out->name = part_text(c, c->top, field_number(t, t->name_key));
	if (t->stores_key != NULL)
		out->store_ids = store_ids(c);
	if (text->full)
		fault_at(c->faults, NULL, FAULT_LENGTH,
			"the entity is larger than %zu bytes", text->max);
}

bool entity_read(const struct entity_input *in,
	const struct entity_reading *reading, struct buf *text,
	struct entity *out)
{
	const struct entity_table *t = entity_table(in->kind);
	struct entity_part top;
	struct entity_checking c = {
		.table = t,
		.in = in,
		.r = reading,
		.out = out,
		.top = &top,
		.faults = reading->faults,
		.arena = reading->faults->arena,
	};

	*out = (struct entity){ .kind = in->kind };
	part_init(&top, &t->top, in->fields);
	top.free = in->extras;
	top.free_count = in->extra_count;
	top.is_new =
		t->document ? !reading->document_exists : reading->old.len == 0;
	if (t->document) {
		identify_document(&c);
	} else {
		part_scan_old(&c, &top, reading->old, t->list_key);
		read_external_id(&c);
	}
	part_read(&c, &top, t->document ? 0 : 1);
	if (t->list_key != NULL)
		list_read(&c);
	if (t->check != NULL)
		t->check(&c);
	if (!faults_any(c.faults))
		finish(&c, text);
	return !faults_any(c.faults);
}
