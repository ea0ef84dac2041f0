/* sluice backup FILE: a copy of the database, beside a running gateway. */
#include <stdio.h>

#include "sluice/app/commands.h"
#include "sluice/store/store.h"

static enum err backup(
	const struct config *config, const char *file, struct diag *why)
{
	struct store_options options = {
		.dir = config->data_dir,
		.map_size = (size_t)config->limits.map_size,
		.must_exist = true,
	};
	struct store *s;
	enum err e = store_open(&s, &options, why);

	if (e != ERR_OK)
		return e;
	e = store_backup(s, file, why);
	store_close(s);
	return e;
}

int command_backup(const struct config *config, const char *file)
{
	struct diag why;

	if (backup(config, file, &why) == ERR_OK) {
		fprintf(stderr,
			"%s is written. To restore: put it into an empty data "
			"directory as data.mdb, with secret.key from %s\n",
			file, config->data_dir);
		return EXIT_OK;
	}
	fprintf(stderr, "sluice: %s\n", why.text);
	return EXIT_FAILED;
}
