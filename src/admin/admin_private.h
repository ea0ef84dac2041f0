/* The API as its own files see it. */
#ifndef SLUICE_ADMIN_PRIVATE_H
#define SLUICE_ADMIN_PRIVATE_H

#include "call.h"
#include "sluice/admin/admin.h"
#include "sluice/base/crypto.h"
#include "sluice/base/list.h"
#include "sluice/jobs/hub.h"
#include "sluice/loop/http_server.h"

#define STATUS_CLASSES 6   /* 1xx .. 5xx, by number; 0 unused */
#define SESSIONS_MAX   256 /* at once; the one idle longest gives way */
#define KEY_BUCKETS    64

/* What is remembered of a key that was used: made after it proved right, so
 * there are never more of them than keys. */
struct key_use {
	struct key_use *next;
	uint8_t hash[SHA256_SIZE];
	double tokens; /* of its rate limit */
	int64_t refilled_at;
	int64_t written_at; /* when last-used was written */
};

struct session {
	uint8_t id_hash[SHA256_SIZE];
	uint8_t key_hash[SHA256_SIZE];
	int64_t used_at; /* ms; 0: free */
};

struct admin {
	struct hub *hub;
	struct http_server *server;
	struct admin_options options; /* texts are only good at the start */
	char *version;
	char **allowed_hosts;
	size_t allowed_host_count;
	bool tls;
	struct link calls; /* all that have no answer yet */
	unsigned call_count;
	struct key_use *keys[KEY_BUCKETS];
	struct session sessions[SESSIONS_MAX];
	char *openapi; /* made on first use */
	uint64_t answers[STATUS_CLASSES];
	int64_t started_at;

	bool stopping;
	struct deferred stopped;
	void (*on_stopped)(void *arg);
	void *on_stopped_arg;
};

/* The last call after admin_stop() has ended. */
void admin_call_ended(struct admin *a);

#endif
