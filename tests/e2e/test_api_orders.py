"""Contract 2.3: orders, incidents, bulk, entities."""

import json
import unittest

from api_case import ApiCase, unique


class Orders(ApiCase):
    config = {"limits": {"row": 20000}}

    def test_put_get_and_status(self):
        reference = unique("O")
        one = f"/v1/orders/{reference}"
        made = self.call("PUT", one, {"status": "ORDER_CREATED", "storeExternalId": "s"}, 201).body
        self.assertEqual(made["reference"], reference)
        self.assertEqual(self.call("GET", one).body, made)
        self.call("PUT", one, {"status": "ORDER_CREATED"})
        moved = self.call("PATCH", f"{one}/status", {"status": "ACCEPTED_BY_SUPPLIER"}).body
        self.assertEqual(moved["status"], "ACCEPTED_BY_SUPPLIER")
        self.call("PATCH", f"{one}/status", {"status": "ORDER_CREATED"}, 409, "CONFLICT")
        self.call("PUT", one, {"status": "ORDER_CREATED"}, 409, "CONFLICT")
        self.call("PATCH", f"{one}/status", {"status": "NOPE"}, 400, "F-E-008")
        for missing in ({}, {"status": None}):
            answer = self.call("PATCH", f"{one}/status", missing, 400, "VALIDATION_FAILED")
            self.assertEqual(self.fields(answer), {"status": "REQUIRED"})
        for wrong in ("", "  ", 5, True, ["SHIPPED"], {"a": 1}, "x" * 5000):
            with self.subTest(wrong=str(wrong)[:20]):
                answer = self.call("PATCH", f"{one}/status", {"status": wrong}, 400, "F-E-008")
                self.assertIn("must be one of CREATING", answer.body["message"])
        answer = self.call("PATCH", f"{one}/status", {"status": "NOPE", "x": 1}, 400)
        self.assertEqual(self.fields(answer), {"status": "F-E-008", "x": "UNKNOWN_FIELD"})
        self.call("PATCH", f"{one}/status", {"status": "SHIPPED", "x": 1}, 400, "UNKNOWN_FIELD")
        for status in ("SHIPPED", "NOPE"):
            answer = self.call("PATCH", "/v1/orders/absent/status", {"status": status}, 404)
            self.assertIn("order 'absent'", answer.body["message"])
        self.call("PUT", f"/v1/orders/{unique('O')}", {"status": "NOPE"}, 400, "F-E-008")
        self.call("PUT", f"/v1/orders/{unique('O')}", {"typo": 1}, 400, "UNKNOWN_FIELD")
        self.call("GET", "/v1/orders/absent", status=404)

    def test_list(self):
        prefix = unique("L")
        for n in range(5):
            status = "SHIPPED" if n % 2 else "ORDER_CREATED"
            self.call("PUT", f"/v1/orders/{prefix}-{n}", {"status": status}, 201)
        def listed(query):
            page = self.call("GET", f"/v1/orders?reference={prefix}&{query}").body
            return [o["reference"][-1] for o in page["content"]], page["totalElements"]
        self.assertEqual(listed("sort=reference:asc&size=2&page=1"), (["2", "3"], 5))
        self.assertEqual(listed("sort=reference:desc")[0], ["4", "3", "2", "1", "0"])
        self.assertEqual(listed("status=SHIPPED&sort=reference:asc"), (["1", "3"], 2))
        self.call("GET", "/v1/orders?status=NOPE", status=400)

    def test_incidents_sorted_by_their_id(self):
        prefix = unique("I")
        for n in (2, 0, 1):
            self.call("PUT", f"/v1/incidents/{prefix}-{n}", {}, 201)
        for name in ("orderIncidentId", "reference"):
            listed = self.call("GET", f"/v1/incidents?reference={prefix}&sort={name}:desc").body
            self.assertEqual([i["orderIncidentId"][-1] for i in listed["content"]],
                             ["2", "1", "0"])
        answer = self.call("GET", "/v1/incidents?sort=id:asc", status=400)
        self.assertIn("createdAt updatedAt reference orderIncidentId", answer.body["message"])
        answer = self.call("GET", "/v1/orders?sort=orderIncidentId:asc", status=400)
        self.assertIn("createdAt updatedAt reference", answer.body["message"])

    def test_incidents(self):
        one = f"/v1/incidents/{unique('I')}"
        made = self.call("PUT", one, {}, 201).body
        self.call("PATCH", f"{one}/status", {"status": "ON_GOING"})
        self.call("PATCH", f"{one}/status", {"status": "OPEN"}, 409)
        self.call("PATCH", f"{one}/status", {"status": "SHIPPED"}, 400, "F-E-008")
        self.assertEqual(self.call("GET", one).body["createdAt"], made["createdAt"])
        self.assertGreaterEqual(self.call("GET", "/v1/incidents").body["totalElements"], 1)

    def test_stores_of_a_key(self):
        key = self.key("OPERATOR_USER", ["north"])
        mine, theirs = unique("S"), unique("S")
        self.call("PUT", f"/v1/orders/{mine}", {"storeExternalId": "north"}, 201, key=key)
        self.call("PUT", f"/v1/orders/{theirs}", {"storeExternalId": "south"}, 403, key=key)
        self.call("PUT", f"/v1/orders/{theirs}", {"storeExternalId": "south"}, 201)
        self.call("GET", f"/v1/orders/{theirs}", status=404, key=key)
        self.call("PATCH", f"/v1/orders/{theirs}/status", {"status": "SHIPPED"}, 404, key=key)
        content = self.call("GET", "/v1/orders", key=key).body["content"]
        self.assertEqual([o["reference"] for o in content], [mine])

    # Bulk --------------------------------------------------------------------

    def bulk(self, text, status=200, **more):
        answer = self.gateway.request("POST", "/v1/orders/bulk", text, **more)
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/x-ndjson")
        return [json.loads(line) for line in (answer.body or b"").splitlines()]

    def test_bulk(self):
        a, b = unique("B"), unique("B")
        lines = self.bulk("\n".join([
            json.dumps({"reference": a}), "", "  ", "{nonsense", json.dumps({"reference": b, "x": 1}),
            json.dumps({"reference": a, "status": "SHIPPED"}) + "\r",
            json.dumps({"reference": a, "status": "ORDER_CREATED"}),
            json.dumps({"reference": "c" * 30000}), json.dumps({}), json.dumps({"reference": b})]))
        self.assertEqual([(r["line"], r["status"]) for r in lines],
                         [(1, 201), (4, 400), (5, 400), (6, 200), (7, 409), (8, 413), (9, 400),
                          (10, 201)])
        self.assertEqual(lines[0], {"line": 1, "reference": a, "status": 201})
        self.assertEqual(lines[1]["code"], "MALFORMED_JSON")
        self.assertEqual(lines[2]["errors"][0]["field"], "x")
        self.call("GET", f"/v1/orders/{b}")

    def test_bulk_of_nothing(self):
        answer = self.gateway.request("POST", "/v1/orders/bulk", "\n\n")
        self.assertEqual((answer.status, answer.body), (200, None))

    def test_bulk_of_many(self):
        prefix = unique("M")
        text = "\n".join(json.dumps({"reference": f"{prefix}-{n}", "paymentOption": "x" * 500})
                         for n in range(5000))
        lines = self.bulk(text, headers={"Content-Type": "application/x-ndjson"})
        self.assertEqual([r["line"] for r in lines], list(range(1, 5001)))
        self.assertEqual({r["status"] for r in lines}, {201})
        page = self.call("GET", f"/v1/orders?reference={prefix}&size=1").body
        self.assertEqual(page["totalElements"], 5000)

    def test_bulk_chunked(self):
        prefix = unique("C")
        def pieces():
            for n in range(300):
                text = json.dumps({"reference": f"{prefix}-{n}"}).encode() + b"\n"
                yield text[:7]
                yield text[7:]
        answer = self.gateway.request("POST", "/v1/orders/bulk", pieces())
        self.assertEqual(len(answer.body.splitlines()), 300)

    def test_bulk_media_types(self):
        for kind in ("application/json", "application/ndjson", "text/plain"):
            self.bulk("{}", headers={"Content-Type": kind})
        self.call("POST", "/v1/orders/bulk", "{}", 415, headers={"Content-Type": "text/csv"})


class SmallBulk(ApiCase):
    config = {"limits": {"bulkBody": 65536, "row": 65536}}

    def test_too_large(self):
        line = json.dumps({"reference": "x", "paymentOption": "y" * 1000}) + "\n"
        self.call("POST", "/v1/orders/bulk", line * 200, 413, "PAYLOAD_TOO_LARGE")
        answer = self.gateway.request("POST", "/v1/orders/bulk",
                                      (line.encode() for _ in range(200)))
        last = json.loads(answer.body.splitlines()[-1])
        self.assertEqual((answer.status, last["status"], last["code"]),
                         (200, 413, "PAYLOAD_TOO_LARGE"))


class Entities(ApiCase):
    def test_supplier(self):
        one = f"/v1/entities/SUPPLIER/{unique('S')}"
        made = self.call("PUT", one, {"name": "Acme"}, 201).body
        self.assertEqual((made["name"], made["executionId"]), ("Acme", None))
        same = self.call("PUT", one, {"name": "Acme"}).body
        self.assertEqual(same["updatedAt"], made["updatedAt"])
        changed = self.call("PUT", one, {"description": "d"}).body
        self.assertEqual((changed["name"], changed["description"]), ("Acme", "d"))
        self.assertEqual(self.call("GET", one).body, changed)
        loose = self.call("PUT", one, {"supplierRating": "4.5"}).body
        self.assertEqual(loose["supplierRating"], 4.5, "as in imports, numbers may be texts")
        self.call("PUT", f"/v1/entities/SUPPLIER/{unique('S')}", {}, 400, "F-E-001")
        answer = self.call("PUT", one, {"naem": "x"}, 400, "UNKNOWN_FIELD")
        self.assertIn("name", answer.body["message"])

    def test_kinds(self):
        self.call("GET", "/v1/entities/STORE")
        self.call("GET", "/v1/entities/CAR", status=404)
        self.call("GET", "/v1/entities/PRODUCT")
        for kind, home in (("ORDER", "/v1/orders"), ("ORDER_STATUS", "/v1/orders"), ("INCIDENT", "/v1/incidents")):
            self.assertEqual(self.call("GET", f"/v1/entities/{kind}?size=500").body["totalElements"],
                             self.call("GET", home).body["totalElements"])
        self.call("GET", "/v1/entities/SUPPLIER/absent", status=404)

    def test_documents_by_import_keys(self):
        supplier, account, order = unique("S"), unique("A"), unique("O")
        self.call("PUT", f"/v1/entities/SUPPLIER/{supplier}", {"name": "Acme"}, 201)
        self.call("PUT", f"/v1/entities/ACCOUNT/{account}", {
            "accountName": "Shop", "companyRegistrationName": "Shop", "businessRegistrationNumber": "1",
            "address": [{"addressExternalId": unique("AD"), "addressFullName": "Shop", "addressCountry": "FR",
                         "addressCity": "Paris", "addressZipCode": "75001", "addressStreetName": "Rue 1"}]}, 201)
        category, product, variant = unique("C"), unique("P"), unique("V")
        self.call("PUT", f"/v1/entities/CLASSIFICATION_CATEGORY/{category}", {"name": "Bolts"}, 201)
        self.call("PUT", f"/v1/entities/PRODUCT/{product}", {
            "productNames": "Bolt", "productClassificationCategoryId": category,
            "variants": [{"variantExternalId": variant, "variantNames": "M6"}]}, 201)
        one = f"/v1/entities/ORDER/{order}"
        line = {"orderLineExternalId": "1", "variantExternalId": variant, "orderLineQuantity": 2, "netUnitPrice": 1.5}
        body = {"accountExternalId": account, "supplierExternalId": supplier, "orderLines": [line]}
        self.call("PUT", one, dict(body, supplierExternalId="nobody"), 400, "F-E-002")
        self.call("PUT", one, dict(body, colour="red"), 400, "UNKNOWN_FIELD")
        self.call("PUT", one, dict(body, orderExternalId="another"), 400, "F-E-012")
        self.call("GET", one, status=404)
        made = self.call("PUT", one, body, 201).body
        self.assertEqual((made["status"], len(made["lines"]["line"])), ("ORDER_DRAFT_ON_HOLD", 1))
        self.assertEqual(self.call("PUT", one, body).body, made, "unchanged")
        self.assertEqual(self.call("GET", f"/v1/orders/{made['reference']}").body, made)
        status = f"/v1/entities/ORDER_STATUS/{order}"
        moved = self.call("PUT", status, {"orderStatus": "ACCEPTED_BY_SUPPLIER"}).body
        self.assertEqual(moved["status"], "ACCEPTED_BY_SUPPLIER")
        self.call("PUT", status, {"orderStatus": "ORDER_CREATED"}, 400, "F-E-008")
        self.call("PUT", status, {"orderStatus": "LOST"}, 400, "F-E-008")
        self.call("PUT", f"/v1/entities/ORDER_STATUS/{unique('O')}", {"orderStatus": "SHIPPED"}, 400, "F-E-002")


if __name__ == "__main__":
    unittest.main()
