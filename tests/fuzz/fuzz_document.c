/* Any JSON as an order, an incident, a connection, a job or an entity: faults
 * or a value, no crash; what was accepted renders, is stored and reads back. */
#include <stdlib.h>

#include "sluice/base/must.h"
#include "sluice/model/connection.h"
#include "sluice/model/entity.h"
#include "sluice/model/export_job.h"
#include "sluice/model/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_forms(const struct document *d)
{
	struct buf out = buf_make(64u << 20);
	json_t *json;

	for (int f = 0; f < FORMAT_COUNT; f++) {
		buf_clear(&out);
		render_document(d, (enum export_format)f, &out);
		must(!out.full);
		for (size_t i = 0; f == FORMAT_XML && i < out.len; i++)
			must((unsigned char)out.data[i] >= 0x20 ||
				strchr("\t\n", out.data[i]) != NULL);
		if (f != FORMAT_JSON)
			continue;
		json = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
		must(json != NULL);
		json_decref(json);
	}
	buf_clear(&out);
	render_api_body(d, &out);
	json = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
	must(json != NULL);
	json_decref(json);
	for (int format = 0; format < 2; format++) {
		buf_clear(&out);
		render_file_name(d, FORMAT_XML, (enum file_name_format)format,
			true, 0, &out);
		must(out.len <= 255 && out.data[0] != '.');
		must(strchr(out.data, '/') == NULL);
	}
	buf_release(&out);
}

static void try_document(
	enum export_entity entity, const json_t *body, struct faults *faults)
{
	struct document *d = document_from_json(
				entity, body, NULL, NULL, 0, faults),
			*again;
	struct buf text = buf_make(64u << 20);

	must((d == NULL) == faults_any(faults));
	if (d == NULL)
		return;
	check_forms(d);
	document_to_text(d, &text);
	must(document_from_text(entity, buf_view(&text), &again) == ERR_OK);
	must(json_equal(again->body, d->body));
	document_destroy(again);
	document_destroy(d);
	buf_release(&text);
}

static void try_connection(const json_t *body, struct faults *faults)
{
	struct connection *c = connection_from_json(body, NULL, faults), *again;
	json_t *stored;

	if (c == NULL)
		return;
	c->id.bytes[0] = 1;
	stored = connection_to_json(c, CONNECTION_STORED);
	again = connection_from_stored(stored);
	must(again != NULL);
	connection_destroy(again);
	connection_destroy(c);
	json_decref(stored);
}

static void try_job(const json_t *body, struct faults *faults)
{
	static const struct retry_policy retry = { 5, 900 };
	struct export_job *j = export_job_from_json(body, &retry, true, faults);
	struct export_job *again;
	json_t *stored;

	if (j == NULL)
		return;
	stored = export_job_to_json(j);
	again = export_job_from_stored(stored);
	must(again != NULL);
	export_job_destroy(again);
	export_job_destroy(j);
	json_decref(stored);
}

static struct str get(void *arg, enum entity_kind kind, struct str id)
{
	(void)arg, (void)kind;
	return id.ptr[0] == 'x' ? STR("") : STR("{}");
}

static void try_entity(
	enum entity_kind kind, const json_t *body, struct faults *faults)
{
	struct entity_lookup lookup = { get, NULL };
	struct entity_reading r = {
		.external_id = STR("S"), .lookup = &lookup, .faults = faults
	};
	struct buf text = buf_make(DOCUMENT_MAX), same = buf_make(DOCUMENT_MAX);
	struct entity_input in;
	struct entity a, b;

	if (entity_input_json(&in, kind, body, true, faults, NULL) &&
		entity_read(&in, &r, &text, &a)) {
		json_t *json = json_loadb(
			a.text.ptr, a.text.len, JSON_REJECT_DUPLICATES, NULL);

		must(json_is_object(json));
		json_decref(json);
		r.old = a.text;
		r.document_exists = true;
		if (entity_read(&in, &r, &same, &b) &&
			kind != ENTITY_ASSORTMENT)
			must(str_eq(a.text, b.text));
	}
	buf_release(&text);
	buf_release(&same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *body = json_loadb((const char *)data, size,
		JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	for (int what = 0; body != NULL && what < 4 + (int)ENTITY_KINDS;
		what++) {
		struct arena arena = { 0 };
		struct faults faults;

		faults_init(&faults, &arena);
		switch (what) {
		case 0:
			try_document(EXPORT_ORDER, body, &faults);
			break;
		case 1:
			try_document(EXPORT_INCIDENT, body, &faults);
			break;
		case 2:
			try_connection(body, &faults);
			break;
		case 3:
			try_job(body, &faults);
			break;
		default:
			try_entity((enum entity_kind)(what - 4), body, &faults);
		}
		arena_release(&arena);
	}
	json_decref(body);
	return 0;
}
