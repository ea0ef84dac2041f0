/* Lines of listings, as servers write them and as no server should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../src/loop/ftp_mlsd.h"

static enum err read_line(const char *line, struct ftp_entry *e)
{
	struct diag why = { .text = "" };
	enum err err = ftp_mlsd_read(str_of(line), e, &why);

	assert_true((err == ERR_OK) == (why.text[0] == '\0'));
	return err;
}

static void entries(void **state)
{
	static const struct {
		const char *line, *name;
		enum sftp_kind kind;
		bool has_size, has_times;
		uint64_t size;
		uint32_t mtime;
	} cases[] = {
		{ "type=file;size=12;modify=20260102030405; a b;c=d.csv",
			"a b;c=d.csv", SFTP_FILE, true, true, 12, 1767323045 },
		{ "Type=FILE;Size=0;Modify=19700101000000.123; x", "x",
			SFTP_FILE, true, true, 0, 0 },
		{ "type=dir;sizd=4096;modify=20260102030405;UNIX.mode=0755; d",
			"d", SFTP_FOLDER, false, true, 0, 1767323045 },
		{ "type=OS.unix=slink:/etc; l", "l", SFTP_LINK, false, false, 0,
			0 },
		{ "type=OS.unix=symlink;size=7; l", "l", SFTP_LINK, true, false,
			7, 0 },
		{ "type=OS.unix=chr-13/29; c", "c", SFTP_OTHER, false, false, 0,
			0 },
		{ " no facts", "no facts", SFTP_UNKNOWN, false, false, 0, 0 },
		{ "size=9223372036854775807;  leading", " leading",
			SFTP_UNKNOWN, true, false, INT64_MAX, 0 },
		{ "modify=19690101000000; old", "old", SFTP_UNKNOWN, false,
			false, 0, 0 },
		{ "modify=22000101000000; far", "far", SFTP_UNKNOWN, false,
			false, 0, 0 },
	};
	struct ftp_entry e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(read_line(cases[i].line, &e), ERR_OK);
		assert_false(e.skip);
		assert_true(str_eq(e.name, str_of(cases[i].name)));
		assert_int_equal(sftp_attrs_kind(&e.attrs), cases[i].kind);
		assert_int_equal(e.attrs.has_size, cases[i].has_size);
		assert_int_equal(e.attrs.has_times, cases[i].has_times);
		assert_int_equal(e.attrs.size, cases[i].size);
		assert_int_equal(e.attrs.mtime, cases[i].mtime);
	}
}

static void not_of_the_folder(void **state)
{
	static const char *const lines[] = {
		"type=cdir;modify=20260102030405; .",
		"type=pdir; ..",
		"type=cdir; /in/sub", /* as RFC 3659 allows */
		"type=dir; .",
		"type=dir; ..",
		" ..",
	};
	struct ftp_entry e;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		assert_int_equal(read_line(lines[i], &e), ERR_OK);
		assert_true(e.skip);
	}
}

static void hostile_lines(void **state)
{
	static const char *const lines[] = {
		"x",
		"type=file;size=1;",
		"type=file;size=1; ", /* no name */
		"type=file;size=1 a", /* no semicolon */
		"type; a",
		"; a",
		"size=; a",
		"size=-1; a",
		"size=1e9; a",
		"size=9223372036854775808; a",
		"size=99999999999999999999999; a",
		"modify=2026; a",
		"modify=20261301000000; a",
		"modify=20260230000000; a",
		"modify=2026010203040x; a",
		"modify=20260102030405.; a",
		"modify=20260102030405x1; a",
		"type=file; ../etc/passwd",
		"type=file; /etc/passwd",
		"type=file; a/b",
		"type=file; a\rDELE b",
		"type=file; a\x7f",
	};
	struct ftp_entry e;
	struct diag why;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_int_equal(read_line(lines[i], &e), ERR_PROTO);
	assert_int_equal(
		ftp_mlsd_read((struct str){ "type=file; a\0b", 14 }, &e, &why),
		ERR_PROTO);
	assert_int_equal(ftp_mlsd_read(STR(""), &e, &why), ERR_PROTO);
}

static void written_and_read(void **state)
{
	const struct sftp_attrs attrs = { .has_size = true,
		.has_times = true,
		.size = 5,
		.mtime = 1767323045 };
	struct buf out = buf_make(1000);
	struct ftp_entry e;
	struct diag why;

	(void)state;
	ftp_mlsd_write(&out, "file", &attrs, STR("a;b c"));
	assert_string_equal(
		out.data, "type=file;size=5;modify=20260102030405; a;b c\r\n");
	out.len -= 2;
	assert_int_equal(ftp_mlsd_read(buf_view(&out), &e, &why), ERR_OK);
	assert_int_equal(e.attrs.mtime, attrs.mtime);
	buf_clear(&out);
	ftp_mlsd_write(&out, NULL, &(struct sftp_attrs){ 0 }, STR("x"));
	assert_string_equal(out.data, " x\r\n");
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries),
		cmocka_unit_test(not_of_the_folder),
		cmocka_unit_test(hostile_lines),
		cmocka_unit_test(written_and_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
