/* What previews show: the order of seed 002 and the incident of seed 003. */
#include "sluice/base/must.h"
#include "sluice/model/render.h"

/* clang-format off */
static const char order[] =
	"{\"createdAt\":\"2025-03-24T14:32:31.824Z\","
	"\"updatedAt\":\"2025-03-24T15:25:26.674Z\","
	"\"reference\":\"174-282-6749427-1\",\"id\":\"0000033819\","
	"\"orderCommercialReference\":\"174-282-6749427\","
	"\"incidentDeclared\":false,"
	"\"supplierSnapshot\":{\"name\":\"XYZ\",\"totalOffers\":0,"
	"\"totalOrders\":0,\"totalSales\":0,\"externalId\":\"1234\","
	"\"paymentDueDate\":{\"paymentDueDateDelay\":0,"
	"\"paymentDueDateMode\":\"SIMPLE\"}},"
	"\"shippingAddressSnapshot\":{\"externalId\":\"e94da29f-e980-"
	"4afd-ae5b-6e933df6797e\",\"country\":\"France\","
	"\"label\":\"Siège\",\"fullName\":\"M.Y\","
	"\"address\":\"10 Rue Henner\",\"additionalAddress\":\"\","
	"\"city\":\"Paris\",\"state\":\"Ile de France\","
	"\"zipcode\":\"75009\",\"phone\":\"060000000\"},"
	"\"billingAddressSnapshot\":{\"externalId\":\"e94da29f-e980-4"
	"afd-ae5b-6e933df6797e\",\"country\":\"France\","
	"\"label\":\"Siège\",\"fullName\":\"M.Y\","
	"\"address\":\"10 Rue Henner\",\"additionalAddress\":\"\","
	"\"city\":\"Paris\",\"state\":\"Ile de France\","
	"\"zipcode\":\"75009\",\"phone\":\"060000000\"},"
	"\"customerUserSnapshot\":{\"accountExternalId\":\"1284\","
	"\"accountName\":\"Y\","
	"\"accountTvaNumber\":\"FR116545461231\",\"civility\":\"MR\","
	"\"firstName\":\"John\",\"lastName\":\"Y\","
	"\"email\":\"[email protected]\"},"
	"\"status\":\"ACCEPTED_BY_SUPPLIER\","
	"\"paymentStatus\":\"PAID\","
	"\"payments\":{\"payment\":[{\"amount\":140.94,"
	"\"transactionId\":\"payin_m_01JQ4C4CG458102RSA1T6JRY5F\"}]},"
	"\"paymentOption\":\"CREDIT_CARD\","
	"\"orderLogisticPrices\":{\"totalShippingFees\":0.0,"
	"\"totalItemPrice\":117.45,\"totalOrderPrice\":140.94,"
	"\"totalTaxAmount\":23.49,\"totalPriceWithoutTax\":117.45,"
	"\"totalPriceWithTax\":140.94,\"totalShippingTaxAmount\":0.0,"
	"\"totalShippingFeesWithoutTax\":0.0,"
	"\"totalShippingFeesWithTax\":0.0,"
	"\"totalProductTaxAmount\":23.49,"
	"\"totalProductWithoutTax\":117.45,"
	"\"totalProductWithTax\":140.94,\"currency\":\"EUR\"},"
	"\"lines\":{\"line\":[{\"id\":\"0000033820\",\"quantity\":1,"
	"\"orderLogisticLinePriceDto\":{\"price\":117.45,"
	"\"itemPriceWithoutTaxes\":117.45,\"taxRate\":20.0,"
	"\"taxAmount\":23.49,\"priceWithTaxes\":140.94,"
	"\"type\":\"ACCOUNT\",\"typeValue\":\"TEST SAGE\","
	"\"itemPerPack\":1,\"quantityPerItem\":1.0,"
	"\"externalSource\":\"EXTERN\",\"currency\":\"EUR\","
	"\"packingType\":\"UNIT\",\"externalOfferId\":\"RC-EX3A\","
	"\"shippingPriceWithoutTaxes\":0.0,\"shippingTaxAmount\":0.0,"
	"\"shippingPriceWithTaxes\":0.0,\"totalItemPrice\":117.45,"
	"\"totalItemPriceWithTaxes\":140.94,"
	"\"totalPriceWithTaxes\":140.94,\"totalItemTaxAmount\":23.49,"
	"\"totalPriceWithoutTaxes\":117.45,\"totalTaxes\":23.49},"
	"\"orderLogisticLineProductDto\":{\"name\":\"RC-EX\","
	"\"externalId\":\"RC-EX\","
	"\"classificationCategory\":\"TELECOMANDE\","
	"\"brand\":\"MI\"},\"orderLogisticLineProductVariantDto\":{\""
	"externalId\":\"RC-EX\",\"name\":\"RC-EX\","
	"\"externalReference\":\"RC-EX\","
	"\"mainImageUrl\":\"https://dam.pre-prod.djust-app.com/000000"
	"0085/12307/OZNRC_EX_bo.webp\"},\"incidentDeclared\":false,"
	"\"customFieldValues\":{\"customField\":[]}}]},"
	"\"shippingType\":\"STD\","
	"\"partiallyDeclinedBySupplier\":false,"
	"\"customFieldValues\":{\"customField\":[{\"externalId\":\"da"
	"telivraison\",\"type\":\"DATE\","
	"\"simpleValue\":\"2025-03-31\"},{\"externalId\":\"CMD\","
	"\"type\":\"TEXT\",\"simpleValue\":\"TEST\"},"
	"{\"externalId\":\"REF_CHANTIER\",\"type\":\"TEXT\","
	"\"simpleValue\":\"842\"},{\"externalId\":\"typelivraison\","
	"\"type\":\"LIST_TEXT\","
	"\"listValue\":{\"value\":[\"Classic\"]}}]}}";

static const char incident[] =
	"{\"orderIncidentId\":\"INCIDENT_1234\","
	"\"orderIncidentExternalId\":\"4567\","
	"\"orderReference\":\"172-189-1896838-1\","
	"\"createdAt\":\"2024-06-04T10:30:00Z\","
	"\"incidentStatus\":\"OPEN\",\"reasonCode\":\"RC001\","
	"\"reasonDescription\":\"Broken product on delivery\","
	"\"supplierExternalId\":\"SUPP_321\","
	"\"accountExternalId\":\"ACC_777\","
	"\"orderLineIncident\":[{\"orderLineId\":\"16841984844\","
	"\"orderLineExternalId\":\"OLINE_5678\","
	"\"incidentLineStatus\":\"OPEN\","
	"\"variantExternalId\":\"489156\","
	"\"incidentLineQuantity\":1}]}";
/* clang-format on */

struct document *render_sample(enum export_entity entity)
{
	static const char *const samples[EXPORT_ENTITY_COUNT] = {
		[EXPORT_ORDER] = order,
		[EXPORT_INCIDENT] = incident,
	};
	struct arena arena = { 0 };
	struct faults faults;
	struct document *d;
	json_t *body;

	must(entity < EXPORT_ENTITY_COUNT);
	body = json_loads(samples[entity], 0, NULL);
	faults_init(&faults, &arena);
	d = document_from_json(entity, body, NULL, NULL, 0, &faults);
	json_decref(body);
	arena_release(&arena);
	must(d != NULL);
	return d;
}
