/* What a hostile server sends: an error comes of it, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../src/loop/sftp_client.h"
#include "sluice/base/must.h"

static struct diag why;

static struct str bytes_of(const struct buf *b)
{
	return (struct str){ b->data, b->len };
}

static void u32(struct buf *b, uint32_t v)
{
	char bytes[4] = { (char)(v >> 24), (char)(v >> 16), (char)(v >> 8),
		(char)v };

	buf_put(b, bytes, 4);
}

static void text(struct buf *b, const char *s)
{
	u32(b, (uint32_t)strlen(s));
	buf_text(b, s);
}

static struct buf reply_of(enum sftp_type type, uint32_t id)
{
	struct buf b = buf_make(1 << 20);

	buf_char(&b, (char)type);
	u32(&b, id);
	return b;
}

/* --- the parser ---------------------------------------------------------- */

static void test_frame(void **arg)
{
	struct str packet;

	(void)arg;
	assert_int_equal(sftp_frame(STR(""), &packet, &why), ERR_OK);
	assert_null(packet.ptr);
	assert_int_equal(
		sftp_frame(STR("\0\0\0\5abcd"), &packet, &why), ERR_OK);
	assert_null(packet.ptr);
	assert_int_equal(
		sftp_frame(STR("\0\0\0\4abcdef"), &packet, &why), ERR_OK);
	assert_true(str_eq(packet, STR("abcd")));
	assert_int_equal(sftp_frame(STR("\0\0\0\0"), &packet, &why), ERR_PROTO);
	assert_int_equal(
		sftp_frame(STR("\377\377\377\377"), &packet, &why), ERR_PROTO);
	assert_int_equal(sftp_frame(STR("Welcome!"), &packet, &why), ERR_PROTO);
}

static enum err parse_and_free(struct buf *b, struct sftp_reply *r)
{
	enum err e = sftp_parse(bytes_of(b), r, &why);

	buf_release(b);
	return e;
}

static void test_lengths(void **arg)
{
	struct sftp_reply r;
	struct buf b = reply_of(SFTP_HANDLE, 1);

	(void)arg;
	u32(&b, SFTP_HANDLE_MAX + 1);
	for (int i = 0; i <= SFTP_HANDLE_MAX; i++)
		buf_char(&b, 'h');
	assert_int_equal(parse_and_free(&b, &r), ERR_PROTO);
	b = reply_of(SFTP_DATA, 1);
	u32(&b, 100);
	buf_text(&b, "too little");
	assert_int_equal(parse_and_free(&b, &r), ERR_PROTO);
	b = reply_of(SFTP_NAME, 1);
	u32(&b, UINT32_MAX); /* names, it says */
	assert_int_equal(parse_and_free(&b, &r), ERR_PROTO);
	b = reply_of(SFTP_ATTRS, 1);
	u32(&b, 0x80000000u); /* extended attributes ... */
	u32(&b, UINT32_MAX);  /* ... many */
	assert_int_equal(parse_and_free(&b, &r), ERR_PROTO);
	b = reply_of(SFTP_WRITE, 1); /* a request */
	assert_int_equal(parse_and_free(&b, &r), ERR_PROTO);
	b = buf_make(10);
	assert_int_equal(parse_and_free(&b, &r), ERR_PROTO);
}

static void test_names(void **arg)
{
	struct buf b = reply_of(SFTP_NAME, 7);
	struct sftp_reply r;
	struct sftp_entry e;

	(void)arg;
	u32(&b, 2);
	text(&b, "a.csv");
	text(&b, "-rw-r--r-- a.csv");
	u32(&b, 0x0D); /* size, permissions, times */
	u32(&b, 0);
	u32(&b, 42);
	u32(&b, 0100644);
	u32(&b, 1);
	u32(&b, 1700000000);
	text(&b, "dir");
	text(&b, "");
	u32(&b, 4);
	u32(&b, 040755);
	assert_int_equal(sftp_parse(bytes_of(&b), &r, &why), ERR_OK);
	assert_true(sftp_next_entry(&r, &e));
	assert_true(str_eq(e.name, STR("a.csv")));
	assert_int_equal(e.attrs.size, 42);
	assert_int_equal(e.attrs.mtime, 1700000000);
	assert_int_equal(sftp_attrs_kind(&e.attrs), SFTP_FILE);
	assert_true(sftp_next_entry(&r, &e));
	assert_false(e.attrs.has_size);
	assert_int_equal(sftp_attrs_kind(&e.attrs), SFTP_FOLDER);
	assert_false(sftp_next_entry(&r, &e));
	for (size_t cut = 1; cut < b.len; cut++)
		assert_int_equal(sftp_parse((struct str){ b.data, b.len - cut },
					 &r, &why),
			ERR_PROTO);
	buf_release(&b);
}

static void test_status(void **arg)
{
	struct buf b = reply_of(SFTP_STATUS, 7);
	struct sftp_reply r;

	(void)arg;
	u32(&b, SFTP_FX_FAILURE); /* neither message nor language */
	assert_int_equal(sftp_parse(bytes_of(&b), &r, &why), ERR_OK);
	assert_int_equal(sftp_status_error(&r, &why), ERR_REMOTE);
	assert_string_equal(why.text, "the server reports a failure");
	text(&b, "quota\n\033[31m exceeded");
	assert_int_equal(sftp_parse(bytes_of(&b), &r, &why), ERR_OK);
	assert_int_equal(sftp_status_error(&r, &why), ERR_REMOTE);
	assert_string_equal(why.text, "the server says: quota??[31m exceeded");
	buf_release(&b);
	b = reply_of(SFTP_STATUS, 7);
	u32(&b, 4711);
	assert_int_equal(sftp_parse(bytes_of(&b), &r, &why), ERR_OK);
	assert_int_equal(sftp_status_error(&r, &why), ERR_REMOTE);
	assert_string_equal(why.text, "the server reports status 4711");
	buf_release(&b);
}

/* --- the client ---------------------------------------------------------- */

static int replies;

static void on_wake(struct sftp_client *c)
{
	(void)c;
}

static void on_reply(struct sftp_job *job, enum sftp_type asked, uint64_t tag,
	struct sftp_reply *reply)
{
	(void)job;
	(void)asked;
	(void)reply;
	assert_int_equal(tag, 77);
	replies++;
}

static const struct sftp_job_calls calls = { .reply = on_reply };

static void feed(struct sftp_client *c, struct buf *b, enum err expected)
{
	struct buf framed = buf_make(1 << 20);
	char *to = sftp_client_space(c);

	u32(&framed, (uint32_t)b->len);
	buf_put(&framed, b->data, b->len);
	memcpy(to, framed.data, framed.len);
	assert_int_equal(sftp_client_received(c, framed.len, &why), expected);
	buf_release(&framed);
	buf_release(b);
}

static void open_client(struct sftp_client *c, struct sftp_job *job)
{
	struct buf b = reply_of(SFTP_VERSION, 3);

	text(&b, "posix-rename@openssh.com");
	text(&b, "1");
	sftp_client_init(c, on_wake);
	feed(c, &b, ERR_OK);
	assert_true(c->ready);
	assert_true(c->has_posix_rename);
	*job = (struct sftp_job){ .calls = &calls };
	list_init(&job->link);
	sftp_client_add(c, job);
	replies = 0;
}

static void close_client(struct sftp_client *c, struct sftp_job *job)
{
	sftp_client_remove(job);
	sftp_client_release(c);
}

/* The id of the first request after `from` in what is to be sent. */
static uint32_t id_after(const struct sftp_client *c, size_t from)
{
	const unsigned char *p =
		(const unsigned char *)c->out.buf.data + from + 5;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static struct buf status_ok(uint32_t id)
{
	struct buf b = reply_of(SFTP_STATUS, id);

	u32(&b, 0);
	return b;
}

static void test_answer_to_nobody(void **arg)
{
	struct sftp_client c;
	struct sftp_job job;
	struct buf b = status_ok(12345);
	uint32_t id;

	(void)arg;
	open_client(&c, &job);
	feed(&c, &b, ERR_PROTO);
	close_client(&c, &job);
	open_client(&c, &job);
	sftp_ask_path(&job, SFTP_REMOVE, "x", 77);
	id = id_after(&c, 9);
	b = status_ok(id);
	feed(&c, &b, ERR_OK);
	assert_int_equal(replies, 1);
	b = status_ok(id); /* a second time */
	feed(&c, &b, ERR_PROTO);
	assert_int_equal(replies, 1);
	close_client(&c, &job);
}

static void test_wrong_kind_of_answer(void **arg)
{
	struct sftp_client c;
	struct sftp_job job;
	struct buf b;

	(void)arg;
	open_client(&c, &job);
	sftp_ask_open(&job, "x", SFTP_FXF_READ, 0, 77);
	b = status_ok(id_after(&c, 9)); /* OK, but where is the handle? */
	feed(&c, &b, ERR_PROTO);
	close_client(&c, &job);
	open_client(&c, &job);
	sftp_ask_read(&job, STR("h"), 0, 10, 77);
	b = reply_of(SFTP_DATA, id_after(&c, 9));
	text(&b, "eleven byte"); /* more than asked for */
	feed(&c, &b, ERR_PROTO);
	assert_int_equal(replies, 0);
	close_client(&c, &job);
}

/* The job left; the handle that comes late is closed. */
static void test_orphan(void **arg)
{
	struct sftp_client c;
	struct sftp_job job;
	struct buf b;
	size_t before;

	(void)arg;
	open_client(&c, &job);
	sftp_ask_open(&job, "x", SFTP_FXF_READ, 0, 77);
	b = reply_of(SFTP_HANDLE, id_after(&c, 9));
	sftp_client_remove(&job);
	text(&b, "late");
	before = c.out.buf.len;
	feed(&c, &b, ERR_OK);
	assert_int_equal(replies, 0);
	assert_int_equal(c.out.buf.data[before + 4], SFTP_CLOSE);
	assert_int_equal(c.outstanding, 1);
	sftp_client_release(&c);
}

static void test_versions(void **arg)
{
	struct sftp_client c;
	struct buf b = reply_of(SFTP_VERSION, 6);

	(void)arg;
	sftp_client_init(&c, on_wake);
	feed(&c, &b, ERR_PROTO);
	sftp_client_release(&c);
	sftp_client_init(&c, on_wake);
	b = reply_of(SFTP_VERSION, 3);
	feed(&c, &b, ERR_OK);
	b = reply_of(SFTP_VERSION, 3); /* again */
	feed(&c, &b, ERR_PROTO);
	sftp_client_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_answer_to_nobody),
		cmocka_unit_test(test_wrong_kind_of_answer),
		cmocka_unit_test(test_orphan),
		cmocka_unit_test(test_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
