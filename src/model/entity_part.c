/* One object: its fields, read by the table beside what was there before, and
 * its free keys. */
#include "entity_private.h"
#include "put.h"

/* --- what was there --------------------------------------------------------
 */

static size_t count_members(struct str rest)
{
	struct str key, value;
	size_t n = 0;

	while (stored_member(&rest, &key, &value))
		n++;
	return n;
}

static void keep_old_free(struct entity_checking *c, struct entity_part *part,
	struct str rest, struct str key, struct str value)
{
	size_t len = part->section->prefix == NULL
			     ? 0
			     : strlen(part->section->prefix);

	if (len == 0 || key.len <= len ||
		memcmp(key.ptr, part->section->prefix, len) != 0)
		return; /* of an older version */
	if (part->old_free == NULL)
		part->old_free = arena_alloc(c->arena,
			(count_members(rest) + 1) * sizeof *part->old_free);
	part->old_free[part->old_free_count++] =
		(struct entity_free){ key, norm_raw(value) };
}

/* Keys come in the order of the table: so the next match is close by. */
static size_t match_field(
	const struct entity_section *s, size_t from, struct str key)
{
	for (size_t i = from; i < s->count; i++)
		if (strncmp(s->fields[i].key, key.ptr, key.len) == 0 &&
			s->fields[i].key[key.len] == '\0')
			return i;
	return s->count;
}

void part_scan_old(struct entity_checking *c, struct entity_part *part,
	struct str old, const char *list_key)
{
	struct str rest = stored_inside(old), key, value;
	size_t next = 0, i;

	while (stored_member(&rest, &key, &value)) {
		i = match_field(part->section, next, key);
		if (i < part->section->count) {
			part->old[i] = norm_raw(value);
			next = i + 1;
		} else if (list_key != NULL && str_eq(key, str_of(list_key))) {
			part->old_list = value;
		} else {
			keep_old_free(c, part, rest, key, value);
		}
	}
}

/* --- fields ----------------------------------------------------------------
 */

static void locate(
	struct entity_checking *c, const struct entity_given *g, size_t first)
{
	struct str column = { NULL, 0 }, value = g->text;
	struct buf json = buf_make(512);

	if (c->faults->count == first)
		return;
	if (g->column > 0 && g->column <= c->in->header_count)
		column = c->in->header[g->column - 1];
	if (json_is_string(g->json)) {
		value = json_text(g->json);
	} else if (g->json != NULL) {
		json_write(g->json, &json);
		value = buf_view(&json);
	}
	if (value.ptr == NULL)
		value = STR("");
	faults_locate(c->faults, first, column, value);
	buf_release(&json);
}

static bool is_needed(const struct entity_checking *c,
	const struct entity_part *part, const struct entity_field *f)
{
	enum entity_need need = part->is_new ? f->create : f->update;

	return need == REQ ||
	       (need == MULTI && c->r->multi_store && c->r->store.len == 0);
}

static struct norm initial_value(
	struct entity_checking *c, const struct entity_field *f)
{
	struct entity_at at = { .c = c, .field = f };
	struct norm n = { NORM_NONE, { NULL, 0 } };

	if (f->initial == NULL)
		return n;
	if (f->target == ENTITY_STORE && f->type == ENTITY_REFS) {
		n.text = c->r->store.len > 0 ? c->r->store : STR(DEFAULT_STORE);
		return norm_of_texts(&n.text, 1, c->arena);
	}
	if (f->type == ENTITY_BOOL)
		return norm_bool(strcmp(f->initial, "TRUE") == 0);
	if (f->type == ENTITY_COUNT || f->type == ENTITY_NUMBER)
		return norm_raw(str_of(f->initial));
	at.text = str_of(f->initial);
	return norm_string(at.text);
}

/* What stands where the row has nothing. */
static struct norm kept_value(struct entity_checking *c,
	const struct entity_part *part, size_t i, const struct path *path)
{
	const struct entity_field *f = &part->section->fields[i];
	size_t first = c->faults->count;

	if (is_needed(c, part, f)) {
		fault_missing(c->faults, path);
		locate(c, &part->given[i], first);
	} else if (part->is_new) {
		return initial_value(c, f);
	}
	return part->old[i];
}

static struct norm read_field(
	struct entity_checking *c, const struct entity_part *part, size_t i)
{
	const struct entity_field *f = &part->section->fields[i];
	const struct entity_given *g = &part->given[i];
	struct path path = { .up = part->path, .key = f->key };
	size_t first = c->faults->count;
	struct entity_at at = {
		.c = c,
		.field = f,
		.path = &path,
		.text = g->text,
		.json = g->json,
		.old = part->old[i],
	};
	struct norm n;

	if (given_is_blank(g))
		return kept_value(c, part, i, &path);
	n = norm_read(&at);
	locate(c, g, first);
	/* Checked, but it stays as it was created. */
	return f->edit == NO && !part->is_new && !c->table->document
		       ? part->old[i]
		       : n;
}

/* --- free keys ---------------------------------------------------------------
 */

static struct norm read_free(struct entity_checking *c,
	const struct entity_part *part, const struct entity_extra *x)
{
	struct path path = { .up = part->path,
		.key = arena_dup(c->arena, x->key) };
	struct entity_at at = {
		.c = c,
		.path = &path,
		.text = x->given.text,
		.json = x->given.json,
	};
	size_t first = c->faults->count;
	struct buf text = buf_make(1024);
	struct norm n;

	if (json_is_number(at.json) || json_is_boolean(at.json)) {
		json_write(at.json, &text);
		at.text = str_of(arena_dup(c->arena, buf_view(&text)));
		at.json = NULL;
	}
	n = norm_read(&at);
	locate(c, &x->given, first);
	buf_release(&text);
	return n;
}

static int compare_keys(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static bool is_of(const struct entity_checking *c,
	const struct entity_part *part, const struct entity_extra *x)
{
	return x->in_item == (part != c->top);
}

static void take_free(struct entity_checking *c, struct entity_part *part,
	const struct entity_extra *x)
{
	struct norm n;

	if (given_is_blank(&x->given))
		return; /* deletes the value */
	n = read_free(c, part, x);
	part->kept_free[part->kept_free_count++] =
		(struct entity_free){ x->key, n };
}

/* Both runs rise: merged in one pass. */
static void read_free_keys(struct entity_checking *c, struct entity_part *part)
{
	size_t total = part->free_count + part->old_free_count, o = 0;

	if (total == 0)
		return;
	part->kept_free =
		arena_alloc(c->arena, total * sizeof *part->kept_free);
	for (size_t i = 0; i < part->free_count; i++) {
		const struct entity_extra *x = &part->free[i];
		int order = 1;

		if (!is_of(c, part, x))
			continue;
		for (; o < part->old_free_count &&
			(order = compare_keys(part->old_free[o].key, x->key)) <=
				0;
			o++)
			if (order < 0)
				part->kept_free[part->kept_free_count++] =
					part->old_free[o];
		take_free(c, part, x);
	}
	while (o < part->old_free_count)
		part->kept_free[part->kept_free_count++] = part->old_free[o++];
}

void part_read(
	struct entity_checking *c, struct entity_part *part, size_t first)
{
	for (size_t i = first; i < part->section->count; i++)
		part->values[i] = read_field(c, part, i);
	read_free_keys(c, part);
}

/* --- writing
 * ------------------------------------------------------------------- */

static void put_key(struct buf *out, struct str key)
{
	char last = out->len == 0 ? '{' : out->data[out->len - 1];

	if (last == '{')
		buf_char(out, '"');
	else
		put_str(out, STR(",\""));
	put_str(out, key);
	put_str(out, STR("\":"));
}

void part_write(
	const struct entity_part *part, const char *list_key, struct buf *out)
{
	const struct entity_section *s = part->section;

	buf_char(out, '{');
	for (size_t i = 0; i < s->count; i++) {
		if (part->values[i].form == NORM_NONE ||
			s->fields[i].edit == ACT)
			continue;
		put_key(out, str_of(s->fields[i].key));
		norm_put(out, part->values[i]);
	}
	if (part->list.form != NORM_NONE) {
		put_key(out, str_of(list_key));
		norm_put(out, part->list);
	}
	for (size_t i = 0; i < part->kept_free_count; i++) {
		put_key(out, part->kept_free[i].key);
		norm_put(out, part->kept_free[i].value);
	}
	buf_char(out, '}');
}

/* --- for the kinds' rules
 * ------------------------------------------------------- */

struct str part_text(
	struct entity_checking *c, const struct entity_part *part, size_t field)
{
	return norm_text(part->values[field], c->arena);
}

void rule_fault_at(struct entity_checking *c, const struct entity_part *part,
	size_t field, const char *message, const char *code)
{
	struct path path = { .up = part->path,
		.key = part->section->fields[field].key };
	size_t first = c->faults->count;

	fault_at(c->faults, &path, code, "%s", message);
	locate(c, &part->given[field], first);
}

void rule_require(
	struct entity_checking *c, const struct entity_part *part, size_t field)
{
	if (part->values[field].form == NORM_NONE && !part_given(part, field))
		rule_fault(c, part, field, FAULT_MISSING,
			"Required field(s) %s is/are missing or blank",
			part->section->fields[field].key);
}

void rule_claim(struct entity_checking *c, enum entity_kind kind, struct str id,
	bool held)
{
	struct entity_claim *claim;

	if (id.len == 0)
		return;
	claim = arena_alloc(c->arena, sizeof *claim);
	*claim = (struct entity_claim){ kind, id, held, c->out->claims };
	c->out->claims = claim;
}

void rule_alone(struct entity_checking *c, const struct entity_part *part,
	size_t field, enum entity_kind kind, struct str id)
{
	struct str owner = c->r->lookup->get(c->r->lookup->arg, kind, id);

	if (id.len > 0 && owner.len > 0 && !str_eq(owner, c->out->external_id))
		rule_fault(c, part, field, FAULT_DUPLICATE,
			"Unique reference %s already exists in Djust system",
			part->section->fields[field].key);
}
