/* One object: its fields, read by the table beside what was there before, and
 * its free keys. */
#include "entity_private.h"
#include "put.h"

/* --- what was there --------------------------------------------------------
 */

static void keep_old_free(struct entity_checking *c, struct entity_part *part,
	struct str key, struct str value)
{
	const char *prefix = part->section->prefix;
	size_t len = prefix == NULL ? 0 : strlen(prefix);
	size_t n = part->old_free_count;
	struct entity_free *more;

	if (len == 0 || key.len <= len || memcmp(key.ptr, prefix, len) != 0)
		return; /* of an older version */
	/* Full at each power of two, from four on. */
	if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
		more = arena_alloc(
			c->arena, (n == 0 ? 4 : 2 * n) * sizeof *more);
		if (n > 0)
			memcpy(more, part->old_free, n * sizeof *more);
		part->old_free = more;
	}
	part->old_free[part->old_free_count++] =
		(struct entity_free){ key, norm_raw(value) };
}

/* Members come in the order of the table: so the next one is close by. */
static size_t take_field(
	struct entity_part *part, size_t from, struct str *rest)
{
	const struct entity_section *s = part->section;
	struct str value;

	for (size_t i = from; i < s->count; i++) {
		if (!stored_named(rest, s->fields[i].member, &value))
			continue;
		part->old[i] = norm_raw(value);
		return i + 1;
	}
	return 0;
}

/* Any other member; false: there is none. */
static bool take_other(struct entity_checking *c, struct entity_part *part,
	const char *list_key, struct str *rest)
{
	struct str key, value;

	if (!stored_member(rest, &key, &value))
		return false;
	if (list_key != NULL && str_eq(key, str_of(list_key)))
		part->old_list = value;
	else
		keep_old_free(c, part, key, value);
	return true;
}

void part_init(struct entity_part *part, const struct entity_section *section,
	const struct entity_given *given)
{
	part->section = section;
	part->given = given;
	part->path = NULL;
	part->is_new = false;
	memset(part->old, 0, section->count * sizeof *part->old);
	part->list = (struct norm){ NORM_NONE, { NULL, 0 } };
	part->old_list = (struct str){ NULL, 0 };
	part->free = NULL;
	part->old_free = part->kept_free = NULL;
	part->free_count = part->old_free_count = part->kept_free_count = 0;
}

void part_scan_old(struct entity_checking *c, struct entity_part *part,
	struct str old, const char *list_key)
{
	struct str rest = stored_inside(old);
	size_t next = 0, found;

	while (rest.len > 0) {
		found = take_field(part, next, &rest);
		if (found > 0)
			next = found;
		else if (!take_other(c, part, list_key, &rest))
			return;
	}
}

/* --- fields ----------------------------------------------------------------
 */

static void locate_faults(
	struct entity_checking *c, const struct entity_given *g, size_t first)
{
	struct str column = { NULL, 0 }, value = g->text;
	struct buf json = buf_make(512);

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

static inline void locate(
	struct entity_checking *c, const struct entity_given *g, size_t first)
{
	if (c->faults->count > first)
		locate_faults(c, g, first);
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
	if (f->target == ENTITY_STORE && f->type == ENTITY_REFS)
		return c->r->store.len > 0
			       ? norm_of_texts(&c->r->store, 1, c->arena)
			       : norm_raw(STR("[\"" DEFAULT_STORE "\"]"));
	if (f->type == ENTITY_BOOL)
		return norm_bool(f->initial[0] == 'T');
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
	struct path path = { .up = part->path };
	struct entity_at at = {
		.c = c,
		.path = &path,
		.text = x->given.text,
		.json = x->given.json,
	};
	size_t first = c->faults->count;
	struct buf text = buf_make(1024);
	struct norm n = norm_string(at.text);

	if (at.json == NULL && n.form == NORM_PLAIN && n.text.len <= TEXT_MAX)
		return n;
	path.key = arena_dup(c->arena, x->key);
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

void part_read_nothing(struct entity_part *part, size_t first)
{
	memset(part->values + first, 0,
		(part->section->count - first) * sizeof *part->values);
}

/* --- writing
 * ------------------------------------------------------------------- */

static inline bool has_room(
	const struct buf *out, struct str member, struct str value)
{
	return !out->full && out->len + member.len + value.len + 2 < out->cap;
}

/* Nearly every value: in one go. */
static inline void put_quickly(
	struct buf *out, struct str member, struct norm value)
{
	char *p = out->data + out->len;

	memcpy(p, member.ptr, member.len);
	p += member.len;
	if (value.form == NORM_PLAIN)
		*p++ = '"';
	memcpy(p, value.text.ptr, value.text.len);
	p += value.text.len;
	if (value.form == NORM_PLAIN)
		*p++ = '"';
	*p = '\0';
	out->len = (size_t)(p - out->data);
}

/* `member` is ,"key": and loses its comma at the beginning. */
static void put_member(struct buf *out, struct str member, struct norm value)
{
	if (out->len > 0 && out->data[out->len - 1] == '{')
		member = (struct str){ member.ptr + 1, member.len - 1 };
	if (value.form == NORM_TEXT || !has_room(out, member, value.text)) {
		put_str(out, member);
		norm_put(out, value);
	} else {
		put_quickly(out, member, value);
	}
}

static void put_free(struct buf *out, const struct entity_free *free)
{
	if (out->len > 0 && out->data[out->len - 1] != '{')
		buf_char(out, ',');
	buf_char(out, '"');
	put_str(out, free->key);
	put_str(out, STR("\":"));
	norm_put(out, free->value);
}

static void put_list(struct buf *out, const char *key, struct norm list)
{
	const struct entity_free member = { str_of(key), list };

	put_free(out, &member);
}

void part_write(
	const struct entity_part *part, const char *list_key, struct buf *out)
{
	const struct entity_section *s = part->section;

	buf_char(out, '{');
	for (size_t i = 0; i < s->count; i++)
		if (part->values[i].form != NORM_NONE &&
			s->fields[i].edit != ACT)
			put_member(out, s->fields[i].member, part->values[i]);
	if (part->list.form != NORM_NONE)
		put_list(out, list_key, part->list);
	for (size_t i = 0; i < part->kept_free_count; i++)
		put_free(out, &part->kept_free[i]);
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
