#include "sluice/loop/version.h"

#include <libssh2.h>
#include <microhttpd.h>
#include <openssl/crypto.h>
#include <uv.h>

void loop_library_versions(struct library_version out[LOOP_LIBRARIES])
{
	out[0] = (struct library_version){ "libuv", uv_version_string() };
	out[1] = (struct library_version){ "libssh2", libssh2_version(0) };
	out[2] = (struct library_version){ "OpenSSL",
		OpenSSL_version(OPENSSL_VERSION_STRING) };
	out[3] = (struct library_version){ "libmicrohttpd", MHD_get_version() };
}
