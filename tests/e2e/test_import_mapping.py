"""Contract section 5, imports: mapping and transcoding through the whole way,
and what the report counts."""

import json
import unittest
import zlib

from import_case import FAILED, JOBS, ImportCase


class MappingCase(ImportCase):
    def setUp(self):
        self.p = f"{zlib.crc32(self.id().encode()):08x}-"

    def load(self, data, dry_run=False, **more):
        data = json.loads(json.dumps(data).replace("@", self.p))
        if isinstance(data, str):
            data = data.encode()
        return self.upload(self.make_job(**more), data, dry_run=dry_run)

    def supplier(self, i):
        return self.content("SUPPLIER", self.p + i)

    def misses(self, x):
        return sorted((m["field"], m["value"], m["count"]) for m in x["transcodingMisses"])


class Csv(MappingCase):
    def test_labels_of_the_contract(self):
        x = self.load("Ident;Bez\n@1;One\n", mapping={"name": "Bez", "externalId": "Ident"})
        self.assert_counts(x, read=1, created=1)
        self.assertEqual(x["warnings"], 0)

    def test_constants_defaults_and_joined_sources(self):
        x = self.load("No;First;Last;Land;State\n@1;Ann;Lee;;A\n@2;;Lee;FR;A\n@3;;;;A\n", mapping={
            "externalId": "No",
            "name": {"sources": ["First", "Last"], "separator": " ", "default": "nobody"},
            "description": {"source": "Land", "default": "DE"},
            "returnPolicy": {"value": "30 days"}, "CF_state": "State"})
        self.assert_counts(x, read=3, created=3)
        self.assertEqual([self.supplier(i)["name"] for i in "123"], ["Ann Lee", "Lee", "nobody"])
        self.assertEqual([self.supplier(i)["description"] for i in "123"], ["DE", "FR", "DE"])
        self.assertEqual((self.supplier("1")["returnPolicy"], self.supplier("1")["CF_state"]),
                         ("30 days", "A"))

    def test_one_column_for_several_fields(self):
        x = self.load("No;Text\n@1;x\n", mapping={
            "externalId": "No", "name": "Text", "description": "Text", "returnPolicy": "Text"})
        self.assert_counts(x, read=1, created=1)
        e = self.supplier("1")
        self.assertEqual((e["name"], e["description"], e["returnPolicy"]), ("x", "x", "x"))

    def test_documented_headers_serve_what_is_left_out(self):
        x = self.load("No;Supplier Name;Description\n@1;One;d\n", mapping={"externalId": "No"})
        self.assert_counts(x, read=1, created=1)
        self.assertEqual(self.supplier("1")["description"], "d")

    def test_missing_source_of_a_required_field(self):
        x = self.load("Supplier External Id;Supplier Name\n@1;One\n",
                      mapping={"externalId": "Gone"})
        self.assertEqual(x["status"], FAILED)
        self.assertIn("Gone", x["message"])

    def test_column_of_the_mapping_that_is_not_there_is_a_warning(self):
        x = self.load("Supplier External Id;Supplier Name\n@1;One\n", mapping={"logo": "Gone"})
        self.assert_counts(x, read=1, created=1)
        self.assertGreaterEqual(x["warnings"], 1)
        self.assertIn("Gone", json.dumps(x))

    def test_faults_name_the_column_of_the_file(self):
        x = self.load("No;Bez;Bild\n@1;One;nowhere\n",
                      mapping={"externalId": "No", "name": "Bez", "logo": "Bild"})
        self.assert_counts(x, read=1, rejected=1)
        [e] = self.errors(x)
        self.assertEqual((e["field"], e["column"], e["value"], e["code"]),
                         ("logo", "Bild", "nowhere", "F-E-012"))

    def test_faults_of_the_mapping_when_the_job_is_saved(self):
        body = self.job_body("SUPPLIER", mapping={
            "nmae": "x", "logo": {"from": "x"}, "name": {"value": "x", "source": "y"}},
            transcoding=[{"field": "colour", "values": {}},
                         {"field": "status", "values": {"a": "b"}, "onMiss": "MAYBE"}])
        answer = self.gateway.request("POST", JOBS, body)
        self.assertEqual(answer.status, 400, answer.body)
        fields = [e["field"] for e in answer.body["errors"]]
        for begins in ("mapping.nmae", "mapping.logo", "mapping.name", "transcoding[0]",
                       "transcoding[1]"):
            self.assertTrue(any(f.startswith(begins) for f in fields), (begins, fields))
        self.assertIn("name", next(e["message"] for e in answer.body["errors"]
                                   if e["field"] == "mapping.nmae"))


class Transcoding(MappingCase):
    ROWS = "Supplier External Id;Supplier Name;Status;Description\n" + "".join(
        f"@{n};One;{status};{text}\n" for n, (status, text) in enumerate(
            [("A", "DE"), ("I", "FR"), ("X", "FR"), ("X", "IT"), ("Y", ""), ("", "DE")]))

    def load_rows(self, on_miss, **more):
        return self.load(self.ROWS, transcoding=[
            {"field": "status", "values": {"A": "ACTIVE", "I": "INACTIVE"}, "onMiss": on_miss,
             **more}, {"field": "description", "values": {"DE": "Germany"}}])

    def test_keep(self):
        x = self.load_rows("KEEP")
        # What is kept must still be a status.
        self.assert_counts(x, read=6, created=3, rejected=3)
        self.assertEqual(self.misses(x), [("description", "FR", 2), ("description", "IT", 1),
                                          ("status", "X", 2), ("status", "Y", 1)])
        self.assertEqual([self.supplier(i)["status"] for i in "015"],
                         ["ACTIVE", "INACTIVE", "ACTIVE"])
        self.assertEqual([self.supplier(i)["description"] for i in "015"],
                         ["Germany", "FR", "Germany"])

    def test_reject(self):
        x = self.load_rows("REJECT")
        self.assert_counts(x, read=6, created=3, rejected=3)
        self.assertEqual(self.codes(x), {4: ["F-E-008"], 5: ["F-E-008"], 6: ["F-E-008"]})
        error = self.errors(x)[0]
        self.assertEqual((error["field"], error["column"], error["value"]),
                         ("status", "Status", "X"))
        self.assertIn(("status", "X", 2), self.misses(x))

    def test_default(self):
        x = self.load_rows("DEFAULT", default="INACTIVE")
        self.assert_counts(x, read=6, created=6)
        self.assertEqual([self.supplier(i)["status"] for i in "012345"],
                         ["ACTIVE"] + ["INACTIVE"] * 4 + ["ACTIVE"])
        self.assertIn(("status", "X", 2), self.misses(x))

    def test_counts_start_anew(self):
        job = self.make_job(transcoding=[{"field": "description", "values": {"a": "b"}}])
        data = f"Supplier External Id;Supplier Name;Description\n{self.p}1;One;z\n".encode()
        for _ in range(2):
            self.assertEqual(self.misses(self.upload(job, data)), [("description", "z", 1)])

    def test_more_different_values_than_are_told(self):
        rows = "".join(f"@{n};One;v{n}\n" for n in range(250))
        x = self.load("Supplier External Id;Supplier Name;Description\n" + rows,
                      transcoding=[{"field": "description", "values": {"a": "b"}}])
        self.assertEqual(sum(m["count"] for m in x["transcodingMisses"]), 250)
        self.assertLessEqual(len(x["transcodingMisses"]), 101)

    def test_parts_of_a_list(self):
        x = self.load("Assortment External Id;Product External Id\n@1;a||b\n", entity="ASSORTMENT",
                      transcoding=[{"field": "productExternalId", "values": {"a": "P-x"},
                                    "onMiss": "KEEP"}])
        self.assert_counts(x, read=1, rejected=1)
        self.assertIn("P-x||b", self.errors(x)[0]["message"])
        self.assertEqual(self.misses(x), [("productExternalId", "b", 1)])


class JsonPaths(MappingCase):
    def test_paths(self):
        x = self.load([{
            "id": "@1", "names": [{"t": "One"}, {"t": "Two"}], "a": {"b": {"c": "deep"}},
            "tags": [{"v": "x"}, {"v": "y"}], "a.b": "dots"}, {"id": "@2", "names": []}],
            mapping={"externalId": "id", "name": {"source": "$.names[0].t", "default": "none"},
                     "description": "$.a.b.c", "CF_tags": "$.tags[*].v", "returnPolicy": "a.b",
                     "CF_second": "$.names[1].t"})
        self.assert_counts(x, read=2, created=2)
        e = self.supplier("1")
        self.assertEqual((e["name"], e["description"], e["CF_tags"], e["returnPolicy"],
                          e["CF_second"]), ("One", "deep", "x||y", "dots", "Two"))
        e = self.supplier("2")
        self.assertEqual((e["name"], "description" in e, "CF_tags" in e), ("none", False, False))

    def test_list_of_items_as_a_whole(self):
        address = {"addressExternalId": "@AD", "addressFullName": "J", "addressCountry": "FR",
                   "addressCity": "P", "addressZipCode": "1", "addressStreetName": "S"}
        x = self.load([{"accountExternalId": "@1", "accountName": "A",
                        "companyRegistrationName": "A", "businessRegistrationNumber": "1",
                        "postal": {"addresses": [address]}}], entity="ACCOUNT",
                      mapping={"address": "$.postal.addresses"})
        self.assert_counts(x, read=1, created=1)
        self.assertEqual(len(self.content("ACCOUNT", self.p + "1")["address"]), 1)

    def test_faults_say_which_element(self):
        data = '[\n {"id":"@1","n":"One"},\n {"id":"@2"},\n\n {"id":"@3","n":"Three"}\n]'
        x = self.upload(self.make_job(mapping={"externalId": "id", "name": "$.n"}),
                        data.replace("@", self.p), "a.json")
        self.assert_counts(x, read=3, created=2, rejected=1)
        self.assertEqual([e["line"] for e in self.errors(x)], [3])

    def test_broken_in_the_middle(self):
        good = ",".join(f'{{"externalId":"{self.p}{n}","name":"n"}}' for n in range(100))
        x = self.upload(self.make_job(), f"[{good},{{broken".encode(), "a.json")
        self.assertIn(x["status"], (FAILED, "JOB_PARTIAL"))
        self.assertIn("line 1", x["message"])
        self.assertIn(x["created"], (0, 100))
        self.assertEqual(len(self.entities("SUPPLIER", self.p)), x["created"])


if __name__ == "__main__":
    unittest.main()
