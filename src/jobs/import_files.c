#include <stdlib.h>
#include <string.h>

#include "import_run.h"
#include "sluice/base/mem.h"
#include "sluice/jobs/file_mover.h"
#include "sluice/jobs/hub.h"

char *import_files_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);
	const char *slash = len == 0 || dir[len - 1] == '/' ? "" : "/";

	return mem_printf("%s%s%s", dir, slash, name);
}

static void file_release(struct import_file *f)
{
	free(f->name);
	free(f->path);
	free(f->message);
	free(f->moved_to);
}

void import_files_release(struct import_files *f)
{
	for (size_t i = 0; i < f->count; i++)
		file_release(&f->items[i]);
	free(f->items);
	*f = (struct import_files){ 0 };
}

static struct import_file *append(struct import_files *f)
{
	if (f->count == f->cap) {
		f->cap = f->cap > 0 ? f->cap * 2 : 16;
		f->items = mem_resize(f->items, f->cap * sizeof *f->items);
	}
	f->items[f->count] = (struct import_file){ 0 };
	return &f->items[f->count++];
}

void import_files_add(
	struct import_files *f, const char *name, const char *path)
{
	struct import_file *file = append(f);

	file->name = mem_strdup(name);
	file->path = mem_strdup(path);
	file->attrs.size = REMOTE_SIZE_UNKNOWN;
}

static int by_name(const void *a, const void *b)
{
	const struct import_file *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void drop_beyond(struct import_files *f, size_t max)
{
	for (size_t i = max; i < f->count; i++)
		file_release(&f->items[i]);
	if (f->count > max) {
		f->left += f->count - max;
		f->count = max;
	}
}

/* A server may tell of a file twice: it is one file all the same. */
static void drop_doubles(struct import_files *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (kept > 0 && by_name(&f->items[kept - 1], &f->items[i]) == 0)
			file_release(&f->items[i]);
		else
			f->items[kept++] = f->items[i];
	}
	f->count = kept;
}

void import_files_sort(struct import_files *f)
{
	if (f->count > 1)
		qsort(f->items, f->count, sizeof *f->items, by_name);
	drop_doubles(f);
	drop_beyond(f, IMPORT_FILES_MAX);
}

/* A folder of a million files must not fill the memory: now and then all but
 * the first ones by name are let go. */
void import_files_list(struct import_files *f, const struct import_job *job,
	struct str name, const struct remote_attrs *attrs)
{
	struct import_file *file;

	if (!import_job_takes(job, name))
		return;
	if (f->count == 2 * IMPORT_FILES_MAX)
		import_files_sort(f);
	file = append(f);
	file->name = mem_dup(name.ptr, name.len);
	file->path =
		import_files_join(job->source.inbound_directory, file->name);
	file->attrs = *attrs;
}

static void keep_if(struct import_files *f,
	bool (*wanted)(const struct import_file *file, void *arg), void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (wanted(&f->items[i], arg))
			f->items[kept++] = f->items[i];
		else
			file_release(&f->items[i]);
	}
	f->count = kept;
}

static bool looks_the_same(const struct import_file *file, void *arg)
{
	const struct import_files *second = arg;
	const struct import_file *other =
		second->count == 0 ? NULL
				   : bsearch(file, second->items, second->count,
					     sizeof *second->items, by_name);

	return other != NULL && remote_attrs_same(&file->attrs, &other->attrs);
}

void import_files_keep_unchanged(
	struct import_files *first, struct import_files *second)
{
	size_t before = first->count;

	keep_if(first, looks_the_same, second);
	first->unstable = before - first->count;
	first->left = second->left;
	import_files_release(second);
}

struct pending {
	struct hub *hub;
	struct uuid client_id;
};

static bool is_not_pending(const struct import_file *file, void *arg)
{
	const struct pending *p = arg;

	return !file_mover_has(
		p->hub->imports.mover, p->client_id, str_of(file->path));
}

void import_files_skip_pending(
	struct import_files *f, struct hub *hub, struct uuid client_id)
{
	struct pending p = { hub, client_id };
	size_t before = f->count;

	keep_if(f, is_not_pending, &p);
	f->pending += before - f->count;
}
