"""Contract section 3, rules 6 and 7: the names and the bytes of the files."""

import csv
import datetime
import io
import json
import re
import unittest
import xml.etree.ElementTree

from export_case import ACCEPTED, GOLDEN, ExportCase, golden, order, quoted
from wait import wait_until

NAMESPACE = "{http://djust.com/export/type}"

# JSON text without the white space between its tokens; numbers stay as they are.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+')


def packed_json(text):
    return "".join(TOKEN.findall(text))


def packed_xml(text):
    return re.sub(r">\s+<", "><", text).strip()


class Rule6FileNames(ExportCase):
    def sent(self, document, **job):
        """The one name that appears for an order."""
        job = self.make_job(**job)
        self.put_order(document)
        self.settle(job, count=1)
        [name] = self.files()
        path = self.only(job)["attempts"][-1]["remotePath"]
        self.assertEqual(path, f"{self.folder}/{name}")
        return name

    def test_rule_3_6_short(self):
        self.assertEqual(self.sent(order("172-189-1896838-1")), "172-189-1896838-1.xml")

    def test_rule_3_6_short_is_the_default_and_the_format_names_the_extension(self):
        for kind in ("JSON", "CSV"):
            job = self.make_job(format=kind)
            self.put(f"N-{kind}")
            self.settle(job, count=1)
        self.assertEqual(self.files(), ["N-CSV.csv", "N-CSV.json", "N-JSON.json"])

    def test_rule_3_6_standard_without_store(self):
        before = datetime.datetime.utcnow().replace(microsecond=0)
        name = self.sent(order("172-189-1896838-2", storeExternalId="fr",
                               supplierSnapshot={"externalId": "123"}),
                         fileNameFormat="STANDARD", format="JSON")
        after = datetime.datetime.utcnow()
        match = re.fullmatch(r"DJUST_172-189-1896838-2_123_(\d{8}T\d{6})_orders\.json", name)
        self.assertTrue(match, name)
        when = datetime.datetime.strptime(match[1], "%Y%m%dT%H%M%S")
        self.assertTrue(before <= when <= after, (before, when, after))

    def test_rule_3_6_long_is_an_alias_of_standard(self):
        job = self.make_job(fileNameFormat="LONG")
        shown = self.gateway.ok("GET", f"/v2/mapper/jobout/{job}")
        self.assertEqual(shown["fileNameFormat"], "STANDARD")
        self.put("N-LONG")
        self.settle(job, count=1)
        self.assertRegex(self.files()[0], r"^DJUST_N-LONG_SUP-1_\d{8}T\d{6}_orders\.xml$")

    def test_rule_3_6_timestamp_is_when_it_was_triggered(self):
        self.folder.rmdir()  # so the first attempts fail
        job = self.make_job(fileNameFormat="STANDARD")
        self.put("N-TIME")
        created = self.only(job)["createdAt"]
        self.wait_attempts(job, 2)
        self.folder.mkdir()
        self.settle(job, count=1)
        stamp = re.sub(r"[-:]|\..*", "", created)
        self.assertEqual(self.files(), [f"DJUST_N-TIME_SUP-1_{stamp}_orders.xml"])

    def wait_attempts(self, job, count):
        wait_until(lambda: len(self.only(job)["attempts"]) >= count, what=f"{count} attempts")

    def test_rule_3_6_nasty_references(self):
        """No id can leave the folder, hide, or clash with another."""
        names = {
            "../x": "%2E.%2Fx", "..": "%2E.", ".": "%2E", ".hidden": "%2Ehidden",
            "a/b": "a%2Fb", "a%2Fb": "a%252Fb", "%2e": "%252e", "ä ö": "%C3%A4%20%C3%B6",
            "a\\b": "a%5Cb", "a:b*?\"<>|": "a%3Ab%2A%3F%22%3C%3E%7C", "/etc/passwd":
            "%2Fetc%2Fpasswd", "~root": "%7Eroot", "a.b..c": "a.b..c", "-rf": "-rf",
            "日本": "%E6%97%A5%E6%9C%AC", "A_b.C-1": "A_b.C-1", "a&b;c'd": "a%26b%3Bc%27d"}
        job = self.make_job()
        for reference in names:
            self.put(reference)
        self.settle(job, count=len(names))
        self.assertEqual(self.files(), sorted(name + ".xml" for name in names.values()))
        for reference in names:
            shown = self.gateway.ok("GET", f"/v1/orders/{quoted(reference)}")
            self.assertEqual(shown["reference"], reference)
        self.assertEqual(sorted(x["reference"] for x in self.exports(job)), sorted(names))

    def test_rule_3_6_every_part_of_a_standard_name_is_encoded(self):
        name = self.sent(order("../..", supplierSnapshot={"externalId": "../../s p"}),
                         fileNameFormat="STANDARD")
        self.assertRegex(name, r"^DJUST_%2E\.%2F\.\._%2E\.%2F\.\.%2Fs%20p_\d{8}T\d{6}_orders\.xml$")

    def test_rule_3_6_long_references_do_not_clash(self):
        """What a file system can't take is shortened, and still told apart."""
        references = ["ö" * 120 + "1", "ö" * 120 + "2", "x" * 255, "ä" * 127]
        job = self.make_job()
        for reference in references:
            self.put(reference)
        self.settle(job, count=len(references))
        names = self.files()
        self.assertEqual(len(names), len(references))
        for name in names:
            self.assertLessEqual(len(name.encode()), 255)
            self.assertTrue(name.endswith(".xml"), name)
        content = [(self.folder / name).read_text(encoding="utf-8") for name in names]
        for reference in references:
            self.assertEqual(sum(f"<reference>{reference}</reference>" in c for c in content), 1)

    def test_rule_3_6_preview_shows_the_same_name(self):
        self.put("N-PREVIEW")
        body = self.job_body()
        shown = self.gateway.ok("POST", "/v1/mapper/jobout/preview?reference=N-PREVIEW", body)
        self.assertIn("N-PREVIEW.xml", json.dumps(shown))


class Rule6MultiStore(ExportCase):
    config = {"multiStore": True}

    def test_rule_3_6_standard_names_carry_the_store(self):
        for store in ("fr", "de/at"):
            self.gateway.ok("PUT", f"/v1/entities/STORE/{quoted(store)}",
                            {"name": store, "description": store})
        job = self.make_job(fileNameFormat="STANDARD")
        self.put("N-1", storeExternalId="fr")
        self.put("N-2", storeExternalId="de/at")
        short = self.make_job()
        self.put("N-3", storeExternalId="fr")
        self.settle(job, count=3)
        self.settle(short, count=1)
        kinds = [re.sub(r"\d{8}T\d{6}", "T", name) for name in self.files()]
        self.assertEqual(kinds, ["DJUST_N-1_SUP-1_fr_T_orders.xml",
                                 "DJUST_N-2_SUP-1_de%2Fat_T_orders.xml",
                                 "DJUST_N-3_SUP-1_fr_T_orders.xml", "N-3.xml"])


class Rule7Bytes(ExportCase):
    def sent(self, document, kind):
        """The bytes of the file; those of the history are the same."""
        job = self.make_job(format=kind, triggerStatuses=[document["status"]])
        self.put_order(document)
        export = self.settle(job, count=1)[0]
        data = self.arrived(f"{document['reference']}.{kind.lower()}")
        self.assertEqual(self.payload(export["id"]), data)
        return data

    def test_rule_3_7_xml_is_the_sample_of_seed_002(self):
        sent = self.sent(golden("order-xml.json"), "XML").decode()
        wanted = (GOLDEN / "order-xml.xml").read_text(encoding="utf-8")
        self.assertEqual(packed_xml(sent), packed_xml(wanted))

    def test_rule_3_7_json_is_the_sample_of_seed_002(self):
        sent = self.sent(golden("order-json.json"), "JSON").decode()
        wanted = (GOLDEN / "order-json.expected.json").read_text(encoding="utf-8")
        self.assertEqual(packed_json(sent), packed_json(wanted))

    def test_rule_3_7_the_samples_of_one_form_are_taken_by_the_other(self):
        """Times, booleans and nulls in each format's own form."""
        document = dict(golden("order-json.json"), reference="B-FORM-1")
        xml = self.sent(document, "XML").decode()
        self.assertIn("<createdAt>2024-05-28T15:01:29.000Z</createdAt>", xml)
        self.assertIn("<incidentDeclared>false</incidentDeclared>", xml)
        self.assertNotIn("initialPrice", xml)  # null: left out
        self.assertNotIn("<externalId></externalId>", xml)
        self.assertIn("<label></label>", xml)  # empty: kept
        document = dict(golden("order-xml.json"), reference="B-FORM-2")
        sent = json.loads(self.sent(document, "JSON"))
        self.assertEqual(sent["createdAt"], "2025-03-24T14:32:31.824+00:00")
        self.assertEqual(sent["incidentDeclared"], "false")
        self.assertIsNone(sent["initialPrice"])
        self.assertIsNone(sent["lines"]["line"][0]["status"])

    def test_rule_3_7_number_texts(self):
        prices = {"totalShippingFees": 0, "totalItemPrice": 117.45, "totalOrderPrice": 140,
                  "totalTaxAmount": 0.1, "totalPriceWithoutTax": 1234567.89,
                  "totalPriceWithTax": 5e-3}
        for kind in ("XML", "JSON"):
            document = order(f"B-NUM-{kind}", orderLogisticPrices=prices)
            text = self.sent(document, kind).decode()
            for number in ("0.0", "117.45", "140.0", "0.1", "1234567.89", "0.005"):
                self.assertRegex(text, rf"[>:]{re.escape(number)}[<,}}]")
            self.assertRegex(text, r"quantity\W{1,2}2\W")  # a count has no point

    def test_rule_3_7_lead_time_to_ship_is_included(self):
        for kind in ("XML", "JSON", "CSV"):
            data = self.sent(order(f"B-LEAD-{kind}", leadTimeToShip=417), kind).decode()
            self.assertIn("leadTimeToShip", data)
            self.assertIn("417", data)

    def test_rule_3_7_text_is_escaped_and_comes_back(self):
        text = "<&>\"' ]]> \u00e9 \u4e2d \U0001f600 a\nb\tc"
        reference = "B-ESC"
        xml = self.sent(order(reference, paymentOption=text), "XML")
        root = xml_root(xml)
        self.assertEqual(root.findtext(NAMESPACE + "paymentOption"), text)
        sent = json.loads(self.sent(order(reference + "2", paymentOption=text), "JSON"))
        self.assertEqual(sent["paymentOption"], text)
        rows = read_csv(self.sent(order(reference + "3", paymentOption=text), "CSV"))
        self.assertEqual(rows[0]["paymentOption"], text)

    def test_rule_3_7_xml_custom_fields_declare_their_namespaces(self):
        fields = {"customField": [
            {"externalId": "A", "type": "TEXT", "simpleValue": "one"},
            {"externalId": "B", "type": "LIST_TEXT", "listValue": {"value": ["x", "y"]}}]}
        xml = self.sent(order("B-CF", customFieldValues=fields), "XML").decode()
        declarations = ('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:string"')
        self.assertEqual(xml.count(declarations), 3)
        self.assertIn(f"<simpleValue {declarations}>one</simpleValue>", xml)
        xml_root(xml.encode())

    def test_csv_has_a_row_per_line_under_dotted_paths(self):
        rows = read_csv(self.sent(order("B-CSV", lines=3, storeExternalId="fr"), "CSV"))
        self.assertEqual(len(rows), 3)
        self.assertEqual([r["line.id"] for r in rows], ["1", "2", "3"])
        for row in rows:
            self.assertEqual(row["reference"], "B-CSV")
            self.assertEqual(row["supplierSnapshot.externalId"], "SUP-1")
            self.assertEqual(row["orderLogisticPrices.totalOrderPrice"], "140.94")
            self.assertEqual(row["line.quantity"], "2")
            self.assertEqual(row["line.orderLogisticLineProductVariantDto.externalId"], "V-1")

    def test_csv_of_an_order_without_lines_still_has_the_order(self):
        rows = read_csv(self.sent(order("B-CSV0", lines=0), "CSV"))
        self.assertEqual([r["reference"] for r in rows], ["B-CSV0"])

    def test_a_large_order_arrives_whole(self):
        data = self.sent(order("B-LARGE", filler=3_000_000), "XML")
        self.assertGreater(len(data), 3_000_000)
        self.assertEqual(len(list(xml_root(data).iter(NAMESPACE + "line"))), 752)


class Incidents(ExportCase):
    def sent(self, document, **job):
        document = dict(document, orderIncidentId=self.id().rpartition(".")[2])
        job = self.make_job(entity="INCIDENT", triggerStatuses=["OPEN"], **job)
        self.gateway.ok("PUT", f"/v1/incidents/{document['orderIncidentId']}", document)
        self.settle(job, count=1)
        [name] = self.files()
        return name, (self.folder / name).read_bytes(), document

    def test_rule_3_6_incident_names(self):
        name, _, document = self.sent(golden("incident.json"), format="JSON")
        self.assertEqual(name, document["orderIncidentId"] + ".json")

    def test_rule_3_6_incident_standard_names(self):
        name, _, document = self.sent(golden("incident.json"), format="XML",
                                      fileNameFormat="STANDARD")
        self.assertRegex(name, rf"^DJUST_{document['orderIncidentId']}_SUPP_321_"
                               r"\d{8}T\d{6}_incidents\.xml$")

    def test_incident_json_has_the_keys_of_seed_003(self):
        _, data, document = self.sent(golden("incident.json"), format="JSON")
        self.assertEqual(packed_json(data.decode()),
                         packed_json(json.dumps(document, ensure_ascii=False)))

    def test_incident_xml_has_the_same_keys(self):
        _, data, document = self.sent(golden("incident.json"), format="XML")
        root = xml_root(data)

        def local(element):
            return element.tag.rpartition("}")[2]
        self.assertEqual([local(e) for e in root][:9], list(document)[:9])
        texts = {local(e): e.text for e in root.iter()}
        self.assertEqual(texts["reasonDescription"], "Broken product on delivery")
        self.assertEqual(texts["createdAt"], "2024-06-04T10:30:00Z")
        self.assertEqual(texts["incidentLineQuantity"], "1")

    def test_incident_csv_has_a_row_per_line(self):
        document = golden("incident.json")
        document["orderLineIncident"] *= 2
        _, data, _ = self.sent(document, format="CSV")
        rows = read_csv(data)
        self.assertEqual(len(rows), 2)
        self.assertEqual(rows[0]["reasonCode"], "RC001")

    def test_rule_3_1_incidents_trigger_once_per_status(self):
        job = self.make_job(entity="INCIDENT", triggerStatuses=["OPEN", "CLOSED"],
                            format="JSON")
        orders = self.make_job(format="XML")
        document = dict(golden("incident.json"), orderIncidentId="INC-T")
        self.gateway.ok("PUT", "/v1/incidents/INC-T", document)
        self.gateway.ok("PUT", "/v1/incidents/INC-T", dict(document, reasonCode="RC2"))
        for status in ("ON_GOING", "CLOSED", "CLOSED"):
            self.gateway.ok("PATCH", "/v1/incidents/INC-T/status", {"status": status})
        self.settle(job, count=2)
        self.assertEqual(self.exports(orders), [])
        back = self.gateway.request("PATCH", "/v1/incidents/INC-T/status", {"status": "OPEN"})
        self.assertEqual(back.status, 409)

    def test_rule_3_1_supplier_scope_of_incidents(self):
        self.gateway.ok("PUT", "/v1/entities/SUPPLIER/SUPP_321", {"name": "x"})
        self.gateway.ok("PUT", "/v1/entities/SUPPLIER/SUPP_9", {"name": "x"})
        inside = self.make_job(entity="INCIDENT", triggerStatuses=["OPEN"], format="JSON",
                               supplierExternalIds=["SUPP_321"])
        outside = self.make_job(entity="INCIDENT", triggerStatuses=["OPEN"], format="JSON",
                                supplierExternalIds=["SUPP_9"])
        self.gateway.ok("PUT", "/v1/incidents/INC-S",
                        dict(golden("incident.json"), orderIncidentId="INC-S"))
        self.settle(inside, count=1)
        self.assertEqual(self.exports(outside), [])

    def test_rule_3_1_an_order_with_the_same_id_is_something_else(self):
        orders = self.make_job()
        incidents = self.make_job(entity="INCIDENT", triggerStatuses=["OPEN"], format="JSON")
        self.put("SAME-1", ACCEPTED)
        self.gateway.ok("PUT", "/v1/incidents/SAME-1",
                        dict(golden("incident.json"), orderIncidentId="SAME-1"))
        self.settle(orders, count=1)
        self.settle(incidents, count=1)
        self.assertEqual(self.files(), ["SAME-1.json", "SAME-1.xml"])


def xml_root(data):
    return xml.etree.ElementTree.fromstring(data)


def read_csv(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


if __name__ == "__main__":
    unittest.main()
