/* How many rows a second go from a file into the store: reader, apply and
 * commits of 5,000 rows, without the network.
 *
 *	bench_import_rows FILE ENTITY DIR [DELIMITER] [BATCH] [PHASES]
 *
 * The file goes in three times: new, unchanged, and with every row changed (its
 * "description" becomes a constant).  DIR gets the database; it must be on the
 *disk that counts. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/hub.h"
#include "sluice/jobs/import_apply.h"
#include "sluice/jobs/import_reader.h"

#define CHUNK ((size_t)256 << 10)

struct run {
	struct hub hub;
	struct import_job job;
	struct str file;
	const char *name;
	unsigned batch;
	uint64_t results[RESULT_FAILED + 1];
};

static void die(const char *what, const struct diag *why)
{
	fprintf(stderr, "%s: %s\n", what, why == NULL ? "" : why->text);
	exit(1);
}

static struct str map_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *data;

	if (fd < 0 || fstat(fd, &st) != 0)
		die(path, NULL);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (data == MAP_FAILED)
		die(path, NULL);
	return (struct str){ data, (size_t)st.st_size };
}

static void commit(struct run *r)
{
	struct diag why;

	if (store_commit(r->hub.store, &why) != ERR_OK)
		die("commit", &why);
	store_end_turn(r->hub.store);
}

static uint64_t rows_in(
	struct run *r, struct import_reader *reader, struct import_apply *apply)
{
	struct import_row row;
	struct diag why;
	enum import_kind kind;
	uint64_t rows = 0;
	size_t at = 0;

	do {
		size_t left = r->file.len - at;
		size_t len = left < CHUNK ? left : CHUNK;

		import_reader_feed(reader,
			(struct str){ r->file.ptr + at, len }, len == left);
		at += len;
		while ((kind = import_reader_next(reader, &row)) <=
			IMPORT_BAD) {
			enum import_result result =
				kind == IMPORT_BAD
					? RESULT_REJECTED
					: import_apply_row(apply, &row, &why);

			if (result == RESULT_FAILED)
				die("row", &why);
			r->results[result]++;
			if (++rows % r->batch == 0)
				commit(r);
		}
	} while (kind == IMPORT_MORE);
	if (kind == IMPORT_FAILED) {
		(void)import_reader_error(reader, &why);
		die("file", &why);
	}
	return rows;
}

/* Of this process: what counts on a machine that others use, too. */
static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void import(struct run *r, const char *what)
{
	struct import_reader_options ro = { .job = &r->job,
		.file_name = r->name,
		.limits = { 1 << 20, 1 << 18, 1000, 0, 0, 64 } };
	struct import_apply_options ao = { .job = &r->job,
		.now = clock_now_ms() };
	struct diag why;
	uint64_t before = clock_monotonic_ns(), rows;
	struct import_reader *reader = import_reader_create(&ro, &why);
	struct import_apply *apply = import_apply_create(&r->hub, &ao, &why);
	double seconds, cpu = cpu_seconds();

	memset(r->results, 0, sizeof r->results);
	if (reader == NULL || apply == NULL)
		die("start", &why);
	rows = rows_in(r, reader, apply);
	commit(r);
	import_apply_destroy(apply);
	import_reader_destroy(reader);
	seconds = (double)(clock_monotonic_ns() - before) / 1e9;
	printf("%-10s %8llu rows  %6.3f s  %8.0f rows/s  "
	       "%6.3f s of CPU  (created %llu, "
	       "updated %llu, unchanged %llu, rejected %llu)\n",
		what, (unsigned long long)rows, seconds, (double)rows / seconds,
		cpu_seconds() - cpu,
		(unsigned long long)r->results[RESULT_CREATED],
		(unsigned long long)r->results[RESULT_UPDATED],
		(unsigned long long)r->results[RESULT_UNCHANGED],
		(unsigned long long)r->results[RESULT_REJECTED]);
}

int main(int argc, char **argv)
{
	struct run r = { .batch = 5000 };
	struct store_options o = { .map_size = (size_t)16 << 30 };
	struct diag why;
	int phases = 3;

	if (argc < 4) {
		fprintf(stderr, "usage: bench_import_rows FILE ENTITY DIR "
				"[DELIMITER] [BATCH] [PHASES]\n");
		return 2;
	}
	r.name = argv[1];
	r.file = map_file(argv[1]);
	if (!entity_kind_parse(str_of(argv[2]), &r.job.entity))
		die(argv[2], NULL);
	o.dir = r.hub.data_dir = argv[3];
	r.job.delimiter = argc > 4 ? argv[4][0] : ';';
	if (argc > 5)
		r.batch = (unsigned)atoi(argv[5]);
	if (argc > 6)
		phases = atoi(argv[6]);
	if (store_open(&r.hub.store, &o, &why) != ERR_OK)
		die("store", &why);
	list_init(&r.hub.turn.waiters);
	list_init(&r.hub.turn.steps);
	import(&r, "new");
	if (phases > 1)
		import(&r, "unchanged");
	r.job.mapping = json_pack(
		"{s:{s:s}}", "description", "value", "changed by the import");
	if (phases > 2)
		import(&r, "changed");
	json_decref(r.job.mapping);
	store_close(r.hub.store);
	return 0;
}
