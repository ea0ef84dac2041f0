#include "views.h"

void connection_test(struct call *c)
{
	answer_error(c, 500, "INTERNAL_ERROR", "not there yet");
}
