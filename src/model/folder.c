#include "folder.h"

#include "sluice/base/buf.h"

/* The next element of a path, cut off; it may be empty. */
static struct str next_element(struct str *rest)
{
	const char *slash = memchr(rest->ptr, '/', rest->len);
	struct str e = *rest;

	if (slash != NULL)
		e.len = (size_t)(slash - rest->ptr);
	rest->ptr += e.len + (slash != NULL);
	rest->len -= e.len + (slash != NULL);
	return e;
}

bool folder_is_safe(struct str path)
{
	struct str rest = path;

	if (path.len == 0 || path.len > FOLDER_MAX || !text_is_line(path))
		return false;
	while (rest.len > 0)
		if (str_eq(next_element(&rest), STR("..")))
			return false;
	return true;
}

char *folder_normal(struct str path)
{
	bool absolute = path.len > 0 && *path.ptr == '/';
	struct buf out = buf_make(FOLDER_MAX + 2);

	while (path.len > 0) {
		struct str e = next_element(&path);

		if (e.len == 0 || str_eq(e, STR(".")))
			continue;
		if (out.len > 0 || absolute)
			buf_char(&out, '/');
		buf_str(&out, e);
	}
	if (out.len == 0)
		buf_char(&out, absolute ? '/' : '.');
	return buf_take(&out);
}
