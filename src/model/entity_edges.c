/* Which imports come before which, and why (seed 000). */
#include "entity_private.h"

/* clang-format off */
static const enum entity_kind order[] = {
	ENTITY_ATTRIBUTE, ENTITY_SUPPLIER, ENTITY_ACCOUNT, ENTITY_STORE,
	ENTITY_CLASSIFICATION_CATEGORY, ENTITY_NAVIGATION_CATEGORY,
	ENTITY_PRODUCT, ENTITY_OFFER, ENTITY_PRODUCT_TAG,
	ENTITY_RELATED_PRODUCT, ENTITY_ASSORTMENT, ENTITY_CATALOG_VIEW,
	ENTITY_CUSTOMER_USER, ENTITY_ORDER, ENTITY_ORDER_STATUS,
	ENTITY_INCIDENT,
};
/* clang-format on */

_Static_assert(ARRAY_LEN(order) == ENTITY_KINDS, "all of them");

/* clang-format off */
static const struct entity_edge edges[] = {
	{ ENTITY_ATTRIBUTE, ENTITY_CLASSIFICATION_CATEGORY, "A classification names the attributes of its products." },
	{ ENTITY_ATTRIBUTE, ENTITY_PRODUCT, "Variants carry values of attributes." },
	{ ENTITY_CLASSIFICATION_CATEGORY, ENTITY_NAVIGATION_CATEGORY, "A navigation category shows classification categories." },
	{ ENTITY_STORE, ENTITY_NAVIGATION_CATEGORY, "A navigation tree belongs to a store." },
	{ ENTITY_CLASSIFICATION_CATEGORY, ENTITY_PRODUCT, "A product belongs to a classification category, which says what attributes it must have." },
	{ ENTITY_STORE, ENTITY_PRODUCT, "Products belong to stores." },
	{ ENTITY_PRODUCT, ENTITY_OFFER, "An offer puts a variant of a product up for sale." },
	{ ENTITY_SUPPLIER, ENTITY_OFFER, "An offer links a product to a supplier with commercial terms." },
	{ ENTITY_ACCOUNT, ENTITY_OFFER, "A price may hold for one account only." },
	{ ENTITY_PRODUCT, ENTITY_PRODUCT_TAG, "Tags can't be imported before their products exist." },
	{ ENTITY_PRODUCT, ENTITY_RELATED_PRODUCT, "Both products must exist before they are related." },
	{ ENTITY_PRODUCT, ENTITY_ASSORTMENT, "An assortment groups products and variants." },
	{ ENTITY_ASSORTMENT, ENTITY_CATALOG_VIEW, "A catalog view allows or forbids assortments." },
	{ ENTITY_ACCOUNT, ENTITY_CATALOG_VIEW, "A catalog view holds for accounts." },
	{ ENTITY_ACCOUNT, ENTITY_CUSTOMER_USER, "A user is always linked to an account." },
	{ ENTITY_SUPPLIER, ENTITY_ORDER, "An order goes to a supplier." },
	{ ENTITY_ACCOUNT, ENTITY_ORDER, "An order comes from an account." },
	{ ENTITY_CUSTOMER_USER, ENTITY_ORDER, "An order is placed by a user of the account." },
	{ ENTITY_OFFER, ENTITY_ORDER, "A line may name the offer price that it was sold at." },
	{ ENTITY_ORDER, ENTITY_ORDER_STATUS, "A status moves an order that exists." },
	{ ENTITY_ORDER, ENTITY_INCIDENT, "An incident is about an order." },
};
/* clang-format on */

const enum entity_kind *entity_recommended_order(void)
{
	return order;
}

const struct entity_edge *entity_edges(size_t *count)
{
	*count = ARRAY_LEN(edges);
	return edges;
}
