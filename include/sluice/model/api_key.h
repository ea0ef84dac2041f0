/* An API key as the hub keeps it: never the key itself, only its hash
 * (contract sections 1 and 2). */
#ifndef SLUICE_MODEL_API_KEY_H
#define SLUICE_MODEL_API_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/base/crypto.h"

/* In rising order of what they may do: READER reads, USER does everything but
 * keys and deletes, ADMIN all.  Stored numbers. */
enum role {
	ROLE_READER,
	ROLE_USER,
	ROLE_ADMIN
};

const char *role_name(enum role r); /* "OPERATOR_READER" */
bool role_parse(struct str text, enum role *out);

struct api_key {
	struct str name;
	enum role role;
	uint8_t hash[SHA256_SIZE];        /* of the key's text */
	int64_t created_at, last_used_at; /* ms; last used 0: never */
	struct str stores; /* external ids joined with '\n'; "" = all */
};

/* The text of a new key from 32 random bytes: "slk_" and base64url. */
void api_key_text(const uint8_t random[32], struct buf *out);

#endif
