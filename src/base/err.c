#include "sluice/base/err.h"

#include <errno.h>

static const struct {
	const char *name, *text;
	enum err_class class;
} errors[ERR_COUNT] = {
#define X(code, class, text) [code] = { #code, text, ERR_CLASS_##class },
	ERR_LIST(X)
#undef X
};

const char *err_name(enum err e)
{
	return errors[e].name;
}

const char *err_text(enum err e)
{
	return errors[e].text;
}

enum err_class err_class(enum err e)
{
	return errors[e].class;
}

enum err err_from_errno(int errnum)
{
	switch (errnum) {
	case 0:
		return ERR_OK;
	case ENOENT:
		return ERR_NOT_FOUND;
	case EEXIST:
		return ERR_EXISTS;
	case ENOSPC:
	case EDQUOT:
		return ERR_NO_SPACE;
	case ECONNREFUSED:
	case ECONNRESET:
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EPIPE:
		return ERR_NET;
	case ETIMEDOUT:
		return ERR_TIMEOUT;
	default:
		return ERR_IO;
	}
}
