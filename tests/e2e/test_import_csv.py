"""Contract 4.3, 4.4 and 4.7: whatever a CSV file holds, its rows come in or are
named, and nothing else happens. Uploads to suppliers."""

import gzip
import io
import json
import os
import unittest
import zlib

import world
from export_case import raw
from gateway import Gateway
from import_case import (EXECUTIONS, FAILED, JOBS, PARTIAL, SUCCESS, SUPPLIERS, ImportCase,
                         suppliers)

HEADER = SUPPLIERS + "\n"


class CsvCase(ImportCase):
    def setUp(self):
        self.p = f"{zlib.crc32(self.id().encode()):08x}-"
        self.job = self.make_job()

    def file(self, *rows, header=SUPPLIERS, end="\n"):
        """Rows as texts or bytes; `@` at their beginning is this test's prefix."""
        out = b""
        for row in (header, *rows):
            row = row if isinstance(row, bytes) else row.encode()
            out += row.replace(b"@", self.p.encode(), 1) + end.encode()
        return out

    def name_of(self, i):
        return self.entity("SUPPLIER", self.p + i)["name"]

    def mine(self):
        return sorted(i[len(self.p):] for i in self.entities("SUPPLIER", self.p))

    def one_error(self, x):
        [error] = self.errors(x)
        return error


class Shapes(CsvCase):
    """Files that are fine."""

    def test_byte_order_mark(self):
        self.assert_counts(self.upload(self.job, b"\xef\xbb\xbf" + self.file("@1;One")),
                           read=1, created=1)

    def test_line_ends_of_all_kinds_in_one_file(self):
        data = self.file("@1;One", end="\r\n") + self.file("@3;Three", "@4;Four", header="@2;Two")
        data += self.file("@6;Six", header="@5;Five", end="\r\n").rstrip(b"\r\n")
        self.assert_counts(self.upload(self.job, data), read=6, created=6)
        self.assertEqual(self.mine(), list("123456"))
        self.assertEqual(self.name_of("6"), "Six")

    def test_quotes(self):
        data = self.file('"@1";"say ""hi"""', '"@2";"a;b"', '"@3";"line\none"', '@4;5" pipe',
                         '"@5";""""', '"@6";"x"')
        self.assert_counts(self.upload(self.job, data), read=6, created=6)
        self.assertEqual([self.name_of(str(n)) for n in range(1, 7)],
                         ['say "hi"', "a;b", "line\none", '5" pipe', '"', "x"])

    def test_comma(self):
        job = self.make_job(csv={"delimiter": ","})
        data = self.file("@1,One; not two").replace(b";", b",", 1)
        self.assert_counts(self.upload(job, data), read=1, created=1)
        self.assertEqual(self.name_of("1"), "One; not two")

    def test_last_line_without_end_and_blank_lines(self):
        data = self.file("", "@1;One", "", "", "@2;Two").rstrip(b"\n")
        self.assert_counts(self.upload(self.job, data), read=2, created=2)
        self.assert_counts(self.upload(self.job, data + b"\n\n\n"), read=2, unchanged=2)

    def test_line_numbers_after_quoted_line_breaks_and_blank_lines(self):
        """Line 2 to 4 are one row, 5 is blank, 6 is bad, 7 and 8 a row, 9 bad."""
        data = self.file('@1;"a\nb\nc"', "", "@2;", '@3;"x\r\ny"', "@4;")
        x = self.upload(self.job, data)
        self.assert_counts(x, read=4, created=2, rejected=2)
        self.assertEqual([e["line"] for e in self.errors(x)], [6, 9])

    def test_short_rows_lack_their_last_cells(self):
        header = SUPPLIERS + ";Description"
        self.assert_counts(self.upload(self.job, self.file("@1;One", header=header)),
                           read=1, created=1)

    def test_unknown_columns_are_warnings(self):
        data = self.file("@1;One;red;4711", header=SUPPLIERS + ";Colour;Secret Code")
        x = self.upload(self.job, data)
        self.assert_counts(x, read=1, created=1)
        self.assertEqual(x["warnings"], 2)
        self.assertIn("Colour", json.dumps(x))
        self.assertIn("Secret Code", json.dumps(x))

    def test_header_in_other_case_with_blanks_and_old_names(self):
        data = self.file("@1;One", header=" supplier external id ;SUPPLIER NAME")
        self.assert_counts(self.upload(self.job, data), read=1, created=1)
        data = self.file("@1;Uno", header="externalId;name")
        self.assert_counts(self.upload(self.job, data), read=1, updated=1)

    def test_encodings(self):
        for encoding, name in (("ISO-8859-1", "Caf\u00e9 \u00fc"),
                               ("WINDOWS-1252", "Caf\u00e9 \u20ac \u201cx\u201d"),
                               ("UTF-8", "Caf\u00e9 \u20ac \U0001f527 \u6f22")):
            job = self.make_job(csv={"delimiter": ";", "encoding": encoding})
            data = self.file(f"@{encoding};{name}".encode(encoding))
            self.assert_counts(self.upload(job, data), read=1, created=1)
            self.assertEqual(self.name_of(encoding), name)

    def test_a_byte_that_means_nothing_in_the_encoding(self):
        job = self.make_job(csv={"delimiter": ";", "encoding": "WINDOWS-1252"})
        x = self.upload(job, self.file(b"@1;One", b"@2;T\x81wo", b"@3;Three"))
        self.assert_counts(x, read=3, created=2, rejected=1)
        self.assertEqual(self.one_error(x)["line"], 3)

    def test_packed(self):
        data = gzip.compress(self.file("@1;One")) + gzip.compress(b"")
        x = self.upload(self.job, data, name="rows.csv.gz")
        self.assert_counts(x, read=1, created=1)
        self.assertEqual(x["bytesRead"], len(data))
        # Known by its content, not by its name.
        x = self.upload(self.job, gzip.compress(self.file("@1;Uno")))
        self.assert_counts(x, read=1, updated=1)

    def test_blank_cells_keep_and_custom_fields_go(self):
        header = SUPPLIERS + ";Description;CF_a;CF_b"
        self.upload(self.job, self.file("@1;One;Text;x;y", header=header))
        x = self.upload(self.job, self.file("@1;;;;z", header=header))
        self.assert_counts(x, read=1, updated=1)
        e = self.content("SUPPLIER", self.p + "1")
        self.assertEqual((e["name"], e["description"], e.get("CF_a"), e["CF_b"]),
                         ("One", "Text", None, "z"))
        x = self.upload(self.job, self.file("@1"))  # the columns aren't there: kept
        self.assert_counts(x, read=1, unchanged=1)
        self.assertEqual(self.content("SUPPLIER", self.p + "1")["CF_b"], "z")

    def test_rows_of_one_id_follow_each_other(self):
        x = self.upload(self.job, self.file("@1;One", "@1;Two", "@1;Two", "@1;Three"))
        self.assert_counts(x, read=4, created=1, updated=2, unchanged=1)
        self.assertEqual(self.name_of("1"), "Three")

    def test_unchanged_rows_write_nothing(self):
        data = self.file("@1;One")
        first = self.upload(self.job, data)
        before = self.entity("SUPPLIER", self.p + "1")
        self.assert_counts(self.upload(self.job, data), read=1, unchanged=1)
        self.assertEqual(self.entity("SUPPLIER", self.p + "1"), before)
        self.assertEqual(before["executionId"], first["id"])


class Whole(CsvCase):
    """Files that can't be read at all: failed before any row, and why."""

    def failed(self, data, *words, job=None, name="rows.csv"):
        x = self.upload(job or self.job, data, name)
        self.assertEqual(x["status"], FAILED, x)
        self.assertEqual((x["created"], x["updated"]), (0, 0))
        for word in words:
            self.assertIn(word, x["message"])
        return x

    def test_empty(self):
        for data in (b"", b"\xef\xbb\xbf", b"\n\r\n\n"):
            self.assertTrue(self.failed(data)["message"])

    def test_header_only(self):
        x = self.upload(self.job, HEADER)
        self.assert_counts(x, status=SUCCESS)
        self.assertTrue(x["message"])

    def test_missing_columns_are_named(self):
        self.failed(self.file("x;y", header="Supplier Name;Description"), "Supplier External Id")
        job = self.make_job("STORE")
        self.failed(b"Store External Id\nx\n", "Store Name", "Store Description", job=job)
        self.failed(b"Product External Id\nx\n", "Related Product External Id", "Relation Type",
                    job=self.make_job("RELATED_PRODUCT"))

    def test_the_other_delimiter_would_fit(self):
        x = self.failed(self.file("@1,One").replace(b";", b","), "Supplier External Id", ",")
        self.assertIn("delimiter", x["message"])
        x = self.failed(self.file("@1;One"), ";", job=self.make_job(csv={"delimiter": ","}))
        self.assertIn("delimiter", x["message"])
        x = self.failed(self.file("@1,One", header="Nothing,Of It"))
        self.assertNotIn("would", x["message"])

    def test_header_with_a_name_twice(self):
        self.failed(self.file("@1;One;Two", header=SUPPLIERS + ";Supplier Name"), "Supplier Name")
        self.failed(self.file("@1;One;Two", header=SUPPLIERS + ";name"), "name")

    def test_damaged_header(self):
        self.failed(self.file("@1;One", header=b"Supplier External Id;Supplier\x00Name"))
        self.failed(b'"Supplier External Id;Supplier Name\n1;2\n' * 3)

    def test_wrong_kind_of_file(self):
        self.failed(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50)
        self.failed(b"%PDF-1.7\n" + b"\x00\x01\x02" * 999)
        self.failed(b"PK\x03\x04" + bytes(range(256)) * 9, name="rows.csv")
        self.failed(b"{not json", name="rows.json")
        self.failed(b"[1,2", name="rows.json")
        self.failed(json.dumps({"rows": []}).encode(), name="rows.json")

    def test_damaged_packing(self):
        packed = gzip.compress(self.file(*(f"@{n};x" for n in range(5000))))
        x = self.upload(self.job, packed[:len(packed) // 2], "rows.csv.gz")
        self.assertEqual(x["status"], FAILED, x)
        broken = bytearray(packed)
        broken[len(packed) // 2] ^= 0xff
        x = self.upload(self.job, bytes(broken), "rows.csv.gz")
        self.assertEqual(x["status"], FAILED, x)
        self.assertTrue(x["message"])

    def test_utf_16(self):
        self.failed(self.file("@1;One").decode().encode("utf-16"))

    def test_xml_for_suppliers(self):
        answer = self.gateway.request("POST", f"{JOBS}/{self.job}/file?name=a.xml", "<a/>",
                                      headers={"Content-Type": "application/xml"})
        if answer.status == 202:
            self.assertEqual(self.ended(answer.body["id"])["status"], FAILED)
        else:
            self.assertIn(answer.status, (400, 415), answer.body)


class Rows(CsvCase):
    """Bad rows among good ones."""

    def bad_row(self, row, code=None):
        """The row between two good ones; answers its entry in the errors."""
        x = self.upload(self.job, self.file("@1;One", row, "@3;Three"))
        self.assert_counts(x, read=3, created=2, rejected=1)
        error = self.one_error(x)
        self.assertEqual(error["line"], 3)
        self.assertTrue(error["message"])
        if code:
            self.assertEqual(error["code"], code)
        self.assertEqual(self.mine(), ["1", "3"])
        return error

    def test_nul(self):
        self.assertIn("NUL", self.bad_row(b"@2;T\x00wo")["message"])

    def test_invalid_utf_8(self):
        self.assertIn("encoding", self.bad_row(b"@2;T\xc3(wo")["message"])

    def test_cut_off_utf_8(self):
        self.bad_row(b"@2;Tw\xe2\x82")

    def test_surrogates(self):
        self.bad_row(b"@2;\xed\xa0\x80")

    def test_text_after_a_quote(self):
        self.bad_row('@2;"Two" and more')

    def test_control_characters(self):
        self.bad_row("@2;T\x07wo", "F-E-012")

    def test_required_and_blank(self):
        error = self.bad_row("@2;", "F-E-001")
        self.assertEqual((error["field"], error["column"]), ("name", "Supplier Name"))

    def test_all_faults_of_a_row(self):
        header = SUPPLIERS + ";Logo;Status;Mark Supplier as Inactive;Account External Id"
        x = self.upload(self.job, self.file("@1;One;ftp://x;GONE;maybe;A-none", header=header))
        self.assert_counts(x, read=1, rejected=1)
        error = self.one_error(x)
        self.assertEqual({e["field"]: e["code"] for e in error["errors"]}, {
            "logo": "F-E-012", "status": "F-E-008", "inactive": "F-E-009",
            "accountExternalId": "F-E-002"})
        self.assertEqual({e["field"]: e["value"] for e in error["errors"]}, {
            "logo": "ftp://x", "status": "GONE", "inactive": "maybe",
            "accountExternalId": "A-none"})

    def test_too_many_cells(self):
        """What has no column can't be read: it is never dropped in silence."""
        x = self.upload(self.job, self.file("@1;One", "@2;Two;too;many", "@3;Three;;"))
        self.assertGreaterEqual(x["rejected"] + x["warnings"], 1, x)
        self.assertEqual(x["rowsRead"], 3)
        if x["rejected"]:
            self.assertIn(3, self.codes(x))

    def test_unterminated_quote_in_a_big_file(self):
        rows = [f"@{n};x{n}" for n in range(100)] + ['@q;"never closed']
        rows += [f"@{n};x{n}" for n in range(1000, 60_000)]
        x = self.upload(self.job, self.file(*rows))
        self.assertEqual((x["created"], x["status"] in (PARTIAL, FAILED)), (100, True), x)
        self.assertEqual([e["line"] for e in self.errors(x)][:1], [102])
        self.assertIn("quote", self.errors(x)[0]["message"])

    def test_a_field_of_10_megabytes(self):
        row = self.bad_row("@2;" + "x" * 10_000_000)
        self.assertLess(len(json.dumps(row)), 100_000)
        # Its line breaks count.
        data = self.file("@4;Four", '@5;"' + "x\n" * 3_000_000 + '"', "@6;Six", "@7;")
        x = self.upload(self.job, data)
        self.assert_counts(x, read=4, created=2, rejected=2)
        self.assertEqual([e["line"] for e in self.errors(x)], [3, 3_000_005])

    def test_a_hundred_thousand_columns(self):
        self.bad_row("@2" + ";x" * 99_999)
        wide = SUPPLIERS + "".join(f";c{n}" for n in range(99_998))
        x = self.upload(self.job, self.file("@9;Nine", header=wide))
        self.assertEqual(x["status"], FAILED, x)
        self.assertIn("column", x["message"])

    def test_every_row_is_bad(self):
        x = self.upload(self.job, self.file(*("@1;" for _ in range(1234))))
        self.assert_counts(x, status=FAILED, read=1234, rejected=1234)
        self.assertEqual([e["line"] for e in self.errors(x)], list(range(2, 1236)))
        self.assertEqual([e["number"] for e in self.errors(x)][::400],
                         [self.errors(x)[0]["number"] + n for n in range(0, 1234, 400)])

    def test_pages_of_errors(self):
        x = self.upload(self.job, self.file(*("@1;" for _ in range(45))))
        page = self.gateway.ok("GET", f"{EXECUTIONS}/{x['id']}/errors?size=20&page=2")
        self.assertEqual((page["totalElements"], page["totalPages"], page["numberOfElements"],
                          page["last"]), (45, 3, 5, True))
        self.assertEqual([e["line"] for e in page["content"]], [42, 43, 44, 45, 46])

    def test_values_in_errors_are_shortened(self):
        header = SUPPLIERS + ";Logo"
        x = self.upload(self.job, self.file("@1;One;" + "x" * 50_000, header=header))
        self.assertLess(len(self.one_error(x)["value"]), 2000)

    def test_gzip_bomb(self):
        packer, bomb = zlib.compressobj(9, wbits=31), io.BytesIO()
        bomb.write(packer.compress(self.file("@1;One", '@2;"')))
        for _ in range(400):
            bomb.write(packer.compress(b"x" * 1_000_000))
        bomb.write(packer.flush())
        before = self.gateway.peak_memory()
        x = self.upload(self.job, bomb.getvalue(), "rows.csv.gz")
        self.assertEqual(x["status"] in (FAILED, PARTIAL), True, x)
        self.assertTrue(x["message"] or self.errors(x))
        self.assertLess(self.gateway.peak_memory() - before, 64_000_000)


class Rejects(CsvCase):
    def test_mended_and_imported_again(self):
        header = SUPPLIERS + ";Description;CF_x;Colour"
        rows = ['@1;One;fine;1;red', '@2;;"two; ""quoted""\nlines";2;blue',
                "@3;Three;\u00e9t\u00e9;3;", "@4;;Four;4;"]
        x = self.upload(self.job, self.file(*rows, header=header))
        self.assert_counts(x, read=4, created=2, rejected=2)
        (names, bad), data = self.rejects(x)
        self.assertEqual(names, header.split(";") + ["__line", "__code", "__message"])
        self.assertEqual([r[:5] for r in bad], [
            [self.p + "2", "", 'two; "quoted"\nlines', "2", "blue"],
            [self.p + "4", "", "Four", "4", ""]])
        self.assertEqual([r[5:7] for r in bad], [["3", "F-E-001"], ["6", "F-E-001"]])
        self.assertTrue(all("name" in r[7] for r in bad))
        # Mended by hand: a name into the blank cell, all else as it came.
        mended = data.replace(f"{self.p}2;;".encode(), f"{self.p}2;Two;".encode())
        mended = mended.replace(f"{self.p}4;;".encode(), f"{self.p}4;Four;".encode())
        x = self.upload(self.job, mended, "rejects.csv")
        self.assert_counts(x, read=2, created=2)
        self.assertLessEqual(x["warnings"], 1)  # Colour; the hub's own columns are none
        e = self.content("SUPPLIER", self.p + "2")
        self.assertEqual((e["name"], e["description"], e["CF_x"]),
                         ("Two", 'two; "quoted"\nlines', "2"))

    def test_several_faults_are_one_row(self):
        header = SUPPLIERS + ";Status;Logo"
        x = self.upload(self.job, self.file("@1;;GONE;x", header=header))
        (_, [row]), _ = self.rejects(x)
        self.assertIn(row[5], ("F-E-001", "F-E-008", "F-E-012"))
        for word in ("name", "GONE", "logo"):
            self.assertIn(word, row[6])
        self.assertIn("; ", row[6])

    def test_comma_and_encoding_of_the_job(self):
        """The same job reads what it rejected."""
        job = self.make_job(csv={"delimiter": ",", "encoding": "WINDOWS-1252"})
        data = self.file("@1,", "@2,Zwei", ',"Caf\u00e9, \u20ac"').replace(b";", b",", 1)
        x = self.upload(job, data.decode().encode("cp1252"))
        self.assert_counts(x, read=3, created=1, rejected=2)
        answer = raw(self.gateway, f"{EXECUTIONS}/{x['id']}/rejects.csv")
        text = answer.decode("cp1252")
        self.assertEqual(text.split(",")[:2], SUPPLIERS.split(";"))
        mended = text.replace(f"{self.p}1,,", f"{self.p}1,Eins,")
        mended = mended.replace('\n,"Caf', f'\n{self.p}3,"Caf')
        x = self.upload(job, mended.encode("cp1252"))
        self.assert_counts(x, read=2, created=2)
        self.assertEqual(self.name_of("3"), "Caf\u00e9, \u20ac")

    def test_none(self):
        x = self.upload(self.job, self.file("@1;One"))
        answer = self.gateway.request("GET", f"{EXECUTIONS}/{x['id']}/rejects.csv")
        self.assertIn(answer.status, (200, 404))
        self.assertEqual(self.errors(x), [])

    def test_formulas_are_left_as_they_are(self):
        x = self.upload(self.job, self.file("=1+1;"))
        (_, [row]), _ = self.rejects(x)
        self.assertEqual(row[0], "=1+1")


class DryRun(CsvCase):
    ROWS = ("@1;One", "@2;", "@1;Uno", "@1;Uno", b"@3;\xff", "@4;Four")

    def test_same_report_and_nothing_written(self):
        data = self.file(*self.ROWS)
        dry = self.upload(self.job, data, dry_run=True)
        self.assertEqual(self.mine(), [])
        dry_errors = self.errors(dry)
        real = self.upload(self.job, data)
        self.assert_counts(dry, read=6, created=2, updated=1, unchanged=1, rejected=2)
        names = ("status", "rowsRead", "created", "updated", "unchanged", "rejected", "warnings",
                 "bytesRead")
        self.assertEqual({n: dry[n] for n in names}, {n: real[n] for n in names})
        self.assertEqual(dry_errors, self.errors(real))
        self.assertEqual(self.rejects(dry)[1], self.rejects(real)[1])
        self.assertEqual(self.mine(), ["1", "4"])

    def test_rows_over_what_is_there(self):
        self.upload(self.job, self.file("@1;One", "@2;Two"))
        before = self.entities("SUPPLIER", self.p)
        x = self.upload(self.job, self.file("@1;Uno", "@2;Two", "@3;Three"), dry_run=True)
        self.assert_counts(x, read=3, created=1, updated=1, unchanged=1)
        self.assertEqual(self.entities("SUPPLIER", self.p), before)

    def test_rows_that_build_on_each_other(self):
        """A category below one that only the same file makes."""
        job = self.make_job("CLASSIFICATION_CATEGORY")
        header = "Classification External Id;Classification Name;Classification Parent External Id"
        rows = [f"{self.p}a;A;", f"{self.p}b;B;{self.p}a", f"{self.p}c;C;{self.p}b",
                f"{self.p}d;D;{self.p}none", f"{self.p}a;A;{self.p}c"]
        data = "\n".join([header, *rows]).encode()
        dry = self.upload(job, data, dry_run=True)
        self.assert_counts(dry, read=5, created=3, rejected=2)
        self.assertEqual(self.entities("CLASSIFICATION_CATEGORY", self.p), {})
        real = self.upload(job, data)
        self.assert_counts(real, read=5, created=3, rejected=2)
        self.assertEqual(self.errors(dry), self.errors(real))

    USERS = ("Customer User External Id;Customer User Civility;Customer User First Name;"
             "Customer User Last Name;Customer User Email;Customer User Phone;"
             "Customer User Groups;Customer User Account Ids")

    def users(self, *pairs):
        """A file of users, (id, the beginning of the e-mail address)."""
        rows = [f"{self.p}{i};MR;A;B;{self.p}{mail}@x.fr;1;FOC_User;{self.p}A"
                for i, mail in pairs]
        return "\n".join([self.USERS, *rows]).encode()

    def users_job(self):
        world.make(self.gateway, {"ACCOUNT": [self.p + "A"]})
        return self.make_job("CUSTOMER_USER")

    def test_unique_ids_within_the_file(self):
        """Two users, one address: the second is refused in the dry run, too."""
        job = self.users_job()
        for dry in (True, False):
            x = self.upload(job, self.users(("1", "a"), ("2", "A")), dry_run=dry)
            self.assert_counts(x, read=2, created=1, rejected=1)
            self.assertEqual(self.codes(x), {3: ["F-E-003"]})

    def test_unique_ids_that_are_given_up_within_the_file(self):
        """The first takes another address, the second the first's old one."""
        job = self.users_job()
        self.upload(job, self.users(("1", "a")))
        for dry in (True, False):
            x = self.upload(job, self.users(("1", "b"), ("2", "a")), dry_run=dry)
            self.assert_counts(x, read=2, updated=1, created=1)

    def test_failed_file(self):
        x = self.upload(self.job, b"Wrong;Header\n1;2\n", dry_run=True)
        self.assertEqual(x["status"], FAILED)

    def test_bad_flag(self):
        answer = self.gateway.request("POST", f"{JOBS}/{self.job}/file?name=a.csv&dryRun=maybe",
                                      HEADER, headers={"Content-Type": "text/csv"})
        self.assertEqual(answer.status, 400, answer.body)


class Large(CsvCase):
    def test_memory_does_not_grow_with_the_file(self):
        """64 MB of rows that are there already, as a stream."""
        # A sanitizer keeps what was freed, by default 256 MB of it.
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        self.gateway = self.enterContext(Gateway(env={"ASAN_OPTIONS": options}))
        self.job = self.make_job()
        rows = suppliers(*(f"{self.p}{n}" for n in range(500)), name="x" * 1000)
        body = rows + rows.partition(b"\n")[2] * 8
        self.assert_counts(self.upload(self.job, body), read=4500, created=500, unchanged=4000)
        before = self.gateway.private_memory()[0]
        body = rows + rows.partition(b"\n")[2] * 127
        self.assertGreater(len(body), 64_000_000)
        x = self.upload(self.job, body, timeout=60)
        self.assert_counts(x, read=64_000, unchanged=64_000)
        self.assertLess(self.gateway.private_memory()[0] - before, 32_000_000)

    def test_upload_over_the_limit(self):
        self.fresh_gateway(limits={"file": "1MiB"})
        job = self.make_job()
        answer = self.gateway.request("POST", f"{JOBS}/{job}/file?name=a.csv",
                                      suppliers(*range(100), name="x" * 20_000),
                                      headers={"Content-Type": "text/csv"})
        self.assertEqual((answer.status, answer.body["code"]), (413, "PAYLOAD_TOO_LARGE"))
        self.assertEqual(self.executions(job), [])
        self.assertEqual(list((self.gateway.data_dir / "spool").glob("*")), [])


if __name__ == "__main__":
    unittest.main()
