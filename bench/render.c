/* How many small orders (seed 002, one line) does one core read and render?
 *
 *     bench_render [SECONDS per row] */
#include <stdio.h>
#include <stdlib.h>

#include "sluice/base/clock.h"
#include "sluice/model/render.h"

struct bench {
	struct document *order;
	json_t *body;
	struct str text; /* the stored form */
	struct buf out;
};

static void parse_json(struct bench *b)
{
	json_decref(json_loadb(b->text.ptr, b->text.len, 0, NULL));
}

static void from_json(struct bench *b)
{
	struct arena arena = { 0 };
	struct faults faults;

	faults_init(&faults, &arena);
	document_destroy(document_from_json(
		EXPORT_ORDER, b->body, NULL, NULL, 0, &faults));
	arena_release(&arena);
}

static void from_text(struct bench *b)
{
	struct document *d;

	if (document_from_text(EXPORT_ORDER, b->text, &d) == ERR_OK)
		document_destroy(d);
}

static void to_text(struct bench *b)
{
	document_to_text(b->order, &b->out);
}

static void to_xml(struct bench *b)
{
	render_document(b->order, FORMAT_XML, &b->out);
}

static void to_json(struct bench *b)
{
	render_document(b->order, FORMAT_JSON, &b->out);
}

static void to_csv(struct bench *b)
{
	render_document(b->order, FORMAT_CSV, &b->out);
}

static void measure(const char *name, void (*run)(struct bench *b),
	struct bench *b, double seconds)
{
	uint64_t start = clock_monotonic_ns(), now = start, rounds = 0;
	size_t bytes = 0;

	while ((double)(now - start) < seconds * 1e9) {
		for (int i = 0; i < 1000; i++) {
			buf_clear(&b->out);
			run(b);
		}
		bytes = b->out.len;
		rounds += 1000;
		now = clock_monotonic_ns();
	}
	printf("%-28s %10.0f orders/s %8zu bytes\n", name,
		(double)rounds * 1e9 / (double)(now - start), bytes);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 1;
	struct buf text = buf_make(DOCUMENT_MAX);
	struct bench b = { .out = buf_make(DOCUMENT_MAX) };

	b.order = render_sample(EXPORT_ORDER);
	document_to_text(b.order, &text);
	b.text = buf_view(&text);
	b.body = json_loadb(b.text.ptr, b.text.len, 0, NULL);
	measure("jansson alone", parse_json, &b, seconds);
	measure("document_from_json", from_json, &b, seconds);
	measure("document_from_text", from_text, &b, seconds);
	measure("document_to_text", to_text, &b, seconds);
	measure("render_document XML", to_xml, &b, seconds);
	measure("render_document JSON", to_json, &b, seconds);
	measure("render_document CSV", to_csv, &b, seconds);
	json_decref(b.body);
	document_destroy(b.order);
	buf_release(&text);
	buf_release(&b.out);
	return 0;
}
