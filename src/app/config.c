/* Loading: default, file, environment and command line, one upon the other. */
#include "sluice/app/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config_internal.h"
#include "sluice/base/mem.h"
#include "sluice/base/must.h"

#define FILE_MAX   (1024 * 1024)
#define FAULTS_MAX 200 /* nobody reads more; the rest is counted only */

/* Faults ------------------------------------------------------------------ */

void fault_add(struct config_faults *faults, bool warning,
	const struct origin *at, const char *message)
{
	struct arena *memory = &faults->memory;
	const char *prefix = at->prefix == NULL ? "" : at->prefix;
	char *text;

	faults->errors += !warning;
	if (faults->count == FAULTS_MAX)
		return;
	if (faults->count == faults->cap) {
		faults->cap = faults->cap == 0 ? 8 : faults->cap * 2;
		faults->items = mem_resize(
			faults->items, faults->cap * sizeof *faults->items);
	}
	text = arena_printf(memory, "%s%s", prefix, message);
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	faults->items[faults->count++] = (struct config_fault){
		.warning = warning,
		.source = arena_dup(memory,
			str_of(at->source == NULL ? "default" : at->source)),
		.line = at->line,
		.column = at->column,
		.message = text,
	};
}

static void add_printed(struct loader *l, bool warning, const struct origin *at,
	const char *fmt, va_list args) __attribute__((format(printf, 4, 0)));

static void add_printed(struct loader *l, bool warning, const struct origin *at,
	const char *fmt, va_list args)
{
	char *message = NULL;

	must(vasprintf(&message, fmt, args) >= 0);
	fault_add(l->faults, warning, at, message);
	free(message);
}

void fault_at(struct loader *l, const struct origin *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_printed(l, false, at, fmt, args);
	va_end(args);
}

void warning_at(struct loader *l, const struct origin *at, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_printed(l, true, at, fmt, args);
	va_end(args);
}

void config_fault_format(const struct config_fault *fault, struct buf *out)
{
	buf_text(out, fault->source);
	if (fault->line > 0)
		buf_printf(out, ":%u:%u", fault->line, fault->column);
	buf_printf(out, ": %s%s", fault->warning ? "warning: " : "",
		fault->message);
}

void config_faults_release(struct config_faults *faults)
{
	free(faults->items);
	arena_release(&faults->memory);
	*faults = (struct config_faults){ 0 };
}

/* The layers -------------------------------------------------------------- */

static void set_defaults(struct loader *l)
{
	static const struct origin at = { 0 };

	for (size_t i = 0; i < OPTION_COUNT; i++)
		must(option_set(l, &options[i], str_of(options[i].def), &at));
}

/* The whole file, or why not in `why`. */
static bool slurp(const char *path, struct buf *text, struct diag *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char block[16 * 1024];
	ssize_t n = 0;

	if (fd < 0) {
		diag_set(why, err_from_errno(errno), "%s", strerror(errno));
		return false;
	}
	while (!text->full && (n = read(fd, block, sizeof block)) > 0)
		buf_put(text, block, (size_t)n);
	if (n < 0)
		diag_set(why, ERR_IO, "%s", strerror(errno));
	else if (text->full)
		diag_set(why, ERR_LIMIT, "longer than %d bytes", FILE_MAX);
	close(fd);
	return n >= 0 && !text->full;
}

static void read_file(struct loader *l, const struct config_source *from)
{
	const char *name =
		from->file == NULL ? CONFIG_DEFAULT_FILE : from->file;
	struct buf text = buf_make(FILE_MAX);
	struct origin at = { .source = name };
	struct diag why = { 0 };

	if (from->text.ptr != NULL)
		config_read_json(l, name, from->text);
	else if (slurp(name, &text, &why))
		config_read_json(l, name, buf_view(&text));
	else if (from->file != NULL || why.code != ERR_NOT_FOUND)
		fault_at(l, &at, "can't read the configuration: %s", why.text);
	buf_release(&text);
}

static const char *variable_at(const void *names, size_t i)
{
	return ((const char(*)[OPTION_KEY_SIZE])names)[i];
}

static void set_variable(struct loader *l,
	char names[OPTION_COUNT][OPTION_KEY_SIZE], struct str name,
	struct str value)
{
	struct origin at = { .source = "environment" };
	const char *nearest;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (!str_eq(name, str_of(names[i])))
			continue;
		at.prefix = arena_printf(&l->config->memory, "%s: ", names[i]);
		option_set(l, &options[i], value, &at);
		return;
	}
	if (str_eq(name, STR(CONFIG_SECRET_VARIABLE)))
		return;
	nearest = str_nearest(name, OPTION_COUNT, variable_at, names);
	warning_at(l, &at, "unknown variable %.*s%s%s%s",
		STR_ARG(text_shown(name)),
		nearest == NULL ? "" : ", did you mean ",
		nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
}

static void read_environment(struct loader *l, char *const *environment)
{
	char names[OPTION_COUNT][OPTION_KEY_SIZE];

	for (size_t i = 0; i < OPTION_COUNT; i++)
		option_variable(&options[i], names[i]);
	for (; environment != NULL && *environment != NULL; environment++) {
		const char *is = strchr(*environment, '=');
		struct str name = { *environment, 0 };

		if (is == NULL || strncmp(*environment, "SLUICE_", 7) != 0)
			continue;
		name.len = (size_t)(is - *environment);
		set_variable(l, names, name, str_of(is + 1));
	}
}

static void read_overrides(struct loader *l, const struct config_source *from)
{
	for (size_t i = 0; i < from->override_count; i++) {
		const struct config_override *o = &from->overrides[i];
		const struct option *option = option_find(str_of(o->key));
		struct origin at = { .source = "command line",
			.prefix = arena_printf(
				&l->config->memory, "%s: ", o->option) };

		must(option != NULL);
		option_set(l, option, str_of(o->value), &at);
	}
}

/* A copy that lives with the configuration, for config_reload(). */
static void keep_source(struct config *config, const struct config_source *from)
{
	struct config_source *kept = &config->source;
	size_t size = from->override_count * sizeof *from->overrides;
	struct arena *memory = &config->memory;
	struct config_override *overrides = arena_alloc(memory, size);

	*kept = *from;
	if (from->file != NULL)
		kept->file = arena_dup(memory, str_of(from->file));
	if (from->text.ptr != NULL)
		kept->text.ptr = arena_dup(memory, from->text);
	for (size_t i = 0; i < from->override_count; i++)
		overrides[i] = (struct config_override){
			arena_dup(memory, str_of(from->overrides[i].option)),
			arena_dup(memory, str_of(from->overrides[i].key)),
			arena_dup(memory, str_of(from->overrides[i].value)),
		};
	kept->overrides = overrides;
}

bool config_load(struct config *config, const struct config_source *from,
	struct config_faults *faults)
{
	struct loader l = { .config = config, .faults = faults };
	size_t errors = faults->errors;

	*config = (struct config){ 0 };
	keep_source(config, from);
	set_defaults(&l);
	read_file(&l, from);
	read_environment(&l, from->environment);
	read_overrides(&l, from);
	config_check_values(&l);
	return faults->errors == errors;
}

bool config_reload(struct config *fresh, const struct config *running,
	struct config_faults *faults)
{
	return config_load(fresh, &running->source, faults);
}

void config_release(struct config *config)
{
	arena_release(&config->memory);
	*config = (struct config){ 0 };
}

/* Reload ------------------------------------------------------------------ */

size_t config_changes_needing_restart(const struct config *running,
	const struct config *fresh, struct buf *names)
{
	size_t count = 0;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (options[i].reload == RELOAD ||
			option_equal(&options[i], running, fresh))
			continue;
		buf_text(names, count++ == 0 ? "" : ", ");
		buf_text(names, options[i].key);
	}
	return count;
}

void config_keep_running(struct config *fresh, const struct config *running)
{
	struct config_faults faults = { 0 };
	struct loader l = { .config = fresh, .faults = &faults };
	struct buf value = buf_make(SIZE_MAX / 2);
	static const struct origin at = { 0 };

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (options[i].reload == RELOAD)
			continue;
		buf_clear(&value);
		option_format(&options[i], running, &value);
		must(option_set(&l, &options[i], buf_view(&value), &at));
	}
	config_check_values(&l);
	config_faults_release(&faults);
	buf_release(&value);
}
