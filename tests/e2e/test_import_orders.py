"""ORDER, ORDER_STATUS and INCIDENT: imports of documents. What they write
triggers exports exactly as the API does (contract 4.10 and 4.11)."""

import json
import time
import unittest
import xml.etree.ElementTree as ElementTree

import world
from export_case import ACCEPTED, CREATED, ON_HOLD, WAITING, ExportCase, order
from import_case import FAILED, JOBS, PARTIAL, SUCCESS, ImportCase

HEADER = ("Order External Id;Order Line External Id;Account External Id;Supplier External Id;"
          "Net Unit Price;Order Line Quantity;Offer Price External Id;Variant External Id;"
          "Order Status")
STATUS_HEADER = "Order Reference;Order External Id;Order Status"
NAMESPACE = ' xmlns="http://djust.com/export/type"'


def table(header, *rows):
    return "\n".join([header, *rows, ""]).encode()


def statuses(*triples, namespace=""):
    """ORDER_STATUS as XML, of (reference, external id, status)."""
    out = f'<?xml version="1.0" encoding="UTF-8"?>\n<OrderStatuses{namespace}>\n'
    for triple in triples:
        names = ("orderReference", "orderExternalId", "status")
        texts = "".join(f"    <{n}>{v}</{n}>\n" for n, v in zip(names, triple) if v)
        out += f"  <OrderStatus>\n{texts}  </OrderStatus>\n"
    return (out + "</OrderStatuses>\n").encode()


class DocumentCase(ImportCase, ExportCase):
    """Both vocabularies: make_job() makes import jobs, export_job() the others."""

    @classmethod
    def setUpClass(cls):
        ExportCase.setUpClass.__func__(cls)
        world.make(cls.gateway, {
            "SUPPLIER": ["S1", "SUP-1"], "ACCOUNT": ["A1"],
            "CUSTOMER_USER": {"U1": {"accountExternalIds": ["A1"]}},
            "VARIANT": {"V1": "P1", "V2": "P2"},
            "OFFER": {"ST1": {"variantExternalId": "V1", "supplierExternalId": "S1", "prices": [
                {"offerPriceExternalId": "OP1", "currency": "EUR", "unitPrice": 9.9}]}}})

    def setUp(self):
        ExportCase.setUp(self)
        self.r = self.id().rpartition(".")[2][5:].replace("_", "-") + "-"

    def job_body(self, entity="SUPPLIER", **more):
        return ImportCase.job_body(self, entity, **more)

    def export_job(self, **more):
        job = self.gateway.ok("POST", "/v1/mapper/jobout",
                              ExportCase.job_body(self, **more))["id"]
        self.addCleanup(self.gateway.request, "DELETE", f"/v1/mapper/jobout/{job}")
        return job

    def order(self, reference):
        return self.gateway.ok("GET", f"/v1/orders/{reference}")

    def order_of(self, external_id):
        """The order that an import made."""
        found = [o for o in self.gateway.ok("GET", "/v1/orders?size=500")["content"]
                 if o.get("externalId") == external_id]
        self.assertEqual(len(found), 1, external_id)
        return found[0]

    def load(self, kind, data, name="rows.csv", **more):
        return self.upload(self.make_job(kind, **more), data, name)

    def triggers(self, job):
        return [x["triggerStatus"] for x in self.exports(job)]


class Orders(DocumentCase):
    def test_external_order_with_its_lines(self):
        x = self.load("ORDER", table(
            HEADER,
            f"{self.r}1;L1;A1;S1;9.9;2;;V1;CREATED",
            f"{self.r}1;L2;A1;S1;;3;OP1;;CREATED",
            f"{self.r}2;L1;A1;S1;1.5;1;;V2;"))
        self.assertEqual((x["status"], x["rowsRead"], x["rejected"]), (SUCCESS, 3, 0), x)
        self.assertEqual(x["created"] + x["updated"], 3)
        o = self.order_of(self.r + "1")
        self.assertEqual((o["status"], o["supplierSnapshot"]["externalId"],
                          o["customerUserSnapshot"]["accountExternalId"]), (CREATED, "S1", "A1"))
        lines = o["lines"]["line"]
        self.assertEqual([n["quantity"] for n in lines], [2, 3])
        self.assertEqual(lines[0]["orderLogisticLineProductVariantDto"]["externalId"], "V1")
        self.assertEqual(self.order_of(self.r + "2")["status"], ON_HOLD)

    def test_thousands_of_lines_come_and_go(self):
        """Each line that goes costs no more than in a short order."""
        header = HEADER + ";Mark Order Line For Deletion"

        def rows(first, deleted):
            return table(header, *(f"{self.r}1;L{n};A1;S1;9.9;2;;V1;;{deleted}"
                                   for n in range(first, 10_000)))
        self.load("ORDER", rows(0, "false"))
        begun = time.monotonic()
        x = self.load("ORDER", rows(1, "true"))
        self.assertEqual((x["updated"], x["rejected"]), (9_999, 0), x)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertEqual([n["id"] for n in self.order_of(self.r + "1")["lines"]["line"]], ["L0"])

    def test_lines_that_share_an_id(self):
        """The last one has it; when that goes, the one before it does."""
        lines = [{"id": "L1", "quantity": n} for n in (1, 2, 3)]
        self.gateway.ok("PUT", f"/v1/orders/{self.r}1", {
            "status": CREATED, "lines": {"line": lines}})
        header = "Order Reference;Order Line Id;Order Line Quantity;Mark Order Line For Deletion"
        x = self.load("ORDER", table(header, f"{self.r}1;L1;;true", f"{self.r}1;L1;7;"))
        self.assertEqual((x["updated"], x["rejected"]), (2, 0), self.errors(x))
        self.assertEqual([n["quantity"] for n in
                          self.order(self.r + "1")["lines"]["line"]], [1, 7])

    def test_shipping_address_of_the_account_is_the_default(self):
        self.load("ORDER", table(HEADER, f"{self.r}1;L1;A1;S1;9.9;2;;V1;"))
        address = self.order_of(self.r + "1")["shippingAddressSnapshot"]
        self.assertEqual((address["fullName"], address["city"]), ("Jane", "Paris"))

    def customer(self, account, id):
        self.load("ORDER", table(HEADER, f"{self.r}{id};L1;{account};S1;9.9;2;;V1;"))
        return self.order_of(self.r + id)["customerUserSnapshot"].get("email")

    def test_first_user_of_the_account_is_the_default(self):
        a, b = self.r + "A", self.r + "B"
        world.make(self.gateway, {"ACCOUNT": [a, b]})
        self.assertIsNone(self.customer(a, "1"))
        users = [self.r + "u3", self.r + "u1", self.r + "u2"]
        mails = [f"{u}@x.fr" for u in users]
        world.make(self.gateway, {"CUSTOMER_USER": {
            u: {"accountExternalIds": [a, b]} for u in users}})
        self.assertEqual(self.customer(a, "2"), mails[0])
        first = f"/v1/entities/CUSTOMER_USER/{users[0]}"
        self.gateway.ok("PUT", first, {"accountExternalIds": [b], "firstName": "Bo"})
        self.assertIsNone(self.customer(a, "3"))
        self.assertEqual(self.customer(b, "4"), mails[0])
        self.gateway.ok("PUT", f"/v1/entities/CUSTOMER_USER/{users[1]}",
                        {"accountExternalIds": [a]})
        self.assertEqual(self.customer(a, "5"), mails[1])
        self.gateway.ok("PUT", first, {"deleted": True})
        self.assertIsNone(self.customer(b, "6"))
        self.gateway.ok("PUT", first, {"deleted": False})
        self.assertEqual(self.customer(b, "7"), mails[0])

    def test_shown_among_the_entities(self):
        """Contract 2.3: ENTITY is one of the sixteen."""
        self.load("ORDER", table(HEADER, f"{self.r}1;L1;A1;S1;9.9;2;;V1;"))
        self.gateway.ok("PUT", f"/v1/orders/{self.r}2", order(self.r + "2", externalId=self.r + "x"))
        for kind in ("ORDER", "ORDER_STATUS"):
            for id in ("1", "2", "x"):
                self.assertEqual(self.gateway.ok("GET", f"/v1/entities/{kind}/{self.r}{id}"),
                                 self.order(self.r + id.replace("x", "2")))
            page = self.gateway.ok("GET", f"/v1/entities/{kind}?size=1&externalId={self.r}")
            self.assertEqual(([o["reference"] for o in page["content"]], page["totalElements"]),
                             ([self.r + "1"], 2))
        self.assertEqual(self.gateway.ok("GET", "/v1/entities/INCIDENT")["size"], 20)
        for method, path, status in (("GET", "/v1/entities/ORDER/absent", 404),
                                     ("GET", "/v1/entities/CAR", 404),
                                     ("PUT", f"/v1/entities/ORDER/{self.r}9", 400)):
            answer = self.gateway.request(method, path, {} if method == "PUT" else None)
            self.assertEqual(answer.status, status, answer.body)

    def test_references_and_required_fields(self):
        x = self.load("ORDER", table(
            HEADER, f"{self.r}1;L1;A9;S9;9.9;2;;V9;", f"{self.r}2;L1;A1;S1;;2;;;",
            f"{self.r}3;L1;A1;S1;1;;;V1;", f"{self.r}4;;A1;S1;1;1;;V1;",
            f"{self.r}5;L1;A1;S1;1;1;;V1;GONE"))
        self.assert_counts(x, read=5, rejected=5)
        self.assertEqual(self.codes(x), {
            2: ["F-E-002"] * 3, 3: ["F-E-001"] * 2, 4: ["F-E-001"], 5: ["F-E-001"],
            6: ["F-E-008"]})

    def test_lines_are_updated_added_and_deleted(self):
        header = HEADER + ";Mark Order Line For Deletion"
        row = f"{self.r}1;{{}};A1;S1;{{}};{{}};;V1;;{{}}"
        self.load("ORDER", table(header, row.format("L1", 1, 1, ""), row.format("L2", 2, 2, "")))
        x = self.load("ORDER", table(header, row.format("L1", 1, 7, ""),
                                     row.format("L3", 3, 3, ""), row.format("L2", 2, 2, "TRUE")))
        self.assertEqual((x["rejected"], x["status"]), (0, SUCCESS), x)
        lines = self.order_of(self.r + "1")["lines"]["line"]
        self.assertEqual([n["quantity"] for n in lines], [7, 3])

    def test_same_file_again_changes_nothing(self):
        data = table(HEADER, f"{self.r}1;L1;A1;S1;9.9;2;;V1;CREATED",
                     f"{self.r}1;L2;A1;S1;9.9;2;;V1;CREATED")
        self.load("ORDER", data)
        before = self.order_of(self.r + "1")
        self.assert_counts(self.load("ORDER", data), read=2, unchanged=2)
        self.assertEqual(self.order_of(self.r + "1"), before)

    def test_status_never_goes_back(self):
        self.put(self.r + "1", ACCEPTED)
        x = self.load("ORDER", json.dumps([{"orderReference": self.r + "1",
                                            "orderStatus": CREATED}]), "a.json")
        self.assert_counts(x, read=1, rejected=1)
        self.assertEqual(self.order(self.r + "1")["status"], ACCEPTED)

    def test_update_by_json(self):
        """The older API page: order lines and status only."""
        self.put(self.r + "1", WAITING, lines=2)
        x = self.load("ORDER", json.dumps({"elements": [{
            "orderReference": self.r + "1", "orderStatus": ACCEPTED,
            "orderLines": [{"orderLineId": "2", "quantity": 9}]}]}), "a.json")
        self.assert_counts(x, read=1, updated=1)
        o = self.order(self.r + "1")
        self.assertEqual((o["status"], [n["quantity"] for n in o["lines"]["line"]]),
                         (ACCEPTED, [2, 9]))
        # What the import doesn't name stays.
        self.assertEqual(o["orderLogisticPrices"]["totalOrderPrice"], 140.94)

    def test_create_by_json(self):
        x = self.load("ORDER", json.dumps([{
            "orderExternalId": self.r + "1", "orderStatus": CREATED, "accountExternalId": "A1",
            "customerExternalId": "U1", "supplierExternalId": "S1",
            "shippingAddressFullName": "Jim", "shippingAddressCountry": "FR",
            "shippingAddressStreetName": "2 Road", "shippingAddressCity": "Lyon",
            "shippingAddressZipCode": "69000",
            "orderLines": [{"orderLineExternalId": "L1", "variantExternalId": "V1",
                            "orderLineQuantity": 2, "netUnitPrice": 9.9},
                           {"orderLineExternalId": "L2", "offerPriceExternalId": "OP1",
                            "orderLineQuantity": 1}]}]), "a.json")
        self.assert_counts(x, read=1, created=1)
        o = self.order_of(self.r + "1")
        self.assertEqual((o["shippingAddressSnapshot"]["city"], len(o["lines"]["line"]),
                          o["customerUserSnapshot"]["firstName"]), ("Lyon", 2, "A"))

    def test_triggers_the_export_once_with_all_lines(self):
        job = self.export_job(triggerStatuses=[CREATED])
        data = table(HEADER, f"{self.r}1;L1;A1;S1;9.9;2;;V1;CREATED",
                     f"{self.r}1;L2;A1;S1;;3;OP1;;CREATED")
        self.load("ORDER", data)
        [export] = self.settle(job, count=1)
        self.assertEqual(self.triggers(job), [CREATED])
        root = ElementTree.fromstring(self.arrived(export["fileName"]))
        quantities = [q.text for q in root.iter("{http://djust.com/export/type}quantity")]
        self.assertEqual(quantities, ["2", "3"])
        self.load("ORDER", data)
        self.load("ORDER", data.replace(b"9.9", b"8.8"))
        self.settle(job, count=1)

    def test_each_status_triggers_its_own_export(self):
        job = self.export_job(triggerStatuses=[CREATED, ACCEPTED])
        for status in ("", "CREATED", ACCEPTED, ACCEPTED):
            self.load("ORDER", table(HEADER, f"{self.r}1;L1;A1;S1;9.9;2;;V1;{status}"))
        self.settle(job, count=2)
        self.assertEqual(self.triggers(job), [CREATED, ACCEPTED])

    def test_dry_run_triggers_nothing(self):
        job = self.export_job(triggerStatuses=[CREATED])
        x = self.upload(self.make_job("ORDER"), table(
            HEADER, f"{self.r}1;L1;A1;S1;9.9;2;;V1;CREATED",
            f"{self.r}1;L2;A1;S1;9.9;2;;V1;CREATED"), dry_run=True)
        self.assertEqual((x["status"], x["rejected"]), (SUCCESS, 0), x)
        self.assertEqual(self.exports(job), [])
        self.assertNotIn(self.r + "1", [o.get("externalId") for o in self.gateway.ok(
            "GET", "/v1/orders?size=500")["content"]])

    def test_scope_of_suppliers(self):
        job = self.export_job(triggerStatuses=[CREATED], supplierExternalIds=["SUP-1"])
        self.load("ORDER", table(HEADER, f"{self.r}1;L1;A1;S1;9.9;2;;V1;CREATED",
                                 f"{self.r}2;L1;A1;SUP-1;9.9;2;;V1;CREATED"))
        [export] = self.settle(job, count=1)
        self.assertEqual(export["supplierExternalId"], "SUP-1")

    def test_custom_fields(self):
        header = HEADER + ";CF_colour;CF_note"
        row = f"{self.r}1;L1;A1;S1;9.9;2;;V1;;{{}};{{}}"
        self.load("ORDER", table(header, row.format("red", "x")))
        x = self.load("ORDER", table(header, row.format("blue", "")))
        self.assert_counts(x, read=1, updated=1)
        fields = self.order_of(self.r + "1")["customFieldValues"]["customField"]
        self.assertEqual({f["externalId"]: f.get("simpleValue") for f in fields},
                         {"colour": "blue"})


class OrderStatuses(DocumentCase):
    def check(self, data, name):
        job = self.export_job(triggerStatuses=[ACCEPTED])
        for n in range(3):
            self.put(f"{self.r}{n}", WAITING, externalId=f"E-{self.r}{n}")
        x = self.load("ORDER_STATUS", data, name, csv={"delimiter": ";"})
        self.assert_counts(x, read=4, updated=3, rejected=1)
        self.assertEqual([[c for c in e["errors"]][0]["code"] for e in self.errors(x)],
                         ["F-E-002"])
        self.settle(job, count=3)
        self.assertEqual({self.order(f"{self.r}{n}")["status"] for n in range(3)}, {ACCEPTED})
        self.assertEqual(self.visible(), [f"{self.r}{n}.xml" for n in range(3)])
        # The same again: nothing changes, nothing goes out.
        x = self.load("ORDER_STATUS", data, name)
        self.assert_counts(x, read=4, unchanged=3, rejected=1)
        self.settle(job, count=3)

    def triples(self):
        return [(self.r + "0", "", ACCEPTED), ("", f"E-{self.r}1", ACCEPTED),
                (self.r + "2", f"E-{self.r}2", ACCEPTED), (self.r + "none", "", ACCEPTED)]

    def test_xml(self):
        self.check(statuses(*self.triples()), "statuses.xml")

    def test_xml_with_namespace(self):
        self.check(statuses(*self.triples(), namespace=NAMESPACE), "statuses.xml")

    def test_rejected_elements_are_mended_and_come_in_again(self):
        self.put_order(order(self.r + "1", status=CREATED))
        job = self.make_job("ORDER_STATUS")
        x = self.upload(job, statuses((self.r + "1", "", "GONE")), "s.xml")
        self.assert_counts(x, read=1, rejected=1)
        _, data = self.rejects(x)
        again = self.upload(job, data, "rejects.csv")
        self.assert_counts(again, read=1, rejected=1)
        self.assertEqual(self.codes(again), {2: ["F-E-008"]})
        _, data = self.rejects(again)
        self.assert_counts(self.upload(job, data.replace(b"GONE", ACCEPTED.encode()),
                                       "rejects.csv"), read=1, updated=1)
        self.assertEqual(self.order(self.r + "1")["status"], ACCEPTED)
        broken = self.upload(job, data.replace(b"{", b"["), "rejects.csv")
        self.assert_counts(broken, read=1, rejected=1)
        self.assertEqual([e["column"] for e in self.errors(broken)], ["element"])

    def test_xml_by_its_content(self):
        self.check(statuses(*self.triples()), "statuses")

    def test_job_for_xml_needs_no_delimiter(self):
        job = self.make_job("ORDER_STATUS", csv=None)
        x = self.upload(job, statuses((self.r + "absent", "", CREATED)), "s.xml")
        self.assert_counts(x, read=1, rejected=1)
        answer = self.gateway.request("POST", f"{JOBS}/{job}/file?name=s.csv", STATUS_HEADER,
                                      headers={"Content-Type": "text/csv"})
        self.assertEqual((answer.status, answer.body["code"]), (409, "CONFLICT"), answer.body)

    def test_csv(self):
        self.check(table(STATUS_HEADER, *(";".join(t) for t in self.triples())), "rows.csv")

    def test_regression_and_alias(self):
        self.put(self.r + "1", ACCEPTED)
        self.put(self.r + "2", ON_HOLD)
        x = self.load("ORDER_STATUS", statuses(
            (self.r + "1", "", CREATED), (self.r + "1", "", "GONE"), (self.r + "2", "", "CREATED"),
            (self.r + "2", "", "")), "a.xml")
        self.assert_counts(x, read=4, updated=1, rejected=3)
        self.assertEqual(self.order(self.r + "1")["status"], ACCEPTED)
        self.assertEqual(self.order(self.r + "2")["status"], CREATED)
        lines = [e["line"] for e in self.errors(x)]
        self.assertEqual(lines, [3, 7, 15])

    def test_order_of_moves_in_one_file(self):
        job = self.export_job(triggerStatuses=[CREATED, WAITING, ACCEPTED])
        self.put(self.r + "1", ON_HOLD)
        x = self.load("ORDER_STATUS", statuses(*((self.r + "1", "", s) for s in
                                                 (CREATED, WAITING, ACCEPTED))), "a.xml")
        self.assert_counts(x, read=3, updated=3)
        self.settle(job, count=3)
        self.assertEqual(self.triggers(job), [CREATED, WAITING, ACCEPTED])

    def test_xml_that_is_dangerous_or_broken(self):
        good = statuses((self.r + "1", "", ACCEPTED)).decode()
        self.put(self.r + "1", WAITING)
        bomb = good.replace("<OrderStatuses>", '<!DOCTYPE x [<!ENTITY a "aaaa">]><OrderStatuses>')
        entity = good.replace("<OrderStatuses>", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/'
                              'passwd">]><OrderStatuses>').replace(self.r + "1", "&a;")
        for text in (bomb, entity, good[:-30], good.replace("OrderStatuses", "Orders"), "<a",
                     good + "<b/>"):
            x = self.load("ORDER_STATUS", text, "a.xml")
            self.assertIn(x["status"], (FAILED, PARTIAL), text)
            self.assertTrue(x["message"])
            self.assertNotIn("root:", json.dumps(x) + json.dumps(self.errors(x)))
        self.assertEqual(self.load("ORDER_STATUS", good, "a.xml")["rejected"], 0)

    def test_transcoded(self):
        self.put(self.r + "1", WAITING)
        x = self.load("ORDER_STATUS", statuses((self.r + "1", "", "ok"), (self.r + "1", "", "hm")),
                      "a.xml", transcoding=[{"field": "orderStatus", "values": {"ok": ACCEPTED},
                                             "onMiss": "REJECT"}])
        self.assert_counts(x, read=2, updated=1, rejected=1)
        self.assertEqual([[f["code"] for f in e["errors"]] for e in self.errors(x)], [["F-E-008"]])


class Incidents(DocumentCase):
    def put_incident(self, id, status="OPEN"):
        self.gateway.ok("PUT", f"/v1/incidents/{id}", {
            "orderIncidentExternalId": f"E-{id}", "incidentStatus": status,
            "orderReference": "x", "supplierExternalId": "S1",
            "orderLineIncident": [{"orderLineId": "L1", "incidentLineStatus": "OPEN"}]})

    def test_statuses_come_back(self):
        job = self.export_job(entity="INCIDENT", format="JSON", triggerStatuses=["CLOSED"])
        for n in range(3):
            self.put_incident(f"{self.r}{n}")
        x = self.load("INCIDENT", [
            {"orderIncidentId": self.r + "0", "incidentStatus": "CLOSED",
             "orderLineIncident": [{"orderLineId": "L1", "incidentLineStatus": "CLOSED"}]},
            {"orderIncidentExternalId": f"E-{self.r}1", "incidentStatus": "ON_GOING"},
            {"orderIncidentId": self.r + "none", "incidentStatus": "CLOSED"}])
        self.assert_counts(x, read=3, updated=2, rejected=1)
        x = self.load("INCIDENT", table("Order Incident Id;Incident Status",
                                        f"{self.r}2;CLOSED", f"{self.r}0;OPEN"))
        self.assert_counts(x, read=2, updated=1, rejected=1)
        self.settle(job, count=2)
        self.assertEqual(self.visible(), [f"{self.r}0.json", f"{self.r}2.json"])
        body = json.loads(self.arrived(self.r + "0.json"))
        self.assertEqual((body["incidentStatus"],
                          body["orderLineIncident"][0]["incidentLineStatus"]),
                         ("CLOSED", "CLOSED"))
        self.assertEqual(self.gateway.ok("GET", f"/v1/incidents/{self.r}1")["incidentStatus"],
                         "ON_GOING")


class Bulk(DocumentCase):
    def test_many_orders_each_exported_once(self):
        job = self.export_job(triggerStatuses=[ACCEPTED], format="JSON")
        self.bulk([order(f"{self.r}{n}", WAITING) for n in range(1000)])
        x = self.load("ORDER_STATUS", statuses(*((f"{self.r}{n}", "", ACCEPTED)
                                                 for n in range(1000))), "a.xml")
        self.assert_counts(x, read=1000, updated=1000)
        exports = self.settle(job, count=1000, timeout=60)
        self.assertEqual(len({e["reference"] for e in exports}), 1000)
        self.assertEqual(len(self.visible()), 1000)


if __name__ == "__main__":
    unittest.main()
