#include <gnutls/gnutls.h>
#include <jansson.h>
#include <stdio.h>
#include <xxhash.h>

#include "sluice/app/commands.h"
#include "sluice/loop/version.h"
#include "sluice/store/version.h"
#include "sluice/text/inflate.h"
#include "sluice/text/xml_records.h"

#define OWN_LIBRARIES 6

static void own_libraries(struct library_version out[OWN_LIBRARIES])
{
	static char xxhash[32], xml[XML_VERSION_SIZE];
	unsigned n = XXH_versionNumber(); /* 801 is 0.8.1 */

	snprintf(xxhash, sizeof xxhash, "%u.%u.%u", n / 10000, n / 100 % 100,
		n % 100);
	out[0] = (struct library_version){ "LMDB", store_lmdb_version() };
	out[1] = (struct library_version){ "GnuTLS",
		gnutls_check_version(NULL) };
	out[2] = (struct library_version){ "jansson", jansson_version_str() };
	out[3] = (struct library_version){ "xxHash", xxhash };
	out[4] =
		(struct library_version){ "libxml2", xml_library_version(xml) };
	out[5] = (struct library_version){ "zlib", inflate_library_version() };
}

int command_version(bool json)
{
	struct library_version all[LOOP_LIBRARIES + OWN_LIBRARIES];

	loop_library_versions(all);
	own_libraries(all + LOOP_LIBRARIES);
	printf(json ? "{\"version\":\"%s\",\"libraries\":{" : "sluice %s\n",
		SLUICE_VERSION);
	for (size_t i = 0; i < LOOP_LIBRARIES + OWN_LIBRARIES; i++)
		printf(json ? "%s\"%s\":\"%s\"" : "%s%s %s\n",
			json && i > 0 ? "," : "", all[i].name, all[i].version);
	if (json)
		puts("}}");
	return EXIT_OK;
}
