/* Files become what the hub keeps, through reader, apply and a real store.
 *
 * The cases are those of tests/data/<entity>/<case>/ (test_entity_data.c says
 * what is in them); the report must be the one of expected.txt, or of
 * applied.txt where there is one: trees and documents, whose rows become
 * something else than their own normal form.  Each case runs dry first: the
 * report must be the same, and nothing be written. */
#include "import_fixture.h"

#include "sluice/store/record_export.h"

struct scene {
	struct bed bed;
	struct run run;
	const char *dir;
	json_t *config;
	bool csv;
};

static char *file_text(const char *dir, const char *name)
{
	char path[1024];
	char *text;
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "rb");
	if (f == NULL)
		return NULL;
	text = mem_alloc(1 << 18);
	text[fread(text, 1, (1 << 18) - 1, f)] = '\0';
	fclose(f);
	return text;
}

/* --- the world before ----------------------------------------------------- */

static void fill_entities(struct bed *b, const json_t *given)
{
	struct world w;
	const char *kind, *id;
	json_t *ids, *text;

	world_fill(&w, given);
	json_object_foreach (w.kinds, kind, ids) {
		json_object_foreach (ids, id, text) {
			bed_entity(b, (enum entity_kind)atoi(kind), str_of(id),
				json_text(text));
		}
	}
	json_decref(w.kinds);
}

static void fill_documents(struct bed *b, const json_t *given)
{
	struct arena arena = { 0 };
	struct faults faults;
	struct diag why = { .text = "" };
	const char *kind;
	json_t *list, *body;
	size_t i;

	faults_init(&faults, &arena);
	json_object_foreach ((json_t *)(uintptr_t)given, kind, list) {
		json_array_foreach (list, i, body) {
			enum export_entity e = strcmp(kind, "ORDER") == 0
						       ? EXPORT_ORDER
						       : EXPORT_INCIDENT;

			if (event_put(&b->hub, e, body, NULL, NULL, &faults,
				    &why, NULL) != EVENT_CREATED)
				fail_msg("%s: %s", why.text,
					faults.count > 0
						? faults.list[0].message
						: "");
		}
	}
	arena_release(&arena);
}

/* --- what comes out ------------------------------------------------------- */

/* Times of the clock, and hashes with fresh salt, differ each time. */
static void mask(char *text, const char *key)
{
	char *at = text, *end;

	while ((at = strstr(at, key)) != NULL) {
		at += strlen(key);
		end = strchr(at, '"');
		assert_non_null(end);
		memmove(at, end, strlen(end) + 1);
	}
}

static bool put_entity_row(void *arg, const struct entity_row *row)
{
	buf_printf(arg, "= %.*s\n", STR_ARG(row->text));
	return true;
}

static bool put_document_row(void *arg, const struct document_row *row)
{
	buf_printf(arg, "= %.*s\n", STR_ARG(row->text));
	return true;
}

/* Everything of the kind that is there, for trees and documents. */
static void put_all(struct scene *s, struct buf *out)
{
	struct page page = { .size = 500 };
	struct document_filter filter = { .sort = SORT_REFERENCE };
	struct txn *t = store_read(s->bed.hub.store);

	if (!entity_kind_is_document(s->run.job.entity)) {
		assert_int_equal(
			record_entity_list(t, s->run.job.entity, STR(""), NULL,
				&page, put_entity_row, out),
			ERR_OK);
	} else {
		filter.entity = s->run.job.entity == ENTITY_INCIDENT
					? EXPORT_INCIDENT
					: EXPORT_ORDER;
		assert_int_equal(record_document_list(t, &filter, &page,
					 put_document_row, out),
			ERR_OK);
	}
	store_end_turn(s->bed.hub.store);
}

/* The model's test says these apart from the rows. */
static void drop_lines(char *text, const char *begin)
{
	char *line = text, *next;

	while (*line != '\0') {
		next = strchrnul(line, '\n');
		next += *next != '\0';
		if (strncmp(line, begin, strlen(begin)) == 0)
			memmove(line, next, strlen(next) + 1);
		else
			line = next;
	}
}

static void compare_applied(struct scene *s, const char *have)
{
	char path[1024];
	char *want;
	FILE *f;

	snprintf(path, sizeof path, "%s/applied.txt", s->dir);
	if (getenv("SLUICE_WRITE_EXPECTED") != NULL) {
		f = fopen(path, "wb");
		assert_non_null(f);
		fputs(have, f);
		fclose(f);
		return;
	}
	want = file_text(s->dir, "applied.txt");
	if (want == NULL || strcmp(want, have) != 0) {
		fputs(have, stderr);
		fail_msg("%s: applied.txt differs from the above", s->dir);
	}
	free(want);
}

static void compare_expected(struct scene *s, char *have)
{
	char *want = file_text(s->dir, "expected.txt");

	assert_non_null(want);
	drop_lines(want, "unknown: ");
	drop_lines(want, "unmapped: ");
	drop_lines(want, "miss: ");
	mask(want, "\"password\":\"");
	mask(have, "\"password\":\"");
	if (strcmp(want, have) != 0) {
		fputs(have, stderr);
		fail_msg("%s: expected.txt differs from the above", s->dir);
	}
	free(want);
}

static bool is_applied(const struct scene *s)
{
	const struct entity_table *t = entity_table(s->run.job.entity);

	return t->document || t->tree;
}

/* --- cases ---------------------------------------------------------------- */

/* Without the lines that show what was written. */
static void check_dry(struct scene *s, struct str text, bool whole)
{
	struct buf before = buf_make(1 << 24), after = buf_make(1 << 24);
	struct run earnest;

	put_all(s, &before);
	s->run.quiet = true;
	s->run.dry_run = true;
	assert_int_equal(run_import(&s->run, text), whole);
	put_all(s, &after);
	assert_string_equal(buf_view(&before).ptr, buf_view(&after).ptr);
	earnest = s->run;
	buf_release(&before);
	buf_release(&after);
	s->run.report = buf_make(0);
	s->run.dry_run = false;
	run_import(&s->run, text);
	assert_string_equal(
		buf_view(&earnest.report).ptr, buf_view(&s->run.report).ptr);
	buf_release(&earnest.report);
	buf_release(&s->run.report);
	s->run.quiet = false;
}

struct forms {
	struct buf text;
	size_t count;
};

static bool put_form(void *arg, const struct entity_row *row)
{
	struct forms *f = arg;
	json_t *form = json_loadb(row->text.ptr, row->text.len, 0, NULL);
	char *text;

	/* A hash is no password. */
	json_object_del(form, "password");
	text = json_dumps(form, JSON_COMPACT);
	buf_printf(&f->text, "%s%s", f->count++ == 0 ? "" : ",\n", text);
	free(text);
	json_decref(form);
	return true;
}

/* What is kept can come in again as it is, and changes nothing. */
static void check_again(struct scene *s)
{
	struct forms f = { buf_make(1 << 24), 0 };
	struct page page = { .size = 500 };
	struct run run = { .bed = &s->bed,
		.file_name = "again.json",
		.job = { .entity = s->run.job.entity } };

	buf_char(&f.text, '[');
	assert_int_equal(
		record_entity_list(store_read(s->bed.hub.store),
			s->run.job.entity, STR(""), NULL, &page, put_form, &f),
		ERR_OK);
	store_end_turn(s->bed.hub.store);
	buf_char(&f.text, ']');
	assert_true(run_import(&run, buf_view(&f.text)));
	if (run.results[RESULT_UNCHANGED] != f.count)
		fail_msg("%s: the stored ones as a file: %s", s->dir,
			run.report.data);
	buf_release(&run.report);
	buf_release(&f.text);
}

static void open_scene(struct scene *s)
{
	json_t *config = s->config;

	bed_open(&s->bed);
	s->run.bed = &s->bed;
	s->bed.hub.settings.multi_store =
		json_is_true(json_object_get(config, "multiStore"));
	fill_entities(&s->bed, json_object_get(config, "world"));
	fill_documents(&s->bed, json_object_get(config, "documents"));
	bed_commit(&s->bed);
}

static void run_scene(struct scene *s, struct str text)
{
	char *have;
	bool whole;

	/* Dry and in earnest, in worlds of their own. */
	open_scene(s);
	check_dry(s, text, !strstr(s->dir, "column"));
	bed_close(&s->bed);
	open_scene(s);
	whole = run_import(&s->run, text);
	if (is_applied(s))
		put_all(s, &s->run.report);
	have = buf_take(&s->run.report);
	mask(have, "\"updatedAt\":\"");
	mask(have, "\"createdAt\":\"");
	if (is_applied(s))
		compare_applied(s, have);
	else if (whole)
		compare_expected(s, have);
	free(have);
	if (!entity_kind_is_document(s->run.job.entity))
		check_again(s);
	bed_close(&s->bed);
}

static void run_case(enum entity_kind kind, const char *dir)
{
	char *config_text = file_text(dir, "case.json");
	char *csv = file_text(dir, "input.csv");
	char *json = file_text(dir, "input.json");
	const char *store;
	struct scene s = { .dir = dir, .csv = csv != NULL };

	s.config =
		json_loads(config_text == NULL ? "{}" : config_text, 0, NULL);
	assert_non_null(s.config);
	store = json_string_value(json_object_get(s.config, "store"));
	s.run.file_name = csv != NULL ? "input.csv" : "input.json";
	s.run.job = (struct import_job){
		.entity = kind,
		.delimiter = ';',
		.mapping = json_object_get(s.config, "mapping"),
		.transcoding = json_object_get(s.config, "transcoding"),
		.store_external_id = (char *)(uintptr_t)store,
	};
	run_scene(&s, str_of(csv != NULL ? csv : json));
	json_decref(s.config);
	free(config_text);
	free(csv);
	free(json);
}

static void run_kind(enum entity_kind kind)
{
	struct dirent **entries;
	char base[512], dir[1024];
	int n;

	snprintf(base, sizeof base, "%s/data/%s", TEST_DIR,
		entity_kind_name(kind));
	for (char *c = base + strlen(TEST_DIR); *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
	n = scandir(base, &entries, NULL, alphasort);
	assert_true(n > 3);
	for (int i = 0; i < n; i++) {
		snprintf(dir, sizeof dir, "%s/%s", base, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			run_case(kind, dir);
		free(entries[i]);
	}
	free(entries);
}

static void all_cases(void **state)
{
	(void)state;
	for (size_t k = 0; k < ENTITY_KINDS; k++)
		run_kind((enum entity_kind)k);
}

/* --- trees ---------------------------------------------------------------- */

#define TREE                                                                   \
	"Navigation Category External Id;Navigation Category Names;"           \
	"Navigation Category Parent Id;Classification Category Code;"          \
	"Store External Id\n"

static void tree_run(struct bed *b, const char *text, const char *report)
{
	struct run r = { .bed = b,
		.file_name = "tree.csv",
		.job = { .entity = ENTITY_NAVIGATION_CATEGORY,
			.delimiter = ';' } };
	char *have;

	run_import(&r, str_of(text));
	have = buf_take(&r.report);
	drop_lines(have, "2 held");
	drop_lines(have, "3 held");
	drop_lines(have, "4 held");
	drop_lines(have, "5 held");
	assert_string_equal(have, report);
	free(have);
}

static const char *category_stores(struct bed *b, const char *id)
{
	static char text[256];
	struct str stores = entity_value(
		bed_text(b, ENTITY_NAVIGATION_CATEGORY, str_of(id)),
		"storesExternalId");

	snprintf(text, sizeof text, "%.*s", STR_ARG(stores));
	return text;
}

static void open_tree(struct bed *b)
{
	bed_open(b);
	bed_entity(b, ENTITY_CLASSIFICATION_CATEGORY, STR("C"), STR("{}"));
	bed_entity(b, ENTITY_STORE, STR("paris"), STR("{}"));
	bed_entity(b, ENTITY_STORE, STR("rome"), STR("{}"));
	bed_commit(b);
}

static void tree_replaces(void **state)
{
	struct bed b;

	(void)state;
	open_tree(&b);
	tree_run(&b, TREE "N1;One;;C;\nN2;Two;N1;C;\nN3;Three;N2;C;\n",
		"2 created\n3 created\n4 created\n");
	tree_run(&b, TREE "N3;Drei;N1;C;\nN1;One;;C;\nN4;Four;;C;\n",
		"2 updated\n3 unchanged\n4 created\n");
	assert_string_equal(category_stores(&b, "N2"), "");
	assert_string_equal(category_stores(&b, "N4"), "[\"default_store\"]");
	bed_close(&b);
}

/* Parents that are missing, circles, and what hangs below. */
static void tree_rejects(void **state)
{
	struct bed b;

	(void)state;
	open_tree(&b);
	tree_run(&b, TREE "N1;One;;C;\nN2;Two;N9;C;\nN3;Three;N2;C;\n",
		"2 created\n3 rejected\n"
		"  F-E-002 parentExternalId [Navigation Category Parent Id] "
		"<N9>\n    At least one parentExternalId does not exist in "
		"Djust system : N9 with type EXTERNAL_ID (the tree of this "
		"import has no such category, or it hangs below itself)\n"
		"4 rejected\n"
		"  F-E-002 parentExternalId [Navigation Category Parent Id] "
		"<N2>\n    At least one parentExternalId does not exist in "
		"Djust system : N2 with type EXTERNAL_ID (the tree of this "
		"import has no such category, or it hangs below itself)\n");
	assert_string_equal(category_stores(&b, "N2"), "");
	/* No row comes through: the old tree stays. */
	tree_run(&b, TREE "N1;Uno;N1;C;\n",
		"2 rejected\n"
		"  F-E-002 parentExternalId [Navigation Category Parent Id] "
		"<N1>\n    At least one parentExternalId does not exist in "
		"Djust system : N1 with type EXTERNAL_ID (the tree of this "
		"import has no such category, or it hangs below itself)\n");
	assert_string_equal(category_stores(&b, "N1"), "[\"default_store\"]");
	tree_run(&b, TREE, "");
	assert_string_equal(category_stores(&b, "N1"), "[\"default_store\"]");
	bed_close(&b);
}

static void tree_of_stores(void **state)
{
	struct bed b;

	(void)state;
	open_tree(&b);
	tree_run(&b,
		TREE "P;P;;C;paris\nR;R;;C;rome\nB;B;;C;paris||rome\n"
		     "X;X;;C;rome||paris\n",
		"2 created\n3 created\n4 created\n5 created\n");
	/* Paris gets a new tree: Rome keeps its own. */
	tree_run(&b, TREE "Q;Q;;C;paris\nX;X;;C;paris\n",
		"2 created\n3 updated\n");
	assert_string_equal(category_stores(&b, "P"), "");
	assert_string_equal(category_stores(&b, "R"), "[\"rome\"]");
	assert_string_equal(category_stores(&b, "B"), "[\"rome\"]");
	assert_string_equal(category_stores(&b, "X"), "[\"paris\",\"rome\"]");
	bed_close(&b);
}

/* The last of several rows with one id counts. */
static void tree_of_doubles(void **state)
{
	struct bed b;

	(void)state;
	open_tree(&b);
	tree_run(&b, TREE "N1;One;;C;\nN1;One;;C;\nN1;Two;;C;\n",
		"2 created\n3 unchanged\n4 updated\n");
	tree_run(&b, TREE "N2;One;;C;\nN1;Two;;C;\nN1;Two;N1;C;\n",
		"2 created\n3 rejected\n"
		"  F-E-002 parentExternalId\n    the last row with the "
		"external id N1, which counts, was rejected\n"
		"4 rejected\n"
		"  F-E-002 parentExternalId [Navigation Category Parent Id] "
		"<N1>\n    At least one parentExternalId does not exist in "
		"Djust system : N1 with type EXTERNAL_ID (the tree of this "
		"import has no such category, or it hangs below itself)\n");
	assert_string_equal(category_stores(&b, "N1"), "");
	bed_close(&b);
}

/* --- events --------------------------------------------------------------- */

#define ORDERS                                                                 \
	"Order External Id;Order Status;Account External Id;"                  \
	"Supplier External Id;Order Line External Id;Variant External Id;"     \
	"Order Line Quantity;Net Unit Price\n"

static char job_name[] = "orders-out", folder[] = "/out";

/* Orders that are created or shipped go out as JSON. */
static struct export_job export_job = {
	.name = job_name,
	.active = true,
	.entity = EXPORT_ORDER,
	.output_folder = folder,
	.format = FORMAT_JSON,
};

static void open_orders(struct bed *b)
{
	static struct export_job *jobs[] = { &export_job };
	status_index created, shipped;

	assert_true(status_parse(EXPORT_ORDER, STR("ORDER_CREATED"), &created));
	assert_true(status_parse(EXPORT_ORDER, STR("SHIPPED"), &shipped));
	export_job.trigger_statuses = 1u << created | 1u << shipped;
	bed_open(b);
	list_init(&b->hub.queue.destinations);
	list_init(&b->hub.queue.sweeps);
	b->hub.catalog.jobs = jobs;
	b->hub.catalog.job_count = 1;
	bed_entity(b, ENTITY_ACCOUNT, STR("A"), STR("{}"));
	bed_entity(b, ENTITY_SUPPLIER, STR("S"), STR("{}"));
	bed_entity(b, ENTITY_VARIANT, STR("V"), STR("P"));
	bed_commit(b);
}

static void close_orders(struct bed *b)
{
	export_queue_release(&b->hub);
	bed_close(b);
}

static void order_run(struct bed *b, bool dry, const char *text)
{
	struct run r = { .bed = b,
		.file_name = "orders.csv",
		.dry_run = dry,
		.job = { .entity = ENTITY_ORDER, .delimiter = ';' } };

	assert_true(run_import(&r, str_of(text)));
	buf_release(&r.report);
}

struct exports {
	struct bed *bed;
	struct buf text;
};

static bool put_export(void *arg, const struct export *x)
{
	struct exports *e = arg;
	struct str payload;
	json_t *body, *line;
	size_t i;

	assert_int_equal(
		record_export_payload_get(
			store_read(e->bed->hub.store), x->id, &payload),
		ERR_OK);
	body = json_loadb(payload.ptr, payload.len, 0, NULL);
	assert_non_null(body);
	buf_printf(&e->text, "%.*s %s", STR_ARG(x->reference),
		status_name(EXPORT_ORDER, x->trigger_status));
	json_array_foreach (
		json_object_get(json_object_get(body, "lines"), "line"), i,
		line) {
		buf_printf(&e->text, " %s",
			json_string_value(json_object_get(line, "id")));
	}
	buf_char(&e->text, '\n');
	json_decref(body);
	return true;
}

static void expect_exports(struct bed *b, const char *wanted)
{
	struct exports e = { b, buf_make(1 << 16) };
	struct export_filter filter = { .by_job = false };
	struct page page = { .size = 100 };

	assert_int_equal(record_export_list(store_read(b->hub.store), &filter,
				 &page, put_export, &e),
		ERR_OK);
	store_end_turn(b->hub.store);
	assert_string_equal(buf_view(&e.text).ptr, wanted);
	buf_release(&e.text);
}

static void order_is_gathered(void **state)
{
	static const char text[] = ORDERS "O1;CREATED;A;S;L1;V;1;1\n"
					  "O1;;;;L2;V;1;1\n"
					  "O1;;;;L3;V;x;1\n"
					  "O1;;;;L4;V;1;1\n"
					  "O2;CREATED;A;S;L1;V;1;1\n";
	struct bed b;

	(void)state;
	open_orders(&b);
	order_run(&b, true, text);
	expect_exports(&b, "");
	order_run(&b, false, text);
	expect_exports(&b, "O1 ORDER_CREATED L1 L2 L4\n"
			   "O2 ORDER_CREATED L1\n");
	/* Again: nothing is new. */
	order_run(&b, false, text);
	expect_exports(&b, "O1 ORDER_CREATED L1 L2 L4\n"
			   "O2 ORDER_CREATED L1\n");
	close_orders(&b);
}

/* Each status is reached by itself, with the lines that were there then. */
static void statuses_are_events(void **state)
{
	struct bed b;

	(void)state;
	open_orders(&b);
	order_run(&b, false,
		ORDERS "O1;CREATED;A;S;L1;V;1;1\nO1;SHIPPED;;;L2;V;1;1\n"
		       "O1;CREATED;;;L3;V;1;1\nO1;SHIPPED;;;L4;V;1;1\n");
	expect_exports(&b, "O1 ORDER_CREATED L1\n"
			   "O1 SHIPPED L1 L2 L4\n");
	close_orders(&b);
}

struct partial {
	struct import_reader *reader;
	struct import_apply *apply;
	struct import_job job;
};

static void partial_rows(struct partial *p, struct bed *b, const char *text)
{
	struct import_reader_options ro = { .job = &p->job,
		.file_name = "orders.csv",
		.limits = { 1 << 20, 1 << 18, 1000, 0, 0, 64 } };
	struct import_apply_options ao = { .job = &p->job, .now = BED_NOW };
	struct import_row row;
	struct diag why;

	p->job =
		(struct import_job){ .entity = ENTITY_ORDER, .delimiter = ';' };
	p->reader = import_reader_create(&ro, &why);
	p->apply = import_apply_create(&b->hub, &ao, &why);
	import_reader_feed(p->reader, str_of(text), true);
	while (import_reader_next(p->reader, &row) == IMPORT_ROW)
		assert_true(import_apply_row(p->apply, &row, &why) <
			    RESULT_REJECTED);
	bed_commit(b);
}

static void partial_end(struct partial *p, struct bed *b)
{
	struct diag why;

	assert_int_equal(import_apply_flush(p->apply, &why), ERR_OK);
	import_apply_destroy(p->apply);
	import_reader_destroy(p->reader);
	bed_commit(b);
}

/* The turn ends between two lines, and the API moves the order on. */
static void others_change_it(void **state)
{
	struct arena arena = { 0 };
	struct faults faults;
	struct partial p;
	struct bed b;
	struct diag why;

	(void)state;
	open_orders(&b);
	order_run(&b, false, ORDERS "O1;CREATED;A;S;L1;V;1;1\n");
	partial_rows(&p, &b, ORDERS "O1;WAITING_FULFILLMENT;;;L2;V;1;1\n");
	faults_init(&faults, &arena);
	assert_int_equal(
		event_set_status(&b.hub, EXPORT_ORDER, "O1", STR("SHIPPED"),
			&(struct store_scope){ 0 }, &faults, &why, NULL),
		EVENT_UPDATED);
	bed_commit(&b);
	partial_end(&p, &b);
	expect_exports(&b, "O1 ORDER_CREATED L1\nO1 SHIPPED L1\n");
	order_run(&b, false, ORDERS "O1;;;;L2;;2;\n");
	arena_release(&arena);
	close_orders(&b);
}

/* What was counted is there, however the run ends. */
static void flush_writes(void **state)
{
	struct document_row row;
	struct partial p;
	struct bed b;

	(void)state;
	open_orders(&b);
	partial_rows(&p, &b, ORDERS "O1;CREATED;A;S;L1;V;1;1\n");
	assert_int_equal(record_document_get(store_read(b.hub.store),
				 EXPORT_ORDER, STR("O1"), &row),
		ERR_NOT_FOUND);
	store_end_turn(b.hub.store);
	partial_end(&p, &b);
	assert_int_equal(record_document_get(store_read(b.hub.store),
				 EXPORT_ORDER, STR("O1"), &row),
		ERR_OK);
	close_orders(&b);
}

static char *line_rows(size_t count)
{
	struct buf text = buf_make(64u << 20);

	buf_text(&text, ORDERS);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "O1;;A;S;L1;V;%zu;1\n", 1 + i % 2);
	return buf_take(&text);
}

static size_t count_lines(struct bed *b)
{
	struct document_row row;
	json_t *body;
	size_t n;

	assert_int_equal(record_document_get(store_read(b->hub.store),
				 EXPORT_ORDER, STR("O1"), &row),
		ERR_OK);
	body = json_loadb(row.text.ptr, row.text.len, 0, NULL);
	n = json_array_size(
		json_object_get(json_object_get(body, "lines"), "line"));
	json_decref(body);
	store_end_turn(b->hub.store);
	return n;
}

/* More rows of one order than may wait in memory: they become an event before
 * the last one comes. */
static void rows_of_an_order_do_not_pile_up(void **state)
{
	char *text = line_rows(100000);
	struct document_row row;
	struct partial p;
	struct bed b;

	(void)state;
	open_orders(&b);
	partial_rows(&p, &b, text);
	assert_int_equal(record_document_get(store_read(b.hub.store),
				 EXPORT_ORDER, STR("O1"), &row),
		ERR_OK);
	store_end_turn(b.hub.store);
	partial_end(&p, &b);
	assert_int_equal(count_lines(&b), 1);
	free(text);
	close_orders(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_cases),
		cmocka_unit_test(tree_replaces),
		cmocka_unit_test(tree_rejects),
		cmocka_unit_test(tree_of_stores),
		cmocka_unit_test(tree_of_doubles),
		cmocka_unit_test(order_is_gathered),
		cmocka_unit_test(statuses_are_events),
		cmocka_unit_test(others_change_it),
		cmocka_unit_test(flush_writes),
		cmocka_unit_test(rows_of_an_order_do_not_pile_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
