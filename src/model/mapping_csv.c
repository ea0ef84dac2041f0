/* A mapping compiled for the header of a file. */
#include <stdlib.h>

#include "mapping_private.h"

#define NAMES_MAX 4096 /* bytes of a list of columns in a message */

/* From some columns into a field or a free key. */
struct step {
	struct entity_given *to;
	const struct mapping_rule *rule; /* NULL: the column as it is */
	size_t first, count;             /* of the columns in csv->columns */
};

struct mapping_csv {
	const struct mapping *m;
	struct entity_input in;
	struct step *steps;
	size_t count;
	size_t *columns; /* from 0; `absent` where the header hasn't got it */
	size_t column_count;
};

#define ABSENT SIZE_MAX

/* --- lists of names
 * ----------------------------------------------------------- */

struct names {
	struct buf text;
	size_t count;
};

static void note(struct names *n, struct str name)
{
	n->count++;
	if (n->text.len + name.len + 3 > NAMES_MAX)
		return;
	if (n->text.len > 0)
		buf_text(&n->text, ", ");
	buf_str(&n->text, name);
}

static const char *noted(struct names *n, struct arena *arena)
{
	const char *copy = arena_dup(arena, buf_view(&n->text));

	buf_release(&n->text);
	return copy;
}

struct compiling {
	struct mapping_csv *c;
	const struct str *header;
	size_t count;
	bool *used;
	struct names missing, doubled, unmapped, unknown;
};

/* --- columns
 * -------------------------------------------------------------------- */

static size_t find_column(struct compiling *k, struct str name)
{
	size_t found = ABSENT;

	for (size_t i = 0; i < k->count; i++) {
		if (!mapping_same_name(k->c->m, k->header[i], name))
			continue;
		k->used[i] = true;
		if (found == ABSENT)
			found = i;
		else
			note(&k->doubled, name);
	}
	return found;
}

/* The column that bears one of the field's documented names. */
static size_t find_documented(struct compiling *k, int field)
{
	size_t found = ABSENT;

	for (size_t i = 0; i < k->count; i++) {
		if (k->used[i] || mapping_uses(k->c->m, k->header[i]) ||
			entity_field_find(k->c->m->table, k->header[i], true) !=
				field)
			continue;
		k->used[i] = true;
		if (found == ABSENT)
			found = i;
		else
			note(&k->doubled, str_trim(k->header[i]));
	}
	return found;
}

static struct step *add_step(struct compiling *k, struct entity_given *to,
	const struct mapping_rule *rule)
{
	struct step *s = &k->c->steps[k->c->count++];

	*s = (struct step){ to, rule, k->c->column_count, 0 };
	return s;
}

static void add_column(struct compiling *k, struct step *s, size_t column)
{
	k->c->columns[k->c->column_count++] = column;
	s->count++;
}

/* A column as it is. */
static void add_cell(
	struct compiling *k, struct entity_given *to, size_t column)
{
	add_column(k, add_step(k, to, NULL), column);
	to->column = (uint32_t)column + 1;
}

/* Is something there for the field? */
static bool add_rule(struct compiling *k, struct entity_given *to,
	const struct mapping_rule *rule)
{
	struct step *s = add_step(k, to, rule);
	bool any = rule->constant != NULL || rule->fallback != NULL;

	for (size_t i = 0; i < rule->count; i++) {
		struct str name = str_of(rule->sources[i].text);
		size_t column = find_column(k, name);

		any = any || column != ABSENT;
		if (column == ABSENT)
			note(&k->unmapped, str_trim(name));
		add_column(k, s, column);
	}
	return any;
}

/* --- fields
 * ------------------------------------------------------------------------ */

static struct str label_of(
	const struct mapping *m, int field, const struct mapping_rule *rule)
{
	const struct entity_field *f = entity_field_at(m->table, (size_t)field);
	const char *rest = f->labels;
	struct str name;

	if (rule != NULL && rule->count > 0)
		return str_trim(str_of(rule->sources[0].text));
	return entity_names_next(&rest, &name) ? name : str_of(f->key);
}

static bool add_field(struct compiling *k, int field)
{
	const struct mapping_rule *rule = mapping_rule_of(k->c->m, field);
	struct entity_given *to = &k->c->in.fields[field];
	size_t column;

	if (rule != NULL)
		return add_rule(k, to, rule);
	column = find_documented(k, field);
	if (column == ABSENT)
		return false;
	add_cell(k, to, column);
	return true;
}

/* Required of every row, new or not, or of none but these. */
static void add_fields(struct compiling *k)
{
	const struct entity_table *t = k->c->m->table;
	struct buf either = buf_make(NAMES_MAX);
	bool any = false;

	for (size_t i = 0; i < entity_field_count(t); i++) {
		const struct entity_field *f = entity_field_at(t, i);
		bool found = add_field(k, (int)i);
		struct str name = label_of(
			k->c->m, (int)i, mapping_rule_of(k->c->m, (int)i));

		if (f->create == EITHER) {
			any = any || found;
			buf_printf(&either, "%s%.*s",
				either.len > 0 ? " or " : "", STR_ARG(name));
		} else if (!found && (i < t->top.count || t->item_required) &&
			   f->create == REQ && f->update == REQ) {
			note(&k->missing, name);
		}
	}
	if (either.len > 0 && !any)
		note(&k->missing, buf_view(&either));
	buf_release(&either);
}

/* --- free keys
 * ----------------------------------------------------------------------- */

/* All keys first: steps point at them, so they must be sorted by then. */
static void collect_free(struct compiling *k)
{
	const struct mapping *m = k->c->m;
	struct entity_input *in = &k->c->in;
	bool in_item;

	for (size_t i = 0; i < m->count; i++)
		if (m->rules[i].field == FIELD_FREE)
			in->extras[in->extra_count++] = (struct entity_extra){
				.key = str_of(m->rules[i].key),
				.in_item = m->rules[i].in_item,
			};
	for (size_t i = 0; i < k->count; i++) {
		struct str name = str_trim(k->header[i]);

		if (!k->used[i] && !mapping_uses(m, k->header[i]) &&
			entity_key_is_free(m->table, name, &in_item))
			in->extras[in->extra_count++] =
				(struct entity_extra){ .key = name,
					.in_item = in_item };
	}
	if (in->extra_count > 1)
		qsort(in->extras, in->extra_count, sizeof *in->extras,
			entity_extras_compare);
}

static const struct mapping_rule *free_rule_of(
	const struct mapping *m, struct str key)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->rules[i].field == FIELD_FREE &&
			str_eq(str_of(m->rules[i].key), key))
			return &m->rules[i];
	return NULL;
}

static void add_free(struct compiling *k)
{
	struct entity_input *in = &k->c->in;

	in->extras =
		mem_alloc((k->count + k->c->m->count + 1) * sizeof *in->extras);
	collect_free(k);
	for (size_t i = 0; i < in->extra_count; i++) {
		struct entity_extra *x = &in->extras[i];
		const struct mapping_rule *rule = free_rule_of(k->c->m, x->key);
		size_t column;

		if (i > 0 && str_eq(x->key, in->extras[i - 1].key)) {
			note(&k->doubled, x->key);
		} else if (rule != NULL) {
			add_rule(k, &x->given, rule);
		} else {
			column = find_column(k, x->key);
			add_cell(k, &x->given, column);
		}
	}
}

/* --- columns of rejects.csv
 * ------------------------------------------------------------- */

const char *const reject_columns[REJECT_COLUMNS] = { "__line", "__code",
	"__message" };

bool is_reject_column(struct str name)
{
	for (size_t i = 0; i < REJECT_COLUMNS; i++)
		if (str_eq(name, str_of(reject_columns[i])))
			return true;
	return false;
}

/* --- compiling
 * -------------------------------------------------------------------------- */

static size_t source_count(const struct mapping *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->count; i++)
		n += m->rules[i].count;
	return n;
}

static void compile(struct compiling *k)
{
	struct mapping_csv *c = k->c;
	size_t fields = entity_field_count(c->m->table);
	size_t all = fields + k->count + c->m->count + 1;

	c->steps = mem_alloc(all * sizeof *c->steps);
	c->columns = mem_alloc((all + source_count(c->m)) * sizeof *c->columns);
	add_fields(k);
	add_free(k);
	for (size_t i = 0; i < k->count; i++)
		if (!k->used[i] && !is_reject_column(str_trim(k->header[i])))
			note(&k->unknown, str_trim(k->header[i]));
}

struct mapping_csv *mapping_csv_open(const struct mapping *m,
	const struct str *header, size_t count, struct arena *arena,
	struct mapping_header *found)
{
	struct mapping_csv *c = mem_alloc(sizeof *c);
	struct compiling k = {
		.c = c,
		.header = header,
		.count = count,
		.used = arena_alloc(arena, count + 1),
		.missing = { buf_make(NAMES_MAX), 0 },
		.doubled = { buf_make(NAMES_MAX), 0 },
		.unmapped = { buf_make(NAMES_MAX), 0 },
		.unknown = { buf_make(NAMES_MAX), 0 },
	};

	must(m->form == MAPPING_CSV);
	c->m = m;
	c->in.kind = m->kind;
	c->in.header = header;
	c->in.header_count = count;
	compile(&k);
	*found = (struct mapping_header){
		.missing = noted(&k.missing, arena),
		.doubled = noted(&k.doubled, arena),
		.unmapped = noted(&k.unmapped, arena),
		.unknown = noted(&k.unknown, arena),
		.unmapped_count = k.unmapped.count,
		.unknown_count = k.unknown.count,
	};
	if (k.missing.count + k.doubled.count == 0)
		return c;
	mapping_csv_close(c);
	return NULL;
}

bool mapping_csv_fits(
	const struct mapping *m, const struct str *header, size_t count)
{
	struct arena arena = { 0 };
	struct mapping_header found;
	struct mapping_csv *c =
		mapping_csv_open(m, header, count, &arena, &found);
	bool fits = c != NULL;

	mapping_csv_close(c);
	arena_release(&arena);
	return fits;
}

void mapping_csv_close(struct mapping_csv *c)
{
	if (c == NULL)
		return;
	free(c->in.extras);
	free(c->steps);
	free(c->columns);
	free(c);
}

/* --- rows
 * ----------------------------------------------------------------------------------
 */

static struct str cell_at(const struct str *cells, size_t count, size_t column)
{
	return column < count ? cells[column] : STR("");
}

static struct str joined(const struct mapping_csv *c, const struct step *s,
	const struct str *cells, size_t count, struct arena *arena)
{
	const char *separator =
		s->rule->separator == NULL ? "" : s->rule->separator;
	struct buf text = buf_make(TEXT_MAX + 1);
	struct str copy;

	for (size_t i = 0; i < s->count; i++) {
		struct str cell =
			cell_at(cells, count, c->columns[s->first + i]);

		if (str_trim(cell).len == 0)
			continue;
		if (text.len > 0)
			buf_text(&text, separator);
		buf_str(&text, cell);
	}
	copy = (struct str){ NULL, text.len };
	copy.ptr = arena_dup(arena, buf_view(&text));
	buf_release(&text);
	return copy;
}

static void run_rule(const struct mapping_csv *c, const struct step *s,
	const struct str *cells, size_t count, struct arena *arena)
{
	size_t column = s->count > 0 ? c->columns[s->first] : ABSENT;
	struct str text;

	if (s->rule->constant != NULL)
		text = str_of(s->rule->constant);
	else if (s->count == 1)
		text = cell_at(cells, count, column);
	else
		text = joined(c, s, cells, count, arena);
	if (s->rule->fallback != NULL && str_trim(text).len == 0)
		text = str_of(s->rule->fallback);
	*s->to = (struct entity_given){ text, NULL,
		column == ABSENT ? 0 : (uint32_t)column + 1 };
}

struct entity_input *mapping_csv_row(struct mapping_csv *c,
	const struct str *cells, size_t count, struct arena *arena)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct step *s = &c->steps[i];

		if (s->rule != NULL) {
			run_rule(c, s, cells, count, arena);
			continue;
		}
		/* The column is there since add_cell(). */
		s->to->text = cell_at(cells, count, c->columns[s->first]);
		s->to->json = NULL;
	}
	return &c->in;
}
