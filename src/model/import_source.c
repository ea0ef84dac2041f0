/* Where an import job's files are. */
#include <stddef.h>
#include <stdlib.h>

#include "folder.h"
#include "import_private.h"
#include "sluice/base/mem.h"
#include "sluice/text/glob.h"
#include "sluice/text/json_path.h"

#define PATTERN_MAX 255 /* as file names */

#define PATH_SAYS                                                              \
	"of 1 to %d bytes without an element .. and without control "          \
	"characters"

/* "in/" and "in/." are folders. */
static bool names_folder(struct str s)
{
	if (s.len > 0 && s.ptr[s.len - 1] == '.' &&
		(s.len == 1 || s.ptr[s.len - 2] == '/'))
		s.len--;
	return s.len == 0 || s.ptr[s.len - 1] == '/';
}

static char *read_path(struct faults *f, const struct path *p,
	const json_t *value, bool folder)
{
	struct str s = json_is_string(value) ? json_text(value) : STR("");

	if (!folder_is_safe(s))
		fault_at(f, p, FAULT_INVALID,
			"must be the path of a %s " PATH_SAYS,
			folder ? "folder" : "file", FOLDER_MAX);
	else if (!folder && names_folder(s))
		fault_at(f, p, FAULT_INVALID,
			"names a folder; write the file's name behind it, or "
			"use inboundDirectory");
	else
		return folder_normal(s);
	return NULL;
}

#define PATH_READER(name, member, folder)                                      \
	static void name(struct faults *f, const struct path *p,               \
		const json_t *value, void *target)                             \
	{                                                                      \
		((struct import_job *)target)->source.member =                 \
			read_path(f, p, value, folder);                        \
	}

PATH_READER(read_file, path, false)
PATH_READER(read_inbound, inbound_directory, true)
PATH_READER(read_outbound, outbound_directory, true)
PATH_READER(read_error, error_directory, true)

static void read_pattern(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct str s = json_is_string(value) ? json_text(value) : STR("");

	if (s.len == 0 || s.len > PATTERN_MAX || !text_is_line(s) ||
		memchr(s.ptr, '/', s.len) != NULL)
		fault_at(f, p, FAULT_INVALID,
			"must be a pattern of file names of 1 to %d bytes "
			"without /, such as *.csv",
			PATTERN_MAX);
	else if (!glob_is_valid(s))
		fault_at(f, p, FAULT_INVALID,
			"a [ must have its ] behind it, with characters or "
			"rising ranges between; a [ itself is written [[]");
	else
		((struct import_job *)target)->source.pattern =
			mem_dup(s.ptr, s.len);
}

void import_items_path_read(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct import_job *j = target;
	struct json_path path;
	struct diag why;

	if (!json_is_string(value)) {
		fault_at(f, p, FAULT_INVALID,
			"expected the path of a list, such as $.data.items");
	} else if (json_path_parse(&path, json_text(value), &why) != ERR_OK) {
		fault_at(f, p, FAULT_INVALID, "%s", why.text);
	} else {
		if (path.joins)
			fault_at(f, p, FAULT_INVALID,
				"[*] has no place here: the path must lead to "
				"one list");
		else if (j->items_path != NULL)
			fault_at(f, p, FAULT_NOT_ALLOWED,
				"itemsPath is given twice");
		else
			j->items_path = mem_strdup(path.text);
		json_path_release(&path);
	}
}

static void refuse_api_calls(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	(void)value, (void)target;
	fault_at(f, p, FAULT_NOT_ALLOWED,
		"API sources are not served by this version yet; give path, or "
		"inboundDirectory and outboundDirectory, of an SFTP or FTP "
		"connection");
}

static const struct form_field source_fields[] = {
	{ .key = "path", .type = FORM_READ, .read = read_file },
	{ .key = "inboundDirectory", .type = FORM_READ, .read = read_inbound },
	{ .key = "outboundDirectory",
		.type = FORM_READ,
		.read = read_outbound },
	{ .key = "errorDirectory", .type = FORM_READ, .read = read_error },
	{ .key = "pattern", .type = FORM_READ, .read = read_pattern },
	{ .key = "itemsPath",
		.type = FORM_READ,
		.read = import_items_path_read },
	{ .key = "apiCalls", .type = FORM_READ, .read = refuse_api_calls },
};

static bool given(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return value != NULL && !json_is_null(value);
}

/* One file or folders: asked of the body, so that a wrong value of a key is
 * not called a missing one, too. */
static void check_choice(
	struct faults *f, const struct path *up, const json_t *source)
{
	static const char *const bulk[] = { "inboundDirectory",
		"outboundDirectory", "errorDirectory", "pattern" };
	bool one = given(source, "path"), in = given(source, bulk[0]), any = in;

	for (size_t i = 0; i < ARRAY_LEN(bulk); i++) {
		struct path p = { .up = up, .key = bulk[i] };

		any |= given(source, bulk[i]);
		if (one && given(source, bulk[i]))
			fault_at(f, &p, FAULT_NOT_ALLOWED,
				"not together with path: a job reads one file "
				"or a folder");
		else if (in && i == 1 && !given(source, bulk[i]))
			fault_at(f, &p, FAULT_REQUIRED,
				"outboundDirectory is required beside "
				"inboundDirectory: processed files are moved "
				"there");
	}
	if (any && !one && !in) {
		struct path p = { .up = up, .key = bulk[0] };

		fault_at(f, &p, FAULT_REQUIRED,
			"inboundDirectory is required: where the files come "
			"from");
	}
}

static void check_not_inbound(struct faults *f, const struct path *up,
	const struct import_source *s, const char *key, const char *folder)
{
	struct path p = { .up = up, .key = key };

	if (s->inbound_directory != NULL && folder != NULL &&
		strcmp(s->inbound_directory, folder) == 0)
		fault_at(f, &p, FAULT_NOT_ALLOWED,
			"must not be the inbound directory: its files would be "
			"read again and again");
}

void import_source_read(struct faults *f, const struct path *p,
	const json_t *value, void *target)
{
	struct import_job *j = target;
	struct import_source *s = &j->source;

	form_read(f, p, source_fields, ARRAY_LEN(source_fields), value, j);
	if (!json_is_object(value))
		return;
	check_choice(f, p, value);
	check_not_inbound(f, p, s, "outboundDirectory", s->outbound_directory);
	check_not_inbound(f, p, s, "errorDirectory", s->error_directory);
	if (s->inbound_directory != NULL && s->pattern == NULL &&
		!given(value, "pattern"))
		s->pattern = mem_strdup(IMPORT_PATTERN);
}

/* What the source's name tells; false: nothing. */
static bool format_of_source(const struct import_source *s,
	enum import_format *format, const char **key)
{
	const char *name = s->path != NULL ? s->path : s->pattern;

	*key = s->path != NULL ? "source.path" : "source.pattern";
	return name != NULL && import_format_of_name(str_of(name), format);
}

unsigned import_source_formats(const struct import_job *j)
{
	enum import_format only;
	const char *key;
	unsigned all = 0;

	if (j->has_client && format_of_source(&j->source, &only, &key))
		return 1u << only;
	for (size_t f = 0; f < IMPORT_FORMAT_COUNT; f++)
		if (import_format_allowed(j->entity, (enum import_format)f))
			all |= 1u << f;
	return all;
}

static bool is_files(enum connection_type type)
{
	return type != CONNECTION_API && type != CONNECTION_API_OAUTH2;
}

void import_source_check(
	const struct import_job *j, enum connection_type type, struct faults *f)
{
	enum import_format format;
	const char *key;

	if (j->has_client && !is_files(type))
		faults_add(f, FAULT_NOT_ALLOWED, "clientId",
			"imports from API connections are not served by this "
			"version yet; name an SFTP or FTP connection");
	if (format_of_source(&j->source, &format, &key) &&
		!import_format_allowed(j->entity, format))
		faults_add(f, FAULT_NOT_ALLOWED, key,
			"%s can't be imported from %s files; XML is for "
			"ORDER_STATUS only",
			entity_kind_name(j->entity),
			import_format_name(format));
	if (j->has_client && is_files(type) && j->store_external_id == NULL &&
		j->entity == ENTITY_NAVIGATION_CATEGORY)
		faults_add(f, FAULT_REQUIRED, "storeExternalId",
			"storeExternalId is required: a navigation tree "
			"from SFTP or FTP belongs to one store");
}

bool import_job_has_source(const struct import_job *j)
{
	return j->has_client &&
	       (j->source.path != NULL || j->source.inbound_directory != NULL);
}

bool import_job_takes(const struct import_job *j, struct str name)
{
	static const struct str unfinished[] = { { ".part", 5 }, { ".tmp", 4 },
		{ ".filepart", 9 } };

	if (name.len == 0 || *name.ptr == '.' ||
		memchr(name.ptr, '/', name.len) != NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(unfinished); i++) {
		struct str end = unfinished[i];

		if (name.len >= end.len && memcmp(name.ptr + name.len - end.len,
						   end.ptr, end.len) == 0)
			return false;
	}
	return j->source.pattern != NULL &&
	       glob_match(str_of(j->source.pattern), name);
}

static void put_text(json_t *o, const char *key, const char *text)
{
	if (text != NULL)
		json_object_set_new(o, key, json_string(text));
}

json_t *import_source_to_json(const struct import_job *j)
{
	json_t *o = json_object();

	put_text(o, "path", j->source.path);
	put_text(o, "inboundDirectory", j->source.inbound_directory);
	put_text(o, "outboundDirectory", j->source.outbound_directory);
	put_text(o, "errorDirectory", j->source.error_directory);
	put_text(o, "pattern", j->source.pattern);
	put_text(o, "itemsPath", j->items_path);
	return o;
}

void import_source_release(struct import_source *s)
{
	free(s->path);
	free(s->inbound_directory);
	free(s->outbound_directory);
	free(s->error_directory);
	free(s->pattern);
}
