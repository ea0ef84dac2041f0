/* Shared by the parts of app/config only: the table and the values. */
#ifndef SLUICE_APP_CONFIG_INTERNAL_H
#define SLUICE_APP_CONFIG_INTERNAL_H

#include "sluice/app/config.h"

enum option_type {
	OPTION_TEXT, /* char * */
	OPTION_PATH, /* char * */
	OPTION_BOOL, /* bool */
	OPTION_INT,  /* unsigned */
	OPTION_SIZE, /* uint64_t, in bytes */
	OPTION_ENUM, /* unsigned, an index into `names` */
	OPTION_LIST  /* struct config_list */
};

enum option_reload {
	RELOAD, /* a new value takes effect on SIGHUP */
	RESTART
};

struct option {
	const char *key; /* "log.level" */
	enum option_type type;
	size_t offset;            /* of the member in struct config */
	const char *def;          /* as one would write it in the environment */
	uint64_t min, max;        /* OPTION_INT, OPTION_SIZE */
	const char *unit;         /* OPTION_INT: "seconds" or "" */
	const char *const *names; /* OPTION_ENUM: NULL at the end */
	enum option_reload reload;
	const char *text; /* one sentence */
};

enum {
	OPTION_COUNT = 35,
	OPTION_KEY_SIZE = 48
};

extern const struct option options[OPTION_COUNT];

/* Where a value came from; what a fault points at. */
struct origin {
	const char *source; /* NULL: it is the default */
	const char *prefix; /* "SLUICE_LISTEN: " or "--listen: " or "" */
	unsigned line, column;
};

struct loader {
	struct config *config;
	struct config_faults *faults;
	struct origin origins[OPTION_COUNT];
};

/* The option with this key, or NULL. */
const struct option *option_find(struct str key);

/* Is it a section, the part before a dot: "log"?  Then the first of its
 * options, else NULL. */
const struct option *option_find_section(struct str name);

static inline size_t option_index(const struct option *o)
{
	return (size_t)(o - options);
}

static inline void *option_member(const struct option *o, struct config *config)
{
	return (char *)config + o->offset;
}

/* "SLUICE_LOG_LEVEL". */
char *option_variable(const struct option *o, char out[OPTION_KEY_SIZE]);

/* "8MiB", or the bare number when it is no whole unit. */
void size_format(uint64_t size, struct buf *out);

/* What the option takes: "a whole number from 0 to 100". */
void option_describe(const struct option *o, struct buf *out);

/* Its value as one would write it in the environment. */
void option_format(
	const struct option *o, const struct config *config, struct buf *out);
bool option_equal(
	const struct option *o, const struct config *a, const struct config *b);

/* Sets the member from a text (environment, command line, default, string of
 * the file), a number's text or a list.  What does not fit is reported at `at`
 * and leaves the member as it is.  True: set. */
bool option_set(struct loader *l, const struct option *o, struct str text,
	const struct origin *at);
/* The texts themselves must live in the configuration's memory. */
void option_set_list(struct loader *l, const struct option *o,
	const struct config_list *items, const struct origin *at);

/* Cut to what fits in a message. */
struct str text_shown(struct str s);

/* "log.level must be error, warn, info or debug, not <got>". */
void fault_wrong(struct loader *l, const struct option *o, struct str got,
	const struct origin *at);
void fault_at(struct loader *l, const struct origin *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void warning_at(struct loader *l, const struct origin *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void fault_add(struct config_faults *faults, bool warning,
	const struct origin *at, const char *message);

/* The file: one JSON object. */
void config_read_json(struct loader *l, const char *name, struct str text);

/* What only several values together tell; fills the derived members. */
void config_check_values(struct loader *l);

#endif
