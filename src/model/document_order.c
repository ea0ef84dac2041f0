/* The Order Logistic: seed 002 as a table, plus leadTimeToShip and
 * storeExternalId (contract 2.3).  docs/orders.md shows it to people. */
#include "field.h"

static const struct field values_fields[] = {
	REQUIRED_ID("externalId", ALWAYS),
	TEXT("type", ALWAYS),
	TYPED("simpleValue", WHEN_SET),
	VALUES("listValue", WHEN_SET, "value"),
};

static const struct field due_date_fields[] = {
	COUNT("paymentDueDateDelay", ALWAYS),
	TEXT("paymentDueDateMode", ALWAYS),
};

static const struct field supplier_fields[] = {
	TEXT("name", ALWAYS),
	TEXT("description", ALWAYS),
	COUNT("totalOffers", ALWAYS),
	COUNT("totalOrders", ALWAYS),
	COUNT("totalSales", ALWAYS),
	TEXT("returnPolicy", ALWAYS),
	ID("externalId", ALWAYS),
	OBJECT("paymentDueDate", ALWAYS, due_date_fields),
};

static const struct field address_fields[] = {
	ID("externalId", ALWAYS),
	TEXT("country", ALWAYS),
	TEXT("label", ALWAYS),
	TEXT("fullName", ALWAYS),
	TEXT("address", ALWAYS),
	TEXT("additionalAddress", ALWAYS),
	TEXT("city", ALWAYS),
	TEXT("state", ALWAYS),
	TEXT("zipcode", ALWAYS),
	TEXT("phone", ALWAYS),
};

static const struct field customer_fields[] = {
	ID("accountExternalId", ALWAYS),
	TEXT("accountName", ALWAYS),
	TEXT("accountTvaNumber", ALWAYS),
	TEXT("civility", ALWAYS),
	TEXT("firstName", ALWAYS),
	TEXT("lastName", ALWAYS),
	TEXT("email", ALWAYS),
};

static const struct field payment_fields[] = {
	AMOUNT("amount", ALWAYS),
	TEXT("transactionId", ALWAYS),
};

static const struct field prices_fields[] = {
	AMOUNT("totalShippingFees", ALWAYS),
	AMOUNT("totalItemPrice", ALWAYS),
	AMOUNT("totalOrderPrice", ALWAYS),
	AMOUNT("totalTaxAmount", ALWAYS),
	AMOUNT("totalPriceWithoutTax", ALWAYS),
	AMOUNT("totalPriceWithTax", ALWAYS),
	AMOUNT("totalShippingTaxAmount", ALWAYS),
	AMOUNT("totalShippingFeesWithoutTax", ALWAYS),
	AMOUNT("totalShippingFeesWithTax", ALWAYS),
	AMOUNT("totalProductTaxAmount", ALWAYS),
	AMOUNT("totalProductWithoutTax", ALWAYS),
	AMOUNT("totalProductWithTax", ALWAYS),
	TEXT("currency", ALWAYS),
};

static const struct field line_price_fields[] = {
	AMOUNT("price", ALWAYS),
	AMOUNT("itemPriceWithoutTaxes", ALWAYS),
	AMOUNT("taxRate", ALWAYS),
	AMOUNT("taxAmount", ALWAYS),
	AMOUNT("priceWithTaxes", ALWAYS),
	TEXT("type", ALWAYS),
	TEXT("typeValue", ALWAYS),
	COUNT("itemPerPack", ALWAYS),
	AMOUNT("quantityPerItem", ALWAYS),
	TEXT("externalSource", ALWAYS),
	TEXT("currency", ALWAYS),
	TEXT("packingType", ALWAYS),
	ID("externalOfferId", ALWAYS),
	TEXT("taxInformation", ALWAYS),
	AMOUNT("shippingPriceWithoutTaxes", ALWAYS),
	AMOUNT("shippingTaxAmount", ALWAYS),
	AMOUNT("shippingPriceWithTaxes", ALWAYS),
	AMOUNT("totalItemPrice", ALWAYS),
	AMOUNT("totalItemPriceWithTaxes", ALWAYS),
	AMOUNT("totalPriceWithTaxes", ALWAYS),
	AMOUNT("totalItemTaxAmount", ALWAYS),
	AMOUNT("totalPriceWithoutTaxes", ALWAYS),
	AMOUNT("totalTaxes", ALWAYS),
};

static const struct field product_fields[] = {
	TEXT("name", ALWAYS),
	ID("externalId", ALWAYS),
	TEXT("classificationCategory", ALWAYS),
	TEXT("brand", ALWAYS),
};

static const struct field variant_fields[] = {
	ID("externalId", ALWAYS),
	TEXT("name", ALWAYS),
	ID("externalReference", ALWAYS),
	TEXT("gtin", ALWAYS),
	TEXT("mpn", ALWAYS),
	TEXT("mainImageUrl", ALWAYS),
};

static const struct field line_fields[] = {
	ID("id", ALWAYS),
	COUNT("quantity", ALWAYS),
	OBJECT("orderLogisticLinePriceDto", ALWAYS, line_price_fields),
	OBJECT("orderLogisticLineProductDto", ALWAYS, product_fields),
	OBJECT("orderLogisticLineProductVariantDto", ALWAYS, variant_fields),
	TEXT("status", ALWAYS),
	BOOL("incidentDeclared", ALWAYS),
	TEXT("paymentStatus", ALWAYS),
	LIST("customFieldValues", ALWAYS, "customField", values_fields),
	ID("externalId", NOT_EXPORTED),
};

static const struct field order_fields[] = {
	TIME("createdAt", ALWAYS),
	TIME("updatedAt", ALWAYS),
	REQUIRED_ID("reference", ALWAYS),
	ID("id", WHEN_SET),
	ID("externalId", ALWAYS),
	ID("orderCommercialReference", ALWAYS),
	BOOL("incidentDeclared", ALWAYS),
	OBJECT("supplierSnapshot", ALWAYS, supplier_fields),
	OBJECT("shippingAddressSnapshot", ALWAYS, address_fields),
	OBJECT("billingAddressSnapshot", ALWAYS, address_fields),
	OBJECT("customerUserSnapshot", ALWAYS, customer_fields),
	STATUS("status", ALWAYS),
	TEXT("paymentStatus", ALWAYS),
	LIST("payments", WHEN_SET, "payment", payment_fields),
	TEXT("paymentOption", ALWAYS),
	OBJECT("orderLogisticPrices", ALWAYS, prices_fields),
	AMOUNT("initialPrice", ALWAYS),
	LIST("lines", ALWAYS, "line", line_fields),
	TEXT("orderOrigin", ALWAYS),
	TEXT("shippingType", ALWAYS),
	BOOL("partiallyDeclinedBySupplier", ALWAYS),
	COUNT("leadTimeToShip", WHEN_SET),
	LIST("customFieldValues", ALWAYS, "customField", values_fields),
	ID("storeExternalId", CSV_ONLY),
};

const struct document_kind document_order = {
	.entity = EXPORT_ORDER,
	.root = "Order",
	FIELD_INSIDE(order_fields),
	.reference_key = "reference",
	.external_key = "externalId",
	.status_key = "status",
	.supplier_object = "supplierSnapshot",
	.supplier_key = "externalId",
	.rows_key = "lines",
	.rows_prefix = "line",
};
