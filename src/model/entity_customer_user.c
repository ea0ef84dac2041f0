/* CUSTOMER_USER: facts.md 6.6; keys and the last three labels are ours. */
#include "entity_private.h"

enum {
	F_EMAIL = 4,
	F_ACCOUNTS = 7,
	F_ORGANISATIONS,
	F_MAIN,
	F_DELETED = 12
};

/* clang-format off */
static const struct entity_field fields[] = {
	/* key                           aliases                    labels                                        create update edit type */
	FIELD("externalId",                  "customerUserExternalId",  "Customer User External Id",                   REQ, REQ, NO,  ENTITY_ID),
	FIELD("civility",                    NULL,                      "Customer User Civility",                      REQ, OPT, YES, ENTITY_ENUM, NULL, "MR, MRS, MISS"),
	FIELD("firstName",                   NULL,                      "Customer User First Name",                    REQ, OPT, YES, ENTITY_TEXT),
	FIELD("lastName",                    NULL,                      "Customer User Last Name",                     REQ, OPT, YES, ENTITY_TEXT),
	[F_EMAIL] =
	FIELD("email",                       NULL,                      "Customer User Email",                         REQ, OPT, YES, ENTITY_EMAIL),
	FIELD("phone",                       NULL,                      "Customer User Phone",                         REQ, OPT, YES, ENTITY_TEXT, .limit = 15),
	FIELD("groups",                      NULL,                      "Customer User Groups",                        REQ, OPT, YES, ENTITY_ENUMS, NULL, "FOC_Admin, FOC_User, FOC_Webmaster"),
	[F_ACCOUNTS] =
	FIELD("accountExternalIds",          "accountExternalId|accountIds", "Customer User Account Ids",              REQ, OPT, YES, ENTITY_REFS, NULL, NULL, ENTITY_ACCOUNT),
	[F_ORGANISATIONS] =
	FIELD("organisationExternalIds",     "organisationIds",         "Customer User Organisation Ids",              OPT, OPT, YES, ENTITY_IDS),
	[F_MAIN] =
	FIELD("mainOrganisationExternalId",  "mainOrganisationId",      "Customer User Main Organisation Id",          OPT, OPT, YES, ENTITY_ID),
	FIELD("password",                    NULL,                      "Customer User Password",                      OPT, OPT, YES, ENTITY_PASSWORD),
	FIELD("inactive",                    NULL,                      "Mark Customer User as Inactive|Customer User Inactive", OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	[F_DELETED] =
	FIELD("deleted",                     NULL,                      "Mark Customer User as Deleted|Customer User Deleted",   OPT, OPT, YES, ENTITY_BOOL, "FALSE"),
	FIELD("storesExternalId",            "storeExternalIds",        "Customer User Stores External Id|Customer User Stores", MULTI, OPT, YES, ENTITY_REFS, DEFAULT_STORE, NULL, ENTITY_STORE),
};
/* clang-format on */

static struct str small_letters(struct entity_checking *c, struct str s)
{
	char *copy = arena_dup(c->arena, s);

	for (size_t i = 0; i < s.len; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] | 0x20);
	return (struct str){ copy, s.len };
}

/* The login is nobody else's. */
static void check_email(struct entity_checking *c)
{
	struct str email = small_letters(c, part_text(c, c->top, F_EMAIL));
	struct str old =
		small_letters(c, norm_text(c->top->old[F_EMAIL], c->arena));

	if (email.len == 0)
		return;
	rule_alone(c, c->top, F_EMAIL, ENTITY_USER_EMAIL, email);
	if (old.len > 0 && !str_eq(old, email))
		rule_claim(c, ENTITY_USER_EMAIL, old, false);
	if (!str_eq(old, email))
		rule_claim(c, ENTITY_USER_EMAIL, email, true);
}

/* The customer user that an account's orders go to, where they name none. */
static struct str first_user(struct entity_checking *c, struct str account)
{
	return c->r->lookup->get(
		c->r->lookup->arg, ENTITY_ACCOUNT_USER, account);
}

static bool stays_in_accounts(const struct entity_part *top)
{
	return str_eq(top->old[F_ACCOUNTS].text,
		       top->values[F_ACCOUNTS].text) &&
	       norm_is_true(top->old[F_DELETED]) ==
		       norm_is_true(top->values[F_DELETED]);
}

static void enter_accounts(struct entity_checking *c)
{
	size_t count;
	struct str *all =
		norm_texts(c->top->values[F_ACCOUNTS], c->arena, &count);

	for (size_t i = 0; i < count; i++) {
		struct str first = first_user(c, all[i]);

		if (first.len == 0 || str_eq(first, c->out->external_id))
			rule_claim(c, ENTITY_ACCOUNT_USER, all[i], true);
	}
}

static void leave_accounts(struct entity_checking *c)
{
	size_t count;
	struct str *old = norm_texts(c->top->old[F_ACCOUNTS], c->arena, &count);

	for (size_t i = 0; i < count; i++)
		if (str_eq(first_user(c, old[i]), c->out->external_id))
			rule_claim(c, ENTITY_ACCOUNT_USER, old[i], false);
}

/* An account's first user is the customer of orders that name none (facts.md
 * 6.10); when it leaves, the next one that comes is.  Claims are written last
 * one first: what it enters again, it keeps. */
static void check_first(struct entity_checking *c)
{
	if (stays_in_accounts(c->top))
		return;
	if (!part_is_true(c->top, F_DELETED))
		enter_accounts(c);
	leave_accounts(c);
}

static void check_organisations(struct entity_checking *c)
{
	struct str home = part_text(c, c->top, F_MAIN);
	size_t count;
	struct str *all =
		norm_texts(c->top->values[F_ORGANISATIONS], c->arena, &count);

	if (count > 0)
		rule_require(c, c->top, F_MAIN);
	if (home.len == 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (str_eq(all[i], home))
			return;
	rule_fault(c, c->top, F_MAIN, FAULT_ENUM,
		"Unexpected value %.*s for field mainOrganisationExternalId, "
		"must be one of organisationExternalIds",
		STR_ARG(home));
}

static void check(struct entity_checking *c)
{
	check_email(c);
	check_first(c);
	check_organisations(c);
}

const struct entity_table entity_customer_user = {
	.kind = ENTITY_CUSTOMER_USER,
	ENTITY_TOP_FREE(fields, "CF_"),
	.name_key = "email",
	.stores_key = "storesExternalId",
	.gone_key = "deleted",
	.check = check,
	.note = "The e-mail address is the login and unique, without regard to "
		"capitals. A password has 8 to 255 characters, with a small "
		"letter, a capital and a digit, without white space; only its "
		"hash is kept, and `GET` shows `***`. Blank on creation: the "
		"user has none (the hub sends no mail); blank later: kept. "
		"`mainOrganisationExternalId` is required beside "
		"organisations and one of them.",
};
