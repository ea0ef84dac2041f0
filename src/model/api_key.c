#include "sluice/model/api_key.h"

#include "sluice/base/must.h"

static const char *const role_names[] = {
	[ROLE_READER] = "OPERATOR_READER",
	[ROLE_USER] = "OPERATOR_USER",
	[ROLE_ADMIN] = "OPERATOR_ADMIN",
};

const char *role_name(enum role r)
{
	return role_names[r];
}

bool role_parse(struct str text, enum role *out)
{
	for (size_t i = 0; i < ARRAY_LEN(role_names); i++) {
		if (str_eq(text, str_of(role_names[i]))) {
			*out = (enum role)i;
			return true;
		}
	}
	return false;
}

void api_key_text(const uint8_t random[32], struct buf *out)
{
	buf_text(out, "slk_");
	crypto_base64url(out, random, 32);
}
