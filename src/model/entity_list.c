/* The items of an entity: addresses of an account, variants of a product.
 * A row brings one (its own columns) or, in JSON, a list of them; each takes
 * the place of the one with the same key or is added at the end. */
#include "entity_private.h"
#include "sluice/model/document.h"

struct slot {
	struct str text; /* the item; empty: taken away */
	struct str key;  /* the members that identify it, as they are written */
};

struct slots {
	struct entity_checking *c;
	struct slot *list;
	size_t count;
	json_t *index; /* key -> number */
};

static const char *arena_view(struct arena *arena, struct buf *b)
{
	const char *copy = arena_dup(arena, buf_view(b));

	buf_release(b);
	return copy;
}

/* The first members of a stored item: those that identify it. */
static struct str stored_key(const struct entity_table *t, struct str item)
{
	struct str inside = stored_inside(item), rest = inside, key, value;

	for (unsigned i = 0; i < t->item_keys; i++)
		if (!stored_member(&rest, &key, &value))
			break;
	return (struct str){ inside.ptr, inside.len - rest.len };
}

/* The same of one that was just read. */
static struct str key_of(struct entity_checking *c, const struct entity_part *p)
{
	struct buf text = buf_make(TEXT_MAX);

	for (unsigned i = 0; i < c->table->item_keys; i++) {
		buf_printf(&text, "%s\"%s\":", i == 0 ? "" : ",",
			p->section->fields[i].key);
		norm_put(&text, p->values[i]);
	}
	return str_of(arena_view(c->arena, &text));
}

static void slots_open(struct slots *s, size_t given)
{
	struct str rest = stored_inside(s->c->top->old_list), item;
	size_t n = 0;

	while (stored_element(&rest, &item))
		n++;
	s->list = arena_alloc(s->c->arena, (n + given + 1) * sizeof *s->list);
	s->index = json_object();
	rest = stored_inside(s->c->top->old_list);
	while (stored_element(&rest, &item)) {
		struct slot *slot = &s->list[s->count];

		*slot = (struct slot){ item, stored_key(s->c->table, item) };
		json_object_setn_new(s->index, slot->key.ptr, slot->key.len,
			json_integer((json_int_t)s->count++));
	}
}

/* The slot with this key, or a new one at the end. */
static struct slot *slots_find(struct slots *s, struct str key, bool *is_new)
{
	const json_t *at = NULL;
	struct slot *slot;

	if (s->c->table->item_keys > 0)
		at = json_object_getn(s->index, key.ptr, key.len);
	slot = &s->list[at == NULL ? s->count : (size_t)json_integer_value(at)];
	*is_new = slot->text.len == 0;
	if (at != NULL)
		return slot;
	slot->key = key;
	json_object_setn_new(s->index, key.ptr, key.len,
		json_integer((json_int_t)s->count++));
	return slot;
}

/* --- one item ------------------------------------------------------------- */

/* The identifying fields; false: a fault. */
static bool read_keys(struct entity_checking *c, struct entity_part *part)
{
	const struct entity_section *all = part->section;
	struct entity_section keys = { .fields = all->fields,
		.count = c->table->item_keys };
	size_t faults = c->faults->count, free_count = part->free_count;

	part->section = &keys;
	part->free_count = 0;
	part->is_new = true;
	part_read(c, part, 0);
	part->section = all;
	part->free_count = free_count;
	return c->faults->count == faults;
}

static bool given_is_true(const struct entity_given *g)
{
	bool is_true = false;

	if (g->json != NULL)
		return read_boolean(g->json, &is_true) && is_true;
	return str_eq_nocase(str_trim(g->text), STR("true"));
}

static bool is_removed(
	const struct entity_checking *c, const struct entity_part *part)
{
	const char *key = c->table->remove_key;

	for (size_t i = 0; key != NULL && i < part->section->count; i++)
		if (strcmp(part->section->fields[i].key, key) == 0)
			return given_is_true(&part->given[i]);
	return false;
}

static void claim_item(struct entity_checking *c, struct entity_part *part)
{
	struct str id = norm_text(part->values[0], c->arena);

	if (!c->table->claims || faults_any(c->faults))
		return;
	if (c->table->claims_alone && !c->item_removed)
		rule_alone(c, part, 0, c->table->claim, id);
	rule_claim(c, c->table->claim, id, !c->item_removed && !c->item_gone);
}

static void put_item(
	struct slots *s, struct slot *slot, struct entity_part *part)
{
	struct entity_checking *c = s->c;
	struct buf text = buf_make(DOCUMENT_MAX);

	part_write(part, NULL, &text);
	slot->text = (struct str){ NULL, text.len };
	slot->text.ptr = arena_view(c->arena, &text);
}

static void read_item(struct slots *s, struct entity_part *part)
{
	struct entity_checking *c = s->c;
	struct slot *slot;
	bool is_new;

	if (!read_keys(c, part))
		return;
	slot = slots_find(s, key_of(c, part), &is_new);
	part->is_new = is_new && !(c->table->document && c->r->document_exists);
	part_scan_old(c, part, slot->text, NULL);
	c->item = part;
	c->item_removed = is_removed(c, part);
	c->item_gone = false;
	if (c->item_removed)
		part_read_nothing(part, c->table->item_keys);
	else
		part_read(c, part, c->table->item_keys);
	if (c->table->check_item != NULL)
		c->table->check_item(c);
	claim_item(c, part);
	if (c->item_removed && !c->table->document)
		slot->text = (struct str){ "", 0 };
	else
		put_item(s, slot, part);
	c->item = NULL;
}

/* --- where items come from ---------------------------------------------------
 */

static bool has_own_item(const struct entity_checking *c)
{
	const struct entity_table *t = c->table;

	for (size_t i = 0; i < t->item.count; i++)
		if (!given_is_blank(&c->in->fields[t->top.count + i]))
			return true;
	for (size_t i = 0; i < c->in->extra_count; i++)
		if (c->in->extras[i].in_item &&
			!given_is_blank(&c->in->extras[i].given))
			return true;
	return false;
}

static void read_own_item(struct slots *s)
{
	const struct entity_checking *c = s->c;
	struct entity_part part;

	part_init(&part, &c->table->item, c->in->fields + c->table->top.count);
	part.free = c->in->extras;
	part.free_count = c->in->extra_count;
	read_item(s, &part);
}

static void read_json_item(
	struct slots *s, const json_t *value, const struct path *path)
{
	struct entity_checking *c = s->c;
	struct entity_given given[ENTITY_FIELDS_MAX] = { 0 };
	struct entity_part part;

	part_init(&part, &c->table->item, given);
	part.path = path;
	if (!json_is_object(value)) {
		fault_format(c->faults, path, "object");
		return;
	}
	entity_item_json(c->table, value, c->in->strict, c->faults, path, given,
		&part.free, &part.free_count);
	read_item(s, &part);
}

static void read_json_items(struct slots *s)
{
	const struct entity_table *t = s->c->table;
	struct path list = { .key = t->list_key };
	size_t i;
	json_t *item;

	json_array_foreach (s->c->in->items, i, item) {
		struct path path = { .up = &list, .index = i };

		read_json_item(s, item, &path);
	}
	if (!json_is_array(s->c->in->items))
		fault_format(s->c->faults, &list, "list of objects");
}

static struct norm slots_write(const struct slots *s)
{
	struct buf text = buf_make(DOCUMENT_MAX);
	struct norm n = { NORM_RAW, { "[]", 2 } };
	bool first = true;

	buf_char(&text, '[');
	for (size_t i = 0; i < s->count; i++) {
		if (s->list[i].text.len == 0)
			continue;
		if (!first)
			buf_char(&text, ',');
		first = false;
		buf_str(&text, s->list[i].text);
	}
	buf_char(&text, ']');
	if (text.full)
		fault_at(s->c->faults, NULL, FAULT_LENGTH,
			"Size limit exceeded for field %s, must be lower than "
			"%u characters",
			s->c->table->list_key, DOCUMENT_MAX);
	n.text = (struct str){ NULL, text.len };
	n.text.ptr = arena_view(s->c->arena, &text);
	return n;
}

void list_read(struct entity_checking *c)
{
	struct slots s = { .c = c };
	bool own = has_own_item(c);

	if (c->in->items == NULL && !own) {
		if (c->top->old_list.len > 0)
			c->top->list = norm_raw(c->top->old_list);
		return;
	}
	slots_open(&s, json_array_size(c->in->items) + own);
	if (c->in->items != NULL)
		read_json_items(&s);
	if (own)
		read_own_item(&s);
	c->top->list = slots_write(&s);
	json_decref(s.index);
}
