/* Which libraries the loop's floor uses, as found at run time. */
#ifndef SLUICE_LOOP_VERSION_H
#define SLUICE_LOOP_VERSION_H

#define LOOP_LIBRARIES 4

struct library_version {
	const char *name, *version; /* static memory */
};

/* libuv, libssh2, OpenSSL (libssh2's), libmicrohttpd. */
void loop_library_versions(struct library_version out[LOOP_LIBRARIES]);

#endif
