/* XML cut into records: the same for every way of cutting the bytes, and every
 * known attack refused in bounded time and memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <malloc.h>

#include "sluice/base/buf.h"
#include "sluice/base/clock.h"
#include "sluice/base/mem.h"
#include "sluice/text/xml_records.h"

static const struct xml_records_options options = {
	.root = "OrderStatuses",
	.record = "OrderStatus",
	.max_record = 4096,
	.max_fields = 8,
};

/* Takes what there is: "1{a=x,b=y}2{}"; false at the end. */
static bool drain(struct xml_records *x, struct buf *out)
{
	struct xml_record r;
	enum xml_kind kind;
	struct diag why;

	while ((kind = xml_records_next(x, &r)) == XML_RECORD) {
		buf_printf(out, "%llu{", (unsigned long long)r.line);
		for (size_t i = 0; i < r.count; i++) {
			buf_printf(out, "%s", i > 0 ? "," : "");
			buf_str(out, r.fields[i].name);
			buf_char(out, '=');
			buf_str(out, r.fields[i].text);
		}
		buf_char(out, '}');
	}
	if (kind == XML_ERROR) {
		assert_int_not_equal(xml_records_error(x, &why), ERR_OK);
		buf_printf(out, "!%s", why.text);
	}
	return kind == XML_MORE;
}

/* All records and the error, if any, with chunks of `size` bytes. */
static char *run(struct str text, size_t size)
{
	struct xml_records *x = xml_records_create(&options);
	struct buf out = buf_make(1 << 24);
	size_t at = 0;
	bool last;

	do {
		size_t len = text.len - at < size ? text.len - at : size;
		char *chunk = mem_dup(text.ptr + at, len);

		at += len;
		last = at == text.len;
		xml_records_feed(x, (struct str){ chunk, len }, last);
		free(chunk);
	} while (drain(x, &out) && !last);
	xml_records_destroy(x);
	return buf_take(&out);
}

static void expect_at(struct str text, size_t size, const char *want)
{
	char *have = run(text, size);

	if (strcmp(have, want) != 0)
		fail_msg("in chunks of %zu: %s, expected %s", size, have, want);
	free(have);
}

static void expect_str(struct str text, const char *want)
{
	size_t most = text.len < 200 ? text.len : 200;

	for (size_t size = 1; size <= most; size++)
		expect_at(text, size, want);
	expect_at(text, text.len + 1, want);
}

#define BODY(inside) "<OrderStatuses>" inside "</OrderStatuses>"
#define ONE(inside)  BODY("<OrderStatus>" inside "</OrderStatus>")

static void right_ones(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ BODY(""), "" },
		{ "<OrderStatuses/>", "" },
		{ "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" BODY(
			  "\n <OrderStatus>\n <orderReference>A-1"
			  "</orderReference>\n <status>SHIPPED</status>\n"
			  " </OrderStatus>\n <OrderStatus>\n"
			  " <orderExternalId> x </orderExternalId>"
			  " </OrderStatus>\n"),
			"3{orderReference=A-1,status=SHIPPED}"
			"7{orderExternalId= x }" },
		{ ONE("<a/><a></a><a>1</a>"), "1{a=,a=,a=1}" },
		{ ONE(""), "1{}" },
		{ BODY("<OrderStatus/>"), "1{}" },
		{ ONE("<a>&lt;&amp;&gt;&quot;&apos;&#65;&#xE9;</a>"),
			"1{a=<&>\"'A\xC3\xA9}" },
		{ ONE("<a>x<![CDATA[<y>&]]>z</a>"), "1{a=x<y>&z}" },
		{ ONE("<!-- <b>1</b> --><a>1<!-- 2 -->3<?php 4 ?></a>"),
			"1{a=13}" },
		{ "\xEF\xBB\xBF" ONE("<a>\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"
				     "</a>"),
			"1{a=\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80}" },
		{ "\n \t" ONE("<a>1</a>") "\n\n<!-- end -->\n", "2{a=1}" },
		{ ONE("<a>l1\r\nl2\rl3</a>"), "1{a=l1\nl2\nl3}" },
		/* Name spaces: of the export, another one, by prefix, none
		 * declared. */
		{ "<OrderStatuses xmlns='http://djust.io/order'><OrderStatus>"
		  "<status>x</status></OrderStatus></OrderStatuses>",
			"1{status=x}" },
		{ "<o:OrderStatuses xmlns:o='urn:x'><o:OrderStatus>"
		  "<o:status>x</o:status></o:OrderStatus></o:OrderStatuses>",
			"1{status=x}" },
		{ "<OrderStatuses xmlns:p='u'><p:OrderStatus><status>x</status>"
		  "</p:OrderStatus></OrderStatuses>",
			"1{status=x}" },
		{ "<o:OrderStatuses><OrderStatus><o:status>x</o:status>"
		  "</OrderStatus></o:OrderStatuses>",
			"1{status=x}" },
		{ ONE("<a xsi:nil='true' b='&amp;'>1</a>"), "1{a=1}" },
		{ "<?xml version='1.0' encoding='iso-8859-1'?>" ONE(
			  "<a>\xE9</a>"),
			"1{a=\xC3\xA9}" },
		{ "<?xml version='1.0' encoding='us-ascii'?>" ONE("<a>e</a>"),
			"1{a=e}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_str(str_of(cases[i].text), cases[i].want);
}

/* Errors say the line; records before them come out. */
static void wrong_ones(void **state)
{
	static const struct {
		const char *text, *want; /* the beginning */
	} cases[] = {
		{ "", "!line 1: " },
		{ "\n\n", "!line " },
		{ "hello", "!line 1: an XML document begins with <" },
		{ "\xEF\xBBx", "!line 1: an XML document begins with <" },
		{ "\xFF\xFE<\0", "!line 1: UTF-16 is not read" },
		{ "\xFE\xFF", "!line 1: UTF-16 is not read" },
		{ "<?xml version='1.0' encoding='UTF-16'?><OrderStatuses/>",
			"!line 1: " },
		{ "<?xml version='1.0' encoding='EBCDIC-US'?><OrderStatuses/>",
			"!line 1: the encoding EBCDIC-US is not read" },
		{ "<?xml version='1.0' encoding='nonsense'?><OrderStatuses/>",
			"!line 1: " },
		{ "<Orders/>",
			"!line 1: expected <OrderStatuses>, found <Orders>" },
		{ BODY("\n<Order/>"), "!line 2: expected <OrderStatus> in "
				      "<OrderStatuses>, found <Order>" },
		{ ONE("<a>1</a>\n<b><c/></b>"),
			"!line 2: <c> stands inside of a field of "
			"<OrderStatus>" },
		{ BODY("x"), "!line 1: text between the elements" },
		{ ONE("x"), "!line 1: text between the elements" },
		{ ONE("&#65;"), "!line 1: text between the elements" },
		{ ONE("<![CDATA[x]]>"), "!line 1: text between the elements" },
		{ BODY("<OrderStatus><a>1</a></OrderStatus>\n<OrderStatus>"),
			"1{a=1}!line 2: not well-formed XML: " },
		{ "<OrderStatuses><OrderStatus><a>1</a></OrderStatus>\n",
			"1{a=1}!line " },
		{ "<OrderStatuses><OrderStatus><a>1</", "!line 1: not well" },
		{ "<OrderStatuses><OrderStatus><a>1", "!line 1: not well" },
		{ BODY("<OrderStatus><a><![CDATA[\xC1\xB6]]></a></"
		       "OrderStatus>"),
			"!line 1: not well-formed XML: bytes that are not "
			"UTF-8" },
		{ "<OrderStatuses>", "!line 1: not well-formed XML: " },
		{ "<OrderStatuses", "!line 1: not well-formed XML: " },
		{ "<", "!line 1: not well-formed XML: " },
		{ "<!-- x", "!line 1: not well-formed XML: " },
		{ BODY("") BODY(""), "!line 1: not well-formed XML: " },
		{ BODY("") "x", "!line 1: not well-formed XML: " },
		{ ONE("<a>1</b>"), "!line 1: not well-formed XML: " },
		{ ONE("<a>&nope;</a>"), "!line 1: not well-formed XML: " },
		{ ONE("<a>&#0;</a>"), "!line 1: not well-formed XML: " },
		{ ONE("<a>& b</a>"), "!line 1: not well-formed XML: " },
		{ ONE("<a b='1' b='2'/>"), "!line 1: not well-formed XML: " },
		{ ONE("<a b=1/>"), "!line 1: not well-formed XML: " },
		{ ONE("<a>\x01</a>"), "!line 1: not well-formed XML: " },
		{ ONE("<a>\xE9</a>"), "!line 1: not well-formed XML: " },
		{ ONE("<a>\xC0\x80</a>"), "!line 1: not well-formed XML: " },
		{ ONE("<a>\xED\xA0\x80</a>"), "!line 1: not well-formed" },
		{ ONE("<a>]]></a>"), "!line 1: not well-formed XML: " },
		{ ONE("<a/><a/><a/><a/><a/><a/><a/><a/><a/>"),
			"!line 1: a record has more than 8 fields" },
		{ ONE("<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' "
		      "href='/etc/passwd'/>"),
			"!line 1: XInclude is not allowed" },
		{ "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' "
		  "href='/etc/passwd'/>",
			"!line 1: XInclude is not allowed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len = strlen(cases[i].text);

		for (size_t size = 1; size <= len + 1; size++) {
			char *have = run(str_of(cases[i].text), size);

			if (strncmp(have, cases[i].want,
				    strlen(cases[i].want)) != 0)
				fail_msg("%s in chunks of %zu: %s",
					cases[i].text, size, have);
			free(have);
		}
	}
}

/* Messages repeat names up to a whole character. */
static void long_names(void **state)
{
	struct buf text = buf_make(1 << 12);
	char *have;

	(void)state;
	buf_text(&text, "<a");
	for (int i = 0; i < 200; i++)
		buf_text(&text, "\xC3\x8F");
	buf_text(&text, "/>");
	have = run(buf_view(&text), 1000);
	assert_true(str_is_utf8(str_of(have)));
	assert_true(strlen(have) < 200);
	free(have);
	buf_release(&text);
}

static void nul_bytes(void **state)
{
	static const char text[] = BODY(
		"<OrderStatus/>\n<OrderStatus><a>1\0002</a></OrderStatus>");

	(void)state;
	expect_str((struct str){ text, sizeof text - 1 },
		"1{}!line 2: a NUL byte; the file is damaged, or not UTF-8");
}

static void doctypes(void **state)
{
	static const char *const texts[] = {
		"<!DOCTYPE OrderStatuses>" BODY(""),
		"<!DOCTYPE OrderStatuses SYSTEM 'http://127.0.0.1:1/x.dtd'>"
		"<OrderStatuses/>",
		"<!DOCTYPE OrderStatuses SYSTEM 'file:///etc/passwd' ["
		"<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" ONE("<a>&x;</a>"),
		"<?xml version='1.0'?>\n<!DOCTYPE lolz [<!ENTITY a 'ha'>"
		"<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
		"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
		"<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
		"<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'>]>" ONE(
			"<a>&e;</a>"),
		"<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/'>%p;]>"
		"<OrderStatuses/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t len = strlen(texts[i]);

		for (size_t size = 1; size <= len + 1; size++) {
			char *have = run(str_of(texts[i]), size);

			if (strstr(have, "a DOCTYPE is not allowed") == NULL ||
				*have != '!')
				fail_msg("%s: %s", texts[i], have);
			free(have);
		}
	}
}

/* `head`, then `more` again and again: an error within a few megabytes, with
 * little memory and in little time. */
static void endless(const char *head, const char *more, const char *want)
{
	struct xml_records *x = xml_records_create(&options);
	struct buf chunk = buf_make(1 << 20), out = buf_make(1 << 24);
	uint64_t start = clock_monotonic_ns();
	size_t before = mallinfo2().uordblks, fed = 0;
	bool going;

	while (chunk.len < 60000)
		buf_text(&chunk, more);
	xml_records_feed(x, str_of(head), false);
	while ((going = drain(x, &out)) && fed < (64u << 20)) {
		buf_clear(&out);
		xml_records_feed(x, buf_view(&chunk), false);
		fed += chunk.len;
		assert_true(mallinfo2().uordblks < before + (16u << 20));
	}
	assert_true(clock_monotonic_ns() - start < UINT64_C(20000000000));
	if (going == (want != NULL))
		fail_msg("%s%s: %s", head, more, buf_view(&out).ptr);
	if (want != NULL && strstr(buf_view(&out).ptr, want) == NULL)
		fail_msg("%s%s: %s", head, more, buf_view(&out).ptr);
	buf_release(&chunk);
	buf_release(&out);
	xml_records_destroy(x);
}

#define IN_FIELD "<OrderStatuses><OrderStatus><a>"

static void endless_things(void **state)
{
	(void)state;
	endless(IN_FIELD, "text ", "a record is longer than 4096 bytes");
	endless(IN_FIELD, "text", "a record is longer than 4096 bytes");
	endless(IN_FIELD, "&amp;", "a record is longer than 4096 bytes");
	endless(IN_FIELD "<![CDATA[", "x>", "a record is longer than 4096");
	endless(IN_FIELD "&", "amp", "longer than");
	endless(IN_FIELD, "<", "a tag is longer than 16384 bytes");
	endless(IN_FIELD "<!--", "x", "a comment is longer than");
	endless(IN_FIELD "<!--", "x>", "a comment is longer than");
	endless(IN_FIELD "<?x ", "y", "a comment is longer than");
	endless("<!--", "x", "a comment is longer than");
	endless("<!DOCTYPE ", "x", "longer than");
	endless("<OrderStatuses a='", "x", "a tag is longer than 16384 bytes");
	endless("<OrderStatuses a='", "x>", "a tag is longer than 16384 bytes");
	endless("<OrderStatuses ", "a", "a tag is longer than 16384 bytes");
	endless("<", "a", "a tag is longer than 16384 bytes");
	endless("<OrderStatuses ", " ", "a tag is longer than 16384 bytes");
	endless("<OrderStatuses", " a='1'", "a tag is longer than 16384 bytes");
	endless("</", "a", "a tag is longer than 16384 bytes");
	endless(IN_FIELD "</a", " ", "a tag is longer than 16384 bytes");
	endless("", "<OrderStatuses>", "expected <OrderStatus> in");
	endless("<OrderStatuses><OrderStatus>", "<a>", "inside of a field");
	endless("<OrderStatuses><OrderStatus>", "<a/>", "more than 8 fields");
	/* What may go on for ever. */
	endless("", " \n", NULL);
	endless("<OrderStatuses>", " \n", NULL);
	endless("<OrderStatuses>", "<!-- x --><?y z?>", NULL);
	endless("<OrderStatuses>", "<OrderStatus/>", NULL);
	endless("<OrderStatuses>", "<OrderStatus><a>1</a></OrderStatus>", NULL);
}

/* Attributes with different names: libxml2's search for doubles is slow. */
static void many_attributes(void **state)
{
	struct buf text = buf_make(1 << 24);
	uint64_t start = clock_monotonic_ns();
	char *have;

	(void)state;
	buf_text(&text, "<OrderStatuses");
	for (int i = 0; i < 200000; i++)
		buf_printf(&text, " a%d=''", i);
	buf_text(&text, "/>");
	have = run(buf_view(&text), 1 << 24);
	assert_non_null(strstr(have, "a tag is longer than"));
	assert_true(clock_monotonic_ns() - start < UINT64_C(2000000000));
	free(have);
	buf_release(&text);
}

static void many_names(void **state)
{
	struct buf text = buf_make(1 << 26);
	char *have;

	(void)state;
	buf_text(&text, "<OrderStatuses>");
	for (int i = 0; i < 200000; i++)
		buf_printf(
			&text, "<OrderStatus><a%d>1</a%d></OrderStatus>", i, i);
	have = run(buf_view(&text), 65536);
	assert_non_null(strstr(have, "more than 10000 different names"));
	free(have);
	buf_release(&text);
}

static void deep_nesting(void **state)
{
	struct buf text = buf_make(1 << 24);
	char *have;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_text(&text, "<OrderStatuses>");
	have = run(buf_view(&text), 1 << 24);
	assert_string_equal(have, "!line 1: expected <OrderStatus> in "
				  "<OrderStatuses>, found <OrderStatuses>");
	free(have);
	buf_release(&text);
}

/* libxml2 passes CDATA on in small portions. */
static void long_cdata(void **state)
{
	struct xml_records_options wide = options;
	struct buf text = buf_make(1 << 20);
	struct xml_records *x;
	struct xml_record r;

	(void)state;
	wide.max_record = 200000;
	buf_text(&text, "<OrderStatuses><OrderStatus><a><![CDATA[");
	for (int i = 0; i < 60000; i++)
		buf_text(&text, "<\xC3\xA9");
	buf_text(&text, "]]></a></OrderStatus></OrderStatuses>");
	x = xml_records_create(&wide);
	xml_records_feed(x, buf_view(&text), true);
	assert_int_equal(xml_records_next(x, &r), XML_RECORD);
	assert_int_equal(r.fields[0].text.len, 180000);
	for (size_t i = 0; i < 180000; i += 3)
		assert_memory_equal(r.fields[0].text.ptr + i, "<\xC3\xA9", 3);
	assert_int_equal(xml_records_next(x, &r), XML_END);
	xml_records_destroy(x);
	buf_release(&text);
}

/* The limit of a record is exact, and the same for all chunks. */
static void record_limit(void **state)
{
	struct buf text = buf_make(1 << 16);

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		buf_clear(&text);
		buf_text(&text, "<OrderStatuses><OrderStatus><a>");
		for (size_t i = 0; i < options.max_record - 1 + more; i++)
			buf_char(&text, 'x');
		buf_text(&text, "</a></OrderStatus></OrderStatuses>");
		for (size_t size = 1; size < 5000; size += 97) {
			char *have = run(buf_view(&text), size);

			assert_int_equal(*have, more == 0 ? '1' : '!');
			free(have);
		}
	}
	buf_release(&text);
}

static void many_records(void **state)
{
	struct buf text = buf_make(1 << 24), want = buf_make(1 << 24);
	static const size_t sizes[] = { 1, 7, 4095, 4096, 4097, 65536 };

	(void)state;
	buf_text(&text, "<OrderStatuses>\n");
	for (int i = 0; i < 20000; i++) {
		buf_printf(&text,
			"<OrderStatus><orderReference>R%d</orderReference>"
			"<status>A&amp;%d\xC3\xA9</status></OrderStatus>\n",
			i, i);
		buf_printf(&want, "%d{orderReference=R%d,status=A&%d\xC3\xA9}",
			i + 2, i, i);
	}
	buf_text(&text, "</OrderStatuses>");
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		expect_at(buf_view(&text), sizes[i], buf_view(&want).ptr);
	buf_release(&text);
	buf_release(&want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_ones),
		cmocka_unit_test(wrong_ones),
		cmocka_unit_test(long_names),
		cmocka_unit_test(nul_bytes),
		cmocka_unit_test(doctypes),
		cmocka_unit_test(endless_things),
		cmocka_unit_test(many_attributes),
		cmocka_unit_test(many_names),
		cmocka_unit_test(deep_nesting),
		cmocka_unit_test(long_cdata),
		cmocka_unit_test(record_limit),
		cmocka_unit_test(many_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
