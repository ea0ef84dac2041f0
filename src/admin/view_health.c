#include "admin_private.h"
#include "views.h"

void health_live(struct call *c)
{
	buf_text(&c->body, "{\"status\":\"UP\"}");
	answer_now(c, 200);
}

/* What the API can see by itself. */
static void own_reasons(struct admin *a, struct admin_reasons *r)
{
	struct store_usage usage;

	store_usage(a->hub->store, &usage);
	if (a->hub->turn.fatal)
		admin_reason(r,
			"the database can't be written any more: %s; the "
			"gateway is ending",
			a->hub->turn.why.text);
	else if (usage.last_error != ERR_OK)
		admin_reason(r, "the last change could not be written: %s",
			err_text(usage.last_error));
	if (a->hub->stopping || a->stopping)
		admin_reason(r, "the gateway is stopping");
}

void health_ready(struct call *c)
{
	struct admin *a = c->admin;
	struct admin_reasons r = { .arena = &c->arena };

	own_reasons(a, &r);
	if (a->options.ready != NULL)
		a->options.ready(a->options.ready_arg, &r);
	buf_printf(&c->body, "{\"status\":\"%s\",\"reasons\":[",
		r.count == 0 ? "UP" : "DOWN");
	for (size_t i = 0; i < r.count; i++) {
		if (i > 0)
			buf_char(&c->body, ',');
		put_text(&c->body, r.list[i]);
	}
	buf_text(&c->body, "]}");
	answer_now(c, r.count == 0 ? 200 : 503);
}
