#include "admin_private.h"
#include "openapi.h"
#include "views.h"

void openapi_show(struct call *c)
{
	struct admin *a = c->admin;

	if (a->openapi == NULL)
		a->openapi = openapi_make(a->version);
	buf_text(&c->body, a->openapi);
	answer_now(c, 200);
}
