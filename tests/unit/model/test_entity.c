/* SUPPLIER and STORE: facts.md 6.15, 6.16. */
#include "faults.h"

#include "sluice/model/entity_field.h"

static struct str known(void *arg, enum entity_kind kind, struct str id)
{
	(void)arg;
	if (kind == ENTITY_STORE && !str_eq(id, STR("paris")))
		return STR("");
	return STR("{}");
}

static struct str nothing(void *arg, enum entity_kind kind, struct str id)
{
	(void)arg, (void)kind, (void)id;
	return STR("");
}

/* An entity and what it stands in. */
struct made {
	struct arena arena;
	struct buf text;
	struct entity e;
	json_t *body;
};

static void release(struct made *m)
{
	if (m == NULL)
		return;
	buf_release(&m->text);
	arena_release(&m->arena);
	json_decref(m->body);
	free(m);
}

static struct made *read_entity(enum entity_kind kind, const char *text,
	const struct made *old, bool multi, const char *faults_wanted)
{
	struct entity_lookup lookup = { known, NULL };
	struct made *m = mem_alloc(sizeof *m);
	struct faults faults;
	struct entity_input in;
	struct entity_reading r = {
		.external_id = STR("S1"),
		.old = old == NULL ? STR("") : old->e.text,
		.multi_store = multi,
		.lookup = &lookup,
		.faults = &faults,
	};
	bool ok;

	m->text = buf_make(1 << 20);
	m->body = json_of(text);
	faults_init(&faults, &m->arena);
	ok = entity_input_json(&in, kind, m->body, true, &faults, NULL) &&
	     entity_read(&in, &r, &m->text, &m->e);
	expect_faults(&faults, faults_wanted);
	assert_int_equal(ok, *faults_wanted == '\0');
	if (ok)
		return m;
	release(m);
	return NULL;
}

static void expect_body(const struct made *m, const char *want)
{
	char *copy = mem_strdup(want);

	for (char *c = copy; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	assert_string_equal(m->text.data, copy);
	free(copy);
}

static bool same(const struct made *a, const struct made *b)
{
	return str_eq(a->e.text, b->e.text);
}

static void faults_of_suppliers(void **state)
{
	static const struct {
		const char *body, *faults;
	} cases[] = {
		{ "[]", "F-E-012 " },
		{ "{}", "F-E-001 name" },
		{ "{'name':' '}", "F-E-001 name" },
		{ "{'name':'n','externalId':'S2'}",
			"INVALID_VALUE externalId" },
		{ "{'name':'n','nam':'x'}", "UNKNOWN_FIELD nam" },
		{ "{'name':[1]}", "F-E-012 name" },
		{ "{'name':'n','inactive':'no'}", "F-E-009 inactive" },
		{ "{'name':'n','inactive':true,'deleted':true}",
			"F-E-012 deleted" },
		{ "{'name':'n','logo':'ftp://x'}", "F-E-012 logo" },
		{ "{'name':'n','banner':'https:///x'}", "F-E-012 banner" },
		{ "{'name':'n','supplierRating':-1}",
			"F-E-006 supplierRating" },
		{ "{'name':'n','supplierRating':'5x'}",
			"F-E-012 supplierRating" },
		{ "{'name':'n','status':'GONE'}", "F-E-008 status" },
		{ "{'name':'n','status':'ACTIVE','inactive':true}",
			"F-E-012 status" },
		{ "{'name':'n','storesExternalId':'paris||oslo||rome'}",
			"F-E-002 storesExternalId" },
		{ "{'name':'n','storesExternalId':['paris',1]}",
			"F-E-012 storesExternalId[1]" },
		{ "{'name':'n','accountExternalId':{}}",
			"F-E-012 accountExternalId" },
		{ "{'name':'n','CF_':'x'}", "UNKNOWN_FIELD CF_" },
		{ "{'name':'n','CF_a':[]}", "" },
		{ "{'name':'n','CF_a':[1]}", "F-E-012 CF_a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		release(read_entity(ENTITY_SUPPLIER, cases[i].body, NULL, false,
			cases[i].faults));
	read_entity(ENTITY_SUPPLIER, "{'name':'n'}", NULL, true,
		"F-E-001 storesExternalId");
}

static void suppliers(void **state)
{
	struct made *a = read_entity(ENTITY_SUPPLIER,
		"{'name':'Acme','supplierRating':4.5,'totalOffers':3,"
		"'accountsId':'A1 || A2||A1','CF_x':'1','CF_n':5}",
		NULL, false, "");
	struct made *b, *c;

	(void)state;
	assert_true(str_eq(a->e.external_id, STR("S1")));
	assert_true(str_eq(a->e.name, STR("Acme")));
	assert_true(str_eq(a->e.store_ids, STR("default_store")));
	expect_body(a,
		"{'externalId':'S1','name':'Acme','inactive':false,"
		"'totalOffers':3,'supplierRating':4.5,"
		"'accountExternalId':['A1','A2'],'status':'ACTIVE',"
		"'storesExternalId':['default_store'],'CF_n':'5','CF_x':'1'}");
	/* Blank keeps, a blank custom field deletes, totals stay. */
	b = read_entity(ENTITY_SUPPLIER,
		"{'name':'','inactive':'TRUE','totalOffers':9,'CF_x':'',"
		"'storesExternalId':['paris']}",
		a, true, "");
	expect_body(b, "{'externalId':'S1','name':'Acme','inactive':true,"
		       "'totalOffers':3,'supplierRating':4.5,"
		       "'accountExternalId':['A1','A2'],'status':'INACTIVE',"
		       "'storesExternalId':['paris'],'CF_n':'5'}");
	assert_false(same(a, b));
	c = read_entity(ENTITY_SUPPLIER, "{'status':'ACTIVE'}", b, true, "");
	assert_non_null(strstr(c->text.data, "\"inactive\":false"));
	release(a);
	a = read_entity(ENTITY_SUPPLIER, "{}", c, true, "");
	assert_true(same(a, c));
	release(a);
	release(b);
	release(c);
}

static void stores(void **state)
{
	struct made *e;

	(void)state;
	read_entity(ENTITY_STORE, "{}", NULL, false,
		"F-E-001 name; F-E-001 description");
	read_entity(ENTITY_STORE, "{'name':'n','description':'d','CF_a':'1'}",
		NULL, false, "UNKNOWN_FIELD CF_a");
	e = read_entity(ENTITY_STORE,
		"{'storeName':'n','storeDescription':'d',"
		"'storeExternalId':'S1'}",
		NULL, false, "");
	expect_body(e, "{'externalId':'S1','name':'n','description':'d'}");
	assert_int_equal(e->e.store_ids.len, 0);
	release(e);
}

static void unknown_references_are_named(void **state)
{
	struct entity_lookup lookup = { nothing, NULL };
	struct arena arena = { 0 };
	struct faults faults;
	struct entity_input in;
	struct entity e;
	struct buf text = buf_make(1 << 20);
	struct entity_reading r = {
		.external_id = STR("S1"), .lookup = &lookup, .faults = &faults
	};
	json_t *body = json_of("{'name':'n','accountExternalId':'A||B',"
			       "'storesExternalId':'default_store'}");

	(void)state;
	faults_init(&faults, &arena);
	assert_true(entity_input_json(
		&in, ENTITY_SUPPLIER, body, true, &faults, NULL));
	assert_false(entity_read(&in, &r, &text, &e));
	assert_int_equal(faults.count, 1);
	assert_string_equal(faults.list[0].message,
		"At least one accountExternalId does not exist in Djust "
		"system : A||B with type EXTERNAL_ID");
	assert_string_equal(faults.list[0].value, "A||B");
	assert_string_equal(faults_code(&faults), FAULT_NO_REF);
	json_decref(body);
	arena_release(&arena);
	buf_release(&text);
}

static void kinds(void **state)
{
	enum entity_kind kind;

	(void)state;
	for (size_t i = 0; i < ENTITY_KINDS; i++) {
		assert_true(entity_kind_parse(
			str_of(entity_kind_name((enum entity_kind)i)), &kind));
		assert_int_equal(kind, i);
		assert_int_equal(entity_table(kind)->kind, kind);
		assert_int_equal(entity_kind_is_document(kind),
			kind == ENTITY_ORDER || kind == ENTITY_ORDER_STATUS ||
				kind == ENTITY_INCIDENT);
	}
	assert_false(entity_kind_parse(STR("supplier"), &kind));
	assert_false(entity_kind_parse(STR(""), &kind));
}

/* Every name leads to its own field and to no other one. */
static void expect_found(const struct entity_table *t, const char *names,
	size_t field, bool labels)
{
	struct str name;

	while (entity_names_next(&names, &name))
		if (entity_field_find(t, name, labels) != (int)field)
			fail_msg("%s: %.*s is also field %d",
				entity_kind_name(t->kind), STR_ARG(name),
				entity_field_find(t, name, labels));
}

static void names_are_unique(void **state)
{
	(void)state;
	for (size_t k = 0; k < ENTITY_KINDS; k++) {
		const struct entity_table *t =
			entity_table((enum entity_kind)k);

		assert_true(entity_field_count(t) <= ENTITY_FIELDS_MAX);
		for (size_t i = 0; i < entity_field_count(t); i++) {
			const struct entity_field *f = entity_field_at(t, i);

			assert_non_null(f->key);
			expect_found(t, f->key, i, false);
			expect_found(t, f->aliases, i, false);
			expect_found(t, f->key, i, true);
			expect_found(t, f->labels, i, true);
		}
	}
}

static size_t place(enum entity_kind kind)
{
	const enum entity_kind *order = entity_recommended_order();

	for (size_t i = 0; i < ENTITY_KINDS; i++)
		if (order[i] == kind)
			return i;
	fail_msg("%s is missing", entity_kind_name(kind));
	return 0;
}

static void order_keeps_edges(void **state)
{
	size_t count;
	const struct entity_edge *edges = entity_edges(&count);

	(void)state;
	for (size_t k = 0; k < ENTITY_KINDS; k++)
		place((enum entity_kind)k);
	for (size_t i = 0; i < count; i++)
		assert_true(place(edges[i].before) < place(edges[i].after));
}

static void trees(void **state)
{
	struct entity_node nodes[] = {
		{ STR("leaf"), STR("branch"), 1, false },
		{ STR("branch"), STR(""), 2, false },
		{ STR("lost"), STR("nowhere"), 3, false },
		{ STR("below"), STR("lost"), 4, false },
		{ STR("ring1"), STR("ring2"), 5, false },
		{ STR("ring2"), STR("ring1"), 6, false },
		{ STR("own"), STR("own"), 7, false },
		{ STR("twice"), STR("nowhere"), 8, false },
		{ STR("twice"), STR("leaf"), 9, false },
	};

	(void)state;
	assert_int_equal(entity_tree_check(nodes, 9), 5);
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(nodes[i].broken, i >= 2 && i <= 6);
	assert_int_equal(entity_tree_check(nodes, 0), 0);
}

static void stored_texts(void **state)
{
	struct buf out = buf_make(1000);
	struct str user = STR("{\"externalId\":\"u\",\"password\":\"pbkdf2-"
			      "sha256$1$a$b\",\"deleted\":true}");

	(void)state;
	entity_masked(ENTITY_CUSTOMER_USER, user, &out);
	assert_string_equal(out.data, "{\"externalId\":\"u\",\"password\":"
				      "\"***\",\"deleted\":true}");
	assert_true(entity_is_gone(ENTITY_CUSTOMER_USER, user));
	assert_false(entity_is_gone(ENTITY_VARIANT, STR("P1")));
	assert_int_equal(entity_value(user, "nothing").len, 0);
	assert_int_equal(entity_value(STR("{\"a"), "a").len, 0);
	assert_int_equal(entity_value(STR(""), "a").len, 0);
	assert_true(str_eq(entity_parent(ENTITY_NAVIGATION_CATEGORY,
				   STR("{\"parentExternalId\":\"N1\"}")),
		STR("N1")));
	assert_int_equal(entity_parent(ENTITY_NAVIGATION_CATEGORY,
				 STR("{\"parentExternalId\":\"Root_default\"}"))
				 .len,
		0);
	buf_release(&out);
}

/* A special byte at any place in a text of any length: escaped where JSON
 * wants it, refused where it is none of a text's. */
static void try_byte(size_t len, size_t at, const char *special, bool good)
{
	struct entity_lookup lookup = { known, NULL };
	struct arena arena = { 0 };
	struct faults faults;
	struct buf out = buf_make(1 << 16);
	struct entity_input in = { .kind = ENTITY_STORE };
	struct entity_reading r = { .lookup = &lookup, .faults = &faults };
	struct entity e;
	char *text = malloc(len); /* its end is the memory's */
	json_t *form, *description;

	memset(text, 'a', len);
	memcpy(text + at, special, strlen(special));
	faults_init(&faults, &arena);
	in.fields[0].text = STR("S1");
	in.fields[1].text = STR("One");
	in.fields[2].text = (struct str){ text, len };
	assert_int_equal(entity_read(&in, &r, &out, &e), good);
	if (good) {
		form = json_loadb(e.text.ptr, e.text.len, 0, NULL);
		description = json_object_get(form, "description");
		assert_non_null(description);
		assert_true(str_eq((struct str){ json_string_value(description),
					   json_string_length(description) },
			in.fields[2].text));
		json_decref(form);
	}
	free(text);
	buf_release(&out);
	arena_release(&arena);
}

static void bytes_of_texts(void **state)
{
	static const char *const good[] = { "b", "\"", "\\", "\n", "\t", "\x7F",
		"\xC3\xA9", "\xEF\xBF\xBD", " " };
	static const char *const bad[] = { "\x01", "\x1F", "\xEF\xBF\xBE" };

	(void)state;
	for (size_t len = 3; len < 50; len++) {
		for (size_t at = 0; at + 3 <= len; at++) {
			for (size_t i = 0; i < ARRAY_LEN(good); i++)
				try_byte(len, at, good[i], true);
			for (size_t i = 0; i < ARRAY_LEN(bad); i++)
				try_byte(len, at, bad[i], false);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_of_suppliers),
		cmocka_unit_test(suppliers),
		cmocka_unit_test(stores),
		cmocka_unit_test(unknown_references_are_named),
		cmocka_unit_test(kinds),
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(order_keeps_edges),
		cmocka_unit_test(trees),
		cmocka_unit_test(stored_texts),
		cmocka_unit_test(bytes_of_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
