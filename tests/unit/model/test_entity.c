/* SUPPLIER and STORE: facts.md 6.15, 6.16. */
#include "faults.h"

#include "sluice/model/entity.h"

static bool known(void *arg, enum entity_kind kind, const char *id)
{
	(void)arg;
	return kind != ENTITY_STORE || strcmp(id, "paris") == 0;
}

static bool nothing(void *arg, enum entity_kind kind, const char *id)
{
	(void)arg, (void)kind, (void)id;
	return false;
}

static struct entity *read_entity(enum entity_kind kind, const char *text,
	const struct entity *old, bool multi, const char *faults_wanted)
{
	struct entity_lookup lookup = { known, NULL };
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_of(text);
	struct entity *e;

	faults_init(&faults, &arena);
	e = entity_from_json(kind, body, "S1", old, multi, &lookup, &faults);
	expect_faults(&faults, faults_wanted);
	assert_int_equal(e == NULL, *faults_wanted != '\0');
	json_decref(body);
	arena_release(&arena);
	return e;
}

static void expect_body(const struct entity *e, const char *want)
{
	json_t *body = json_of(want);
	struct buf text = buf_make(1 << 20);
	struct entity *again;

	entity_to_text(e, &text);
	if (!json_equal(e->body, body))
		fail_msg("%s", text.data);
	assert_int_equal(
		entity_from_text(e->kind, buf_view(&text), &again), ERR_OK);
	assert_true(entity_equal(e, again));
	entity_destroy(again);
	buf_release(&text);
	json_decref(body);
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
		{ "{'name':1}", "F-E-012 name" },
		{ "{'name':'n','inactive':'no'}", "F-E-009 inactive" },
		{ "{'name':'n','inactive':true,'deleted':true}",
			"NOT_ALLOWED deleted" },
		{ "{'name':'n','logo':'ftp://x'}", "F-E-012 logo" },
		{ "{'name':'n','banner':'https:///x'}", "F-E-012 banner" },
		{ "{'name':'n','supplierRating':-1}",
			"F-E-006 supplierRating" },
		{ "{'name':'n','supplierRating':'5'}",
			"F-E-012 supplierRating" },
		{ "{'name':'n','status':'GONE'}", "F-E-008 status" },
		{ "{'name':'n','status':'ACTIVE','inactive':true}",
			"NOT_ALLOWED status" },
		{ "{'name':'n','storesExternalId':'paris||oslo||rome'}",
			"F-E-002 storesExternalId" },
		{ "{'name':'n','storesExternalId':['paris',1]}",
			"F-E-012 storesExternalId[1]" },
		{ "{'name':'n','accountExternalId':3}",
			"F-E-012 accountExternalId" },
		{ "{'name':'n','CF_':'x'}", "UNKNOWN_FIELD CF_" },
		{ "{'name':'n','CF_a':[]}", "" },
		{ "{'name':'n','CF_a':[1]}", "F-E-012 CF_a" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		entity_destroy(read_entity(ENTITY_SUPPLIER, cases[i].body, NULL,
			false, cases[i].faults));
	read_entity(ENTITY_SUPPLIER, "{'name':'n'}", NULL, true,
		"F-E-001 storesExternalId");
	read_entity(ENTITY_ACCOUNT, "{}", NULL, false, "INVALID_VALUE ");
}

static void suppliers(void **state)
{
	struct entity *a = read_entity(ENTITY_SUPPLIER,
		"{'name':'Acme','supplierRating':4.5,'totalOffers':3,"
		"'accountsId':'A1 || A2||A1','CF_x':'1','CF_n':5}",
		NULL, false, "");
	struct entity *b, *c;

	(void)state;
	assert_string_equal(a->external_id, "S1");
	assert_string_equal(a->name, "Acme");
	assert_int_equal(json_array_size(a->stores), 1);
	expect_body(a,
		"{'externalId':'S1','name':'Acme','inactive':false,"
		"'totalOffers':3,'supplierRating':4.5,"
		"'accountExternalId':['A1','A2'],'status':'ACTIVE',"
		"'storesExternalId':['default_store'],'CF_x':'1','CF_n':'5'}");
	/* Blank keeps, a blank custom field deletes, totals stay. */
	b = read_entity(ENTITY_SUPPLIER,
		"{'name':'','inactive':'TRUE','totalOffers':9,'CF_x':'',"
		"'storesExternalId':['paris']}",
		a, true, "");
	expect_body(b, "{'externalId':'S1','name':'Acme','inactive':true,"
		       "'totalOffers':3,'supplierRating':4.5,"
		       "'accountExternalId':['A1','A2'],'status':'INACTIVE',"
		       "'storesExternalId':['paris'],'CF_n':'5'}");
	assert_false(entity_equal(a, b));
	c = read_entity(ENTITY_SUPPLIER, "{'status':'ACTIVE'}", b, true, "");
	assert_true(json_is_false(json_object_get(c->body, "inactive")));
	entity_destroy(a);
	a = read_entity(ENTITY_SUPPLIER, "{}", c, true, "");
	assert_true(entity_equal(a, c));
	entity_destroy(a);
	entity_destroy(b);
	entity_destroy(c);
}

static void stores(void **state)
{
	struct entity *e;

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
	assert_null(e->stores);
	entity_destroy(e);
}

static void unknown_references_are_named(void **state)
{
	struct entity_lookup lookup = { nothing, NULL };
	struct arena arena = { 0 };
	struct faults faults;
	json_t *body = json_of("{'name':'n','accountExternalId':'A||B',"
			       "'storesExternalId':'default_store'}");

	(void)state;
	faults_init(&faults, &arena);
	assert_null(entity_from_json(
		ENTITY_SUPPLIER, body, "S1", NULL, false, &lookup, &faults));
	assert_int_equal(faults.count, 1);
	assert_string_equal(faults.list[0].message,
		"At least one accountExternalId does not exist in Djust "
		"system : A||B with type EXTERNAL_ID");
	assert_string_equal(faults_code(&faults), FAULT_NO_REF);
	json_decref(body);
	arena_release(&arena);
}

static void kinds(void **state)
{
	enum entity_kind kind;

	(void)state;
	for (int i = 0; i < ENTITY_KIND_COUNT; i++) {
		assert_true(entity_kind_parse(
			str_of(entity_kind_name((enum entity_kind)i)), &kind));
		assert_int_equal(kind, i);
		assert_int_equal(entity_kind_served(kind),
			kind == ENTITY_STORE || kind == ENTITY_SUPPLIER);
	}
	assert_false(entity_kind_parse(STR("supplier"), &kind));
}

static void damaged_texts(void **state)
{
	static const char *const texts[] = { "", "[]", "{}",
		"{\"name\":\"n\"}" };
	struct entity *e;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(
			entity_from_text(ENTITY_STORE, str_of(texts[i]), &e),
			ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_of_suppliers),
		cmocka_unit_test(suppliers),
		cmocka_unit_test(stores),
		cmocka_unit_test(unknown_references_are_named),
		cmocka_unit_test(kinds),
		cmocka_unit_test(damaged_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
