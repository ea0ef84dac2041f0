/* The page's login: a key becomes a cookie that scripts can't read. */
#include "admin_private.h"
#include "auth.h"
#include "views.h"

static const char *cookie(struct call *c, const char *value, const char *more)
{
	return arena_printf(&c->arena,
		SESSION_COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
		value, c->admin->tls ? "; Secure" : "", more);
}

void session_create(struct call *c)
{
	if (!auth_login(c))
		return;
	answer_header(c, "Set-Cookie", cookie(c, session_open(c), ""));
	answer_now(c, 204);
}

void session_delete(struct call *c)
{
	const char *id = http_request_cookie(c->request, SESSION_COOKIE);

	if (id != NULL)
		session_close(c->admin, id);
	answer_header(c, "Set-Cookie", cookie(c, "", "; Max-Age=0"));
	answer_now(c, 204);
}
