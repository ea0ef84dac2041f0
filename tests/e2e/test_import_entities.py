"""The sixteen entities, from a file to GET /v1/entities: the cases of tests/data
through the whole way, and each kind's own rules (contract section 4, facts.md
section 6, docs/entities.md)."""

import json
import pathlib
import re
import unittest

import world
from import_case import FAILED, PARTIAL, SUCCESS, ImportCase

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
DOCUMENTS = {"order", "order_status", "incident"}  # test_import_orders.py


class Expected:
    """expected.txt: what each row became."""

    def __init__(self, text):
        self.counts = dict.fromkeys(("created", "updated", "unchanged", "rejected"), 0)
        self.entities = {}  # id: normal form in the end
        self.rejects = []   # per row: [(code, field, message)]
        self.notes = {}     # "missing", "unknown", "unmapped", "doubled": names
        self.misses = []    # (field, value, count)
        lines = text.split("\n")
        for line, after in zip(lines, lines[1:]):
            if m := re.match(r"(\d+) (created|updated|unchanged|rejected) ?(.*)", line):
                self.counts[m[2]] += 1
                if m[2] == "rejected":
                    self.rejects.append([])
                else:
                    self.entities[m[3]] = json.loads(after)
            elif m := re.match(r"  ([A-Z][A-Z_0-9-]+) (\S*)", line):
                self.rejects[-1].append((m[1], m[2], after.strip()))
            elif m := re.match(r"miss: (\S+) <(.*)> (\d+)", line):
                self.misses.append((m[1], m[2], int(m[3])))
            elif m := re.match(r"(missing|doubled|unmapped|unknown): (.*)", line):
                self.notes[m[1]] = m[2]

    def rows(self):
        return sum(self.counts.values())


class Cases(ImportCase):
    """Each case has a gateway of its own."""

    @classmethod
    def setUpClass(cls):
        pass

    def run_case(self, path):
        kind = path.parent.name.upper()
        config = path / "case.json"
        case = json.loads(config.read_text()) if config.exists() else {}
        self.fresh_gateway(multiStore=case.get("multiStore", False))
        world.make(self.gateway, case.get("world", {}))
        before = set(self.entities(kind))
        job = self.make_job(kind, storeExternalId=case.get("store"), mapping=case.get("mapping"),
                            transcoding=case.get("transcoding"))
        [file] = path.glob("input.*")
        x = self.upload(job, file.read_bytes(), file.name)
        expected = Expected((path / "expected.txt").read_text())
        if {"missing", "doubled"} & set(expected.notes):
            return self.refused(x, expected)
        self.assert_counts(x, read=expected.rows(), **expected.counts)
        self.check_entities(kind, x, expected, before)
        self.assertEqual([[(e["code"], e["field"], e["message"]) for e in row["errors"]]
                          for row in self.errors(x)], expected.rejects)
        self.check_notes(x, expected)

    def refused(self, x, expected):
        self.assertEqual((x["status"], x["rowsRead"]), (FAILED, 0), x)
        for names in (expected.notes.get("missing"), expected.notes.get("doubled")):
            for name in (names or "").split(", "):
                self.assertIn(name, x["message"])

    def check_entities(self, kind, x, expected, before):
        found = self.entities(kind)
        self.assertEqual(set(found) - before, set(expected.entities) - before)
        for id, wanted in expected.entities.items():
            entity = self.content(kind, id)
            if "password" in wanted:
                wanted["password"] = "***"
            self.assertEqual(entity, wanted)
            self.assertEqual(found[id]["executionId"], x["id"])

    def check_notes(self, x, expected):
        """Columns that nothing uses or that aren't there are told, and counted."""
        text = json.dumps(x)
        for names in (expected.notes.get("unmapped"), expected.notes.get("unknown")):
            for name in filter(None, (names or "").split(", ")):
                if not name.isdigit():
                    self.assertIn(name, text)
                self.assertGreater(x["warnings"], 0)
        told = [(m["field"], m["value"], m["count"]) for m in x.get("transcodingMisses", [])]
        self.assertEqual(sorted(told), sorted(expected.misses))



class RoundTrip(ImportCase):
    """What CSV files made is what GET answers, and that as a JSON list makes the
    same again: one set of keys for all."""

    @classmethod
    def setUpClass(cls):
        pass

    def run_case(self, path):
        kind = path.parent.name.upper()
        config = path / "case.json"
        before = json.loads(config.read_text()).get("world", {}) if config.exists() else {}
        self.fresh_gateway()
        world.make(self.gateway, before)
        self.upload(self.make_job(kind), (path / "input.csv").read_bytes())
        made = [self.content(kind, i) for i in self.entities(kind)]
        self.assertTrue(made)
        for e in made:
            e.pop("password", None)  # "***" keeps one that is there
            e.update((k, False) for k in ("deleted", "inactive") if kind == "ACCOUNT")
        self.fresh_gateway()
        world.make(self.gateway, before)
        made = [e for e in made if not self.has(kind, e["externalId"])]
        x = self.upload(self.make_job(kind), made)
        self.assert_counts(x, read=len(made), created=len(made))
        self.assertEqual([self.content(kind, e["externalId"]) for e in made], made)


def add_cases(where, pattern):
    """One test for each case: test_supplier_good ..."""
    for path in sorted(DATA.glob(pattern)):
        if path.parent.parent.name not in DOCUMENTS:
            name = f"test_{path.parent.parent.name}_{path.parent.name}".replace("-", "_")
            setattr(where, name, lambda self, path=path.parent: self.run_case(path))


add_cases(Cases, "*/*/expected.txt")
add_cases(RoundTrip, "*/good/input.csv")


def table(header, *rows):
    return "\n".join([header, *rows, ""]).encode()


class NavigationCategory(ImportCase):
    HEADER = ("Navigation Category External Id;Navigation Category Names;"
              "Navigation Category Parent Id;Classification Category Code")

    def setUp(self):
        self.fresh_gateway()
        world.make(self.gateway, {"CLASSIFICATION_CATEGORY": ["C1"]})
        self.job = self.make_job("NAVIGATION_CATEGORY")

    def load(self, *rows, **more):
        return self.upload(self.job, table(self.HEADER, *rows), **more)

    def tree(self):
        return {i: e["parentExternalId"] for i, e in self.entities("NAVIGATION_CATEGORY").items()}

    def first(self):
        self.assert_counts(self.load("N1;Tools;;C1", "N2;Drills;N1;C1", "N3;Saws;N1;C1"),
                           read=3, created=3)
        self.assertEqual(self.tree(), {"N1": "Root_default", "N2": "N1", "N3": "N1"})

    def test_replaces_the_whole_tree(self):
        self.first()
        x = self.load("N4;New;N2;C1", "N1;Tools;;C1", "N2;Drills 2;N1;C1")
        self.assert_counts(x, read=3, created=1, updated=1, unchanged=1)
        self.assertEqual(self.tree(), {"N1": "Root_default", "N2": "N1", "N4": "N2"})
        self.assertFalse(self.has("NAVIGATION_CATEGORY", "N3"))

    def test_old_tree_stays_when_nothing_came_through(self):
        self.first()
        before = self.entities("NAVIGATION_CATEGORY")
        self.assert_counts(self.load("N9;Bad;;C-none", "N8;;;C1"), read=2, rejected=2)
        self.assertEqual(self.load()["status"], FAILED)
        self.assertEqual(self.load("N9;Orphan;N-none;C1")["status"], FAILED)
        self.assertEqual(self.upload(self.job, b"Wrong;Header\n1;2\n")["status"], FAILED)
        self.assertEqual(self.entities("NAVIGATION_CATEGORY"), before)

    def test_old_tree_stays_when_the_file_breaks_off(self):
        self.first()
        before = self.entities("NAVIGATION_CATEGORY")
        rows = [f"X{n};Name;;C1" for n in range(3000)]
        x = self.load(*rows[:1500], 'X;"open', *rows[1500:])
        if x["status"] != PARTIAL:  # the whole rest was in the quote
            self.assertEqual(x["status"], FAILED)
            self.assertEqual(self.entities("NAVIGATION_CATEGORY"), before)

    def test_orphans_and_circles_are_rejected_with_what_hangs_below(self):
        x = self.load("N1;Tools;;C1", "N2;Orphan;N-none;C1", "N3;Below;N2;C1",
                      "N4;Round;N5;C1", "N5;And round;N4;C1")
        self.assert_counts(x, read=5, created=1, rejected=4)
        self.assertEqual(self.tree(), {"N1": "Root_default"})
        self.assertEqual(sorted(e["line"] for e in self.errors(x)), [3, 4, 5, 6])

    def test_dry_run_leaves_the_tree(self):
        self.first()
        x = self.load("N4;New;;C1", dry_run=True)
        self.assert_counts(x, read=1, created=1)
        self.assertEqual(set(self.tree()), {"N1", "N2", "N3"})

    def test_a_store_of_its_own(self):
        self.fresh_gateway(multiStore=True)
        world.make(self.gateway, {"CLASSIFICATION_CATEGORY": ["C1"], "STORE": ["paris", "rome"]})
        for store in ("paris", "rome"):
            self.job = self.make_job("NAVIGATION_CATEGORY", storeExternalId=store)
            self.assert_counts(self.load(f"{store}-1;A;;C1", f"{store}-2;B;{store}-1;C1"),
                               read=2, created=2)
        self.assert_counts(self.load("rome-3;C;;C1"), read=1, created=1)
        self.assertEqual(set(self.tree()), {"paris-1", "paris-2", "rome-3"})

    def test_over_sftp_it_needs_a_store(self):
        client = self.gateway.ok("POST", "/v1/mapper/client", {
            "name": "sftp", "active": True, "clientConfiguration": {
                "type": "SFTP_CLIENT", "connectionInformation": {
                    "hostname": "127.0.0.1", "username": "hub", "password": "x"}}})["id"]
        body = self.job_body("NAVIGATION_CATEGORY", clientId=client, source={"path": "a.csv"})
        answer = self.gateway.request("POST", "/v1/mapper/job", body)
        self.assertEqual(answer.status, 400)
        self.assertEqual([e["field"] for e in answer.body["errors"]], ["storeExternalId"])

    def test_a_large_tree_in_one_go(self):
        """While the new tree comes in, readers see the old one, whole."""
        rows = [f"T{n};Old;{'' if n < 10 else f'T{n // 10}'};C1" for n in range(4000)]
        self.assert_counts(self.load(*rows), read=4000, created=4000)
        new = [row.replace("Old", "New") for row in rows] + ["T-last;New;T1;C1"]
        x = self.start_upload(self.job, table(self.HEADER, *new))["id"]
        seen = set()
        while True:
            done = self.execution(x)["status"] in (SUCCESS, PARTIAL, FAILED)
            page = self.gateway.ok("GET", "/v1/entities/NAVIGATION_CATEGORY?size=500")
            seen.add((page["totalElements"], frozenset(e["name"] for e in page["content"])))
            if done:
                break
        self.assert_counts(self.execution(x), read=4001, created=1, updated=4000)
        self.assertLessEqual(seen, {(4000, frozenset({"Old"})), (4001, frozenset({"New"}))})


class Rules(ImportCase):
    """What is more than the cases of tests/data say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        world.make(cls.gateway, {
            "STORE": ["paris"], "SUPPLIER": ["R-S"], "ACCOUNT": ["R-A", "R-A2"],
            "PRODUCT": ["R-P1", "R-P2"], "VARIANT": {"R-V1": "R-P1"}})

    def load(self, kind, header, *rows, **more):
        return self.upload(self.make_job(kind, **more), table(header, *rows))

    def test_suppliers_are_deactivated_never_deleted(self):
        header = "Supplier External Id;Supplier Name;Deleted"
        self.load("SUPPLIER", header, "R-1;One;", "R-2;Two;")
        x = self.load("SUPPLIER", header, "R-1;;TRUE")
        self.assert_counts(x, read=1, updated=1)
        e = self.entity("SUPPLIER", "R-1")
        self.assertEqual((e["name"], e["status"], e["inactive"]), ("One", "INACTIVE", True))
        # References to it go on working.
        x = self.load("OFFER", "Stock Id;Stock Variant Id;Supplier Id;Stock Number",
                      "R-ST1;R-V1;R-1;5")
        self.assert_counts(x, read=1, created=1)

    def test_passwords_are_never_readable(self):
        header = ("Customer User External Id;Customer User Civility;Customer User First Name;"
                  "Customer User Last Name;Customer User Email;Customer User Phone;"
                  "Customer User Groups;Customer User Account Ids;Customer User Password")
        row = "R-U1;MR;A;B;r-u1@x.fr;1;FOC_User;R-A;"
        job = self.make_job("CUSTOMER_USER")
        self.assert_counts(self.upload(job, table(header, row + "Clear-Text-Pa55")),
                           read=1, created=1)
        x = self.upload(job, table(header, row.replace("R-U1", "R-U2") + "Clear-Text-Pa66",
                                   row.replace("R-U1;MR", "R-U3;XX") + "Clear-Text-Pa77"))
        self.assert_counts(x, read=2, rejected=2)  # its address is another's; no civility
        self.assertEqual(self.entity("CUSTOMER_USER", "R-U1")["password"], "***")
        texts = [self.gateway.log(), json.dumps(self.errors(x)), json.dumps(x)]
        texts += [p.read_bytes().decode("latin-1")
                  for p in self.gateway.data_dir.rglob("*.mdb")]
        self.assertNotIn("Clear-Text-Pa55", "".join(texts))
        self.assertNotIn("Clear-Text-Pa66", texts[1] + texts[2])

    def test_an_account_keeps_a_billing_address(self):
        header = ("Account External Id;Account Name;Company Registration Name;"
                  "Business Registration Number;Address External Id;Address Full Name;"
                  "Address Street Name;Address Zip Code;Address City;Address Country;"
                  "Billing Address;Unlink Address")
        x = self.load("ACCOUNT", header,
                      "R-B;Acme;Acme;1;R-AD1;J;1 R;1;Paris;FR;;",
                      "R-B;;;;R-AD2;J;2 R;1;Paris;FR;FALSE;",
                      "R-B;;;;R-AD1;;;;;;;TRUE",
                      "R-B;;;;R-AD1;J;1 R;1;Paris;FR;FALSE;",
                      "R-C;Beta;Beta;2;R-AD1;J;1 R;1;Paris;FR;;",
                      "R-B;;;;R-AD9;;;;;;;TRUE")
        self.assert_counts(x, read=6, created=2, updated=1, rejected=3)
        self.assertEqual(self.codes(x), {4: ["F-E-001"], 5: ["F-E-001"], 7: ["F-E-033"]})
        e = self.entity("ACCOUNT", "R-B")
        self.assertEqual([(a["addressExternalId"], a["shippingAddress"], a["billingAddress"])
                          for a in e["address"]], [("R-AD1", True, True), ("R-AD2", True, False)])

    def test_product_tags_true_then_false_in_one_file(self):
        header = "Product External Id;Deleted;PRODUCT_TAG_1;PRODUCT_TAG_2"
        self.load("PRODUCT_TAG", header, "R-P1;;old;older")
        x = self.load("PRODUCT_TAG", header, "R-P1;TRUE;;", "R-P1;FALSE;new;", "R-none;;x;")
        self.assert_counts(x, read=3, updated=2, rejected=1)
        self.assertEqual(self.entity("PRODUCT_TAG", "R-P1")["tags"], ["new"])
        self.assertEqual(self.codes(x), {4: ["F-E-002"]})

    def test_assortment_without_a_name_loses_it(self):
        header = "Assortment External Id;name;Product External Id;Variant External Id;unlink"
        self.load("ASSORTMENT", header, "R-AS;Summer;R-P1||R-P2;R-V1;")
        self.load("ASSORTMENT", "Assortment External Id;Product External Id;unlink",
                  "R-AS;R-P2;TRUE")
        e = self.content("ASSORTMENT", "R-AS")
        self.assertEqual((e["assortmentName"], e["productExternalId"], e["variantExternalId"]),
                         ("", ["R-P1"], ["R-V1"]))

    def test_json_of_the_api_wrapper(self):
        """{"elements":[...],"paging":{...}}, as the pages show it."""
        job = self.make_job("ASSORTMENT")
        x = self.upload(job, {"elements": [
            {"assortmentExternalId": "R-J1", "assortmentName": "J",
             "productExternalId": ["R-P1"], "unlink": False},
            {"assortmentExternalId": "R-J2", "productExternalId": ["R-none"]}],
            "paging": {"pageNumber": 0, "pageSize": 0, "totalPages": 0, "totalRecords": 0}})
        self.assert_counts(x, read=2, created=1, rejected=1)
        job = self.make_job("SUPPLIER", source={"itemsPath": "$.data.list"})
        x = self.upload(job, {"data": {"n": 1, "list": [{"externalId": "R-J", "name": "n"}]}})
        self.assert_counts(x, read=1, created=1)

    def test_every_reference_must_exist(self):
        cases = {
            "OFFER": ("Stock Id;Stock Variant Id;Supplier Id;Stock Number", "x;no;none;5", 2),
            "RELATED_PRODUCT": ("Product External Id;Related Product External Id;Relation Type",
                                "R-P1;none;UP_SELL", 1),
            "PRODUCT": ("Product External Id;Product Names;Classification Category Id",
                        "x;x;none", 1),
            "ASSORTMENT": ("Assortment External Id;Product External Id", "x;R-P1||none", 1),
            "CLASSIFICATION_CATEGORY": ("Classification External Id;Classification Name;Attr Code",
                                        "x;x;none", 1),
            "SUPPLIER": ("Supplier External Id;Supplier Name;Account External Id;"
                         "Store External Id", "x;x;none;none", 2)}
        for kind, (header, row, faults) in cases.items():
            x = self.load(kind, header, row)
            self.assert_counts(x, read=1, rejected=1)
            self.assertEqual(self.codes(x), {2: ["F-E-002"] * faults}, kind)
            self.assertIn("none", self.errors(x)[0]["errors"][-1]["message"])

    def test_a_job_s_store(self):
        self.fresh_gateway(multiStore=True)
        world.make(self.gateway, {"STORE": ["paris"]})
        header = "Supplier External Id;Supplier Name"
        x = self.load("SUPPLIER", header, "R-1;One")
        self.assert_counts(x, read=1, rejected=1)
        x = self.load("SUPPLIER", header, "R-1;One", storeExternalId="paris")
        self.assert_counts(x, read=1, created=1)
        self.assertEqual(self.entity("SUPPLIER", "R-1")["storesExternalId"], ["paris"])

    def test_the_recommended_order(self):
        jobs = {kind: self.make_job(kind) for kind in ("OFFER", "ATTRIBUTE", "SUPPLIER", "STORE")}
        answer = self.gateway.ok("GET", "/v1/mapper/job/order")
        listed = [j["id"] for j in answer["content"]] if isinstance(answer, dict) else [
            j["id"] for j in answer]
        places = [listed.index(jobs[k]) for k in ("ATTRIBUTE", "SUPPLIER", "STORE", "OFFER")]
        self.assertEqual(places, sorted(places))


if __name__ == "__main__":
    unittest.main()
