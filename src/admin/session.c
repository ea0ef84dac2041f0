/* Sessions of the page: in memory, bounded, gone with the process.  Only a
 * hash of the id is kept, as of keys. */
#include "admin_private.h"
#include "auth.h"

#define SESSION_IDLE_MS (INT64_C(8) * 60 * 60 * 1000)

static bool live(const struct session *s, int64_t now)
{
	return s->used_at != 0 && now - s->used_at < SESSION_IDLE_MS;
}

/* A free place, or that of the session which is idle longest. */
static struct session *place(struct admin *a, int64_t now)
{
	struct session *oldest = &a->sessions[0];

	for (size_t i = 0; i < SESSIONS_MAX; i++) {
		if (!live(&a->sessions[i], now))
			return &a->sessions[i];
		if (a->sessions[i].used_at < oldest->used_at)
			oldest = &a->sessions[i];
	}
	return oldest;
}

const char *session_open(struct call *c)
{
	struct session *s = place(c->admin, c->now);
	struct buf text = buf_make(64);
	uint8_t random[32];
	const char *id;

	crypto_random(random, sizeof random);
	crypto_base64url(&text, random, sizeof random);
	crypto_sha256(buf_view(&text), s->id_hash);
	memcpy(s->key_hash, c->caller.hash, sizeof s->key_hash);
	s->used_at = c->now;
	id = arena_dup(&c->arena, buf_view(&text));
	buf_release(&text);
	return id;
}

static struct session *find(struct admin *a, const char *id)
{
	uint8_t hash[SHA256_SIZE];

	crypto_sha256(str_of(id), hash);
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		if (a->sessions[i].used_at != 0 &&
			crypto_equal(a->sessions[i].id_hash, hash, sizeof hash))
			return &a->sessions[i];
	return NULL;
}

const uint8_t *session_find(struct admin *a, const char *id, int64_t now)
{
	struct session *s = find(a, id);

	if (s == NULL || !live(s, now))
		return NULL;
	s->used_at = now;
	return s->key_hash;
}

void session_close(struct admin *a, const char *id)
{
	struct session *s = find(a, id);

	if (s != NULL)
		*s = (struct session){ .used_at = 0 };
}
