/* API keys (contract 2.7): names and roles, never a key's text but once. */
#include <stdlib.h>

#include "admin_private.h"
#include "auth.h"
#include "body.h"
#include "query.h"
#include "sluice/base/mem.h"
#include "sluice/store/record_config.h"
#include "views.h"

#define KEY_NAME_MAX 255

/* A key that is limited to stores has to do only with keys that see no more
 * than it does; `stores` are the other key's. */
static bool within_scope(const struct call *c, struct str stores)
{
	struct str one;
	bool within = stores.len > 0 || c->caller.scope.count == 0;

	while (within && store_next(&stores, &one))
		within = scope_allows(c, one);
	return within;
}

/* --- list ----------------------------------------------------------------- */

/* There are few keys: all are read, sorted and then cut to the page. */
struct key_rows {
	struct call *c;
	struct api_key *list;
	size_t count, cap;
};

static bool take(void *arg, const struct api_key *k)
{
	struct key_rows *rows = arg;

	if (!within_scope(rows->c, k->stores))
		return true;
	if (rows->count == rows->cap) {
		rows->cap = rows->cap * 2 + 16;
		rows->list =
			mem_resize(rows->list, rows->cap * sizeof *rows->list);
	}
	rows->list[rows->count++] = *k; /* borrowed until the turn's end */
	return true;
}

static int by_text(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_name(const void *a, const void *b)
{
	return by_text(((const struct api_key *)a)->name,
		((const struct api_key *)b)->name);
}

static int by_created(const void *a, const void *b)
{
	int64_t x = ((const struct api_key *)a)->created_at;
	int64_t y = ((const struct api_key *)b)->created_at;

	return x != y ? (x > y) - (x < y) : by_name(a, b);
}

static void put_stores(struct buf *out, struct str stores)
{
	struct str one;

	buf_char(out, '[');
	for (size_t n = 0; store_next(&stores, &one); n++) {
		if (n > 0)
			buf_char(out, ',');
		buf_json_string(out, one);
	}
	buf_char(out, ']');
}

/* Without the closing brace. */
static void put_key(struct buf *out, const struct api_key *k)
{
	buf_text(out, "{\"name\":");
	buf_json_string(out, k->name);
	buf_printf(out, ",\"role\":\"%s\",\"stores\":", role_name(k->role));
	put_stores(out, k->stores);
	buf_text(out, ",\"createdAt\":");
	put_time(out, k->created_at);
	buf_text(out, ",\"lastUsedAt\":");
	put_time(out, k->last_used_at);
}

void key_list(struct call *c)
{
	struct key_rows rows = { .c = c };
	struct faults *f = call_faults(c);
	struct list_query q;

	query_list(c, "name createdAt", false, f, &q);
	if (faults_any(f))
		return answer_faults(c, f);
	record_key_each(turn_read(c->hub), take, &rows);
	if (rows.count > 0)
		qsort(rows.list, rows.count, sizeof *rows.list,
			q.sort == 0 ? by_name : by_created);
	q.page.total = rows.count;
	list_begin(c);
	for (size_t i = q.page.offset; i < rows.count && c->rows < q.page.size;
		i++) {
		size_t at = q.page.descending ? rows.count - 1 - i : i;

		list_next(c);
		put_key(&c->body, &rows.list[at]);
		buf_char(&c->body, '}');
	}
	list_answer(c, &q, ERR_OK);
	free(rows.list);
}

/* --- create and revoke ---------------------------------------------------- */

/* The stores joined as they are stored, in the arena. */
static struct str read_stores(struct call *c, struct faults *f)
{
	const json_t *list = json_object_get(c->json, "stores");
	const char *joined = "";

	if (list == NULL || json_is_null(list))
		return STR("");
	if (!json_is_array(list))
		faults_add(f, FAULT_INVALID, "stores",
			"stores must be a list of store external ids");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *id = json_string_value(json_array_get(list, i));

		if (id == NULL || *id == '\0' || strchr(id, '\n') != NULL) {
			faults_add(f, FAULT_INVALID,
				arena_printf(&c->arena, "stores[%zu]", i),
				"a store is named by its external id");
			continue;
		}
		joined = arena_printf(&c->arena, "%s%s%s", joined,
			*joined == '\0' ? "" : "\n", id);
	}
	return str_of(joined);
}

static void read_key(struct call *c, struct api_key *k, struct faults *f)
{
	const char *name, *role;

	body_known(c->json, "name role stores", f);
	name = body_text(c->json, "name", f);
	if (name != NULL && strlen(name) > KEY_NAME_MAX)
		faults_add(f, FAULT_LENGTH, "name",
			"name is longer than %d bytes", KEY_NAME_MAX);
	role = body_text(c->json, "role", f);
	if (role != NULL && !role_parse(str_of(role), &k->role))
		faults_add(f, FAULT_ENUM, "role",
			"role must be OPERATOR_READER, OPERATOR_USER or "
			"OPERATOR_ADMIN, not '%s'",
			role);
	k->name = str_of(name == NULL ? "" : name);
	k->stores = read_stores(c, f);
	k->created_at = c->now;
}

static void wipe_text(struct call *c)
{
	struct buf *text = c->state;

	if (text->data != NULL)
		mem_wipe(text->data, text->cap);
	buf_release(text);
}

static struct str make_text(struct call *c, struct api_key *k)
{
	struct buf *text = arena_alloc(&c->arena, sizeof *text);
	uint8_t random[32];

	*text = buf_make(256);
	c->state = text;
	c->on_free = wipe_text;
	crypto_random(random, sizeof random);
	api_key_text(random, text);
	mem_wipe(random, sizeof random);
	crypto_sha256(buf_view(text), k->hash);
	return buf_view(text);
}

static void refuse(struct call *c, const char *verb)
{
	answer_error(c, 403, "FORBIDDEN",
		"a key that is limited to stores can only %s keys for these "
		"stores",
		verb);
}

void key_create(struct call *c)
{
	struct faults *f = call_faults(c);
	struct api_key k = { .last_used_at = 0 };
	struct diag why = { .text = "" };
	struct txn *t;
	struct str text;
	enum err e;

	read_key(c, &k, f);
	if (faults_any(f))
		return answer_faults(c, f);
	if (!within_scope(c, k.stores))
		return refuse(c, "make");
	text = make_text(c, &k);
	e = turn_write(c->hub, &t);
	if (e == ERR_OK)
		e = record_key_put(t, &k, false);
	if (e == ERR_EXISTS)
		diag_set(&why, e, "there is a key named '%.*s' already",
			STR_ARG(k.name));
	if (e != ERR_OK)
		return answer_err(c, e, &why);
	put_key(&c->body, &k);
	buf_text(&c->body, ",\"key\":");
	buf_json_string(&c->body, text);
	buf_char(&c->body, '}');
	answer_after_commit(c, 201);
}

struct wanted {
	struct call *c;
	bool foreign;
};

static bool check_foreign(void *arg, const struct api_key *k)
{
	struct wanted *w = arg;

	if (!str_eq(k->name, str_of(w->c->path[0])))
		return true;
	w->foreign = !within_scope(w->c, k->stores);
	return false;
}

void key_delete(struct call *c)
{
	struct wanted w = { c, false };
	struct txn *t;
	enum err e = turn_write(c->hub, &t);

	if (e == ERR_OK)
		record_key_each(t, check_foreign, &w);
	if (w.foreign)
		return refuse(c, "revoke");
	if (e == ERR_OK)
		e = record_key_delete(t, str_of(c->path[0]));
	if (e == ERR_NOT_FOUND)
		return answer_not_found(c, "key", c->path[0]);
	if (e != ERR_OK)
		return answer_err(c, e, NULL);
	answer_after_commit(c, 204);
}
