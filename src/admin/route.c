#include "route.h"

#include <string.h>

/* True when `path` has the form of `template`; its {..} go to `params`. */
static bool fits(const char *template, const char *path,
	struct str params[CALL_PARAMS_MAX])
{
	size_t count = 0;

	while (*template != '\0' && *path != '\0') {
		if (*template != '{') {
			if (*template ++ != *path++)
				return false;
			continue;
		}
		must(count < CALL_PARAMS_MAX);
		params[count] = (struct str){ path, strcspn(path, "/") };
		if (params[count].len == 0)
			return false;
		path += params[count++].len;
		template = strchr(template, '}') + 1;
	}
	return *template == *path;
}

void route_find(const char *method, const char *path, struct route_match *out)
{
	struct str params[CALL_PARAMS_MAX] = { { NULL, 0 } };

	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	*out = (struct route_match){ NULL, false, { { NULL, 0 } } };
	for (size_t i = 0; i < route_count; i++) {
		const struct route *r = &routes[i];

		if (!fits(r->path, path, params))
			continue;
		out->path_known = true;
		if (strcmp(r->method, method) != 0)
			continue;
		out->route = r;
		memcpy(out->params, params, sizeof params);
		return;
	}
}

/* The methods of a path, in the order of the table, which is alphabetical for
 * one template; where two templates fit, they are few enough to merge. */
const char *route_allow(const char *path, struct arena *arena)
{
	static const char *const methods[] = { "DELETE", "GET", "PATCH", "POST",
		"PUT" };
	struct str params[CALL_PARAMS_MAX];
	const char *list = "";

	for (size_t m = 0; m < ARRAY_LEN(methods); m++)
		for (size_t i = 0; i < route_count; i++) {
			if (strcmp(routes[i].method, methods[m]) != 0 ||
				!fits(routes[i].path, path, params))
				continue;
			list = arena_printf(arena, "%s%s%s%s", list,
				*list == '\0' ? "" : ", ", methods[m],
				m == 1 ? ", HEAD" : "");
			break;
		}
	return list;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *route_decode(struct str raw, struct arena *arena)
{
	char *out = arena_dup(arena, raw), *to = out;

	for (size_t i = 0; i < raw.len; i++) {
		int high, low;

		if (raw.ptr[i] != '%') {
			*to++ = raw.ptr[i];
			continue;
		}
		if (raw.len - i < 3)
			return NULL;
		high = hex(raw.ptr[i + 1]);
		low = hex(raw.ptr[i + 2]);
		if (high < 0 || low < 0 || (high | low) == 0)
			return NULL;
		*to++ = (char)(high << 4 | low);
		i += 2;
	}
	*to = '\0';
	return str_is_utf8((struct str){ out, (size_t)(to - out) }) ? out
								    : NULL;
}
