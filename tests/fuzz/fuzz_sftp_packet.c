/* A hostile SFTP server: what it sends goes through the client with requests of
 * every kind under way.  The first byte says how many of them. */
#include "../../src/loop/sftp_client.h"

#include "sluice/base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_wake(struct sftp_client *c)
{
	(void)c;
}

/* Reads everything, as an operation would. */
static void on_reply(struct sftp_job *job, enum sftp_type asked, uint64_t tag,
	struct sftp_reply *reply)
{
	struct sftp_entry e;
	struct diag d;
	volatile char sum = 0;

	(void)asked;
	must(tag < 256);
	if (reply->type == SFTP_STATUS)
		(void)sftp_status_error(reply, &d);
	while (reply->type == SFTP_NAME && sftp_next_entry(reply, &e))
		for (size_t i = 0; i < e.name.len; i++)
			sum = (char)(sum + e.name.ptr[i]);
	if (reply->type == SFTP_HANDLE)
		sftp_ask_handle(job, SFTP_CLOSE, reply->text, 9);
	if (reply->type == SFTP_DATA)
		for (size_t i = 0; i < reply->text.len; i++)
			sum = (char)(sum + reply->text.ptr[i]);
}

static const struct sftp_job_calls calls = { .reply = on_reply };

static void ask(struct sftp_job *job, unsigned kind)
{
	switch (kind % 6) {
	case 0:
		sftp_ask_open(job, "a", SFTP_FXF_READ, 0, 0);
		break;
	case 1:
		sftp_ask_read(job, STR("h"), 0, 100, 1);
		break;
	case 2:
		sftp_ask_handle(job, SFTP_READDIR, STR("h"), 2);
		break;
	case 3:
		sftp_ask_path(job, SFTP_STAT, "a", 3);
		break;
	case 4:
		sftp_ask_fsync(job, STR("h"), 4);
		break;
	default:
		sftp_ask_rename(job, "a", "b", false, 5);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sftp_job job = { .calls = &calls };
	struct sftp_client c;
	struct diag why;
	size_t at = 1;

	if (size < 1)
		return 0;
	sftp_client_init(&c, on_wake);
	list_init(&job.link);
	sftp_client_add(&c, &job);
	for (unsigned i = 0; i < data[0] % 32u; i++)
		ask(&job, i);
	while (at < size) { /* in pieces of changing size */
		size_t n = 1 + data[at] * 4u;

		if (n > size - at)
			n = size - at;
		memcpy(sftp_client_space(&c), data + at, n);
		if (sftp_client_received(&c, n, &why) != ERR_OK)
			break;
		at += n;
	}
	sftp_client_remove(&job);
	sftp_client_release(&c);
	return 0;
}
