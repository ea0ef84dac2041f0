"""Contract 2.2: export jobs."""

import unittest
import urllib.parse

from api_case import ApiCase, unique

V1, V2 = "/v1/mapper/jobout", "/v2/mapper/jobout"


class Jobs(ApiCase):
    def setUp(self):
        self.client = self.make_connection()

    def test_life(self):
        supplier = self.make_supplier()
        body = self.job_body(self.client, supplierExternalIds=[supplier])
        made = self.call("POST", V1, body, 201).body
        for key, value in body.items():
            self.assertEqual(made[key], value)
        self.assertEqual(made["suppliers"],
                         [{"externalId": supplier, "name": f"Name of {supplier}"}])
        self.assertEqual(made["retry"], {"maxRetries": 5, "intervalSeconds": 900})
        self.assertEqual(self.call("GET", f"{V2}/{made['id']}").body, made)
        old = self.call("GET", f"{V1}/{made['id']}")
        self.assertEqual(old.body, made)
        self.assertEqual(old.headers["Deprecation"], "true")
        self.assertEqual(old.headers["Link"],
                         f'</v2/mapper/jobout/{made["id"]}>; rel="successor-version"')
        body.update(format="JSON", supplierExternalIds=[])
        changed = self.call("PUT", f"{V1}/{made['id']}", body).body
        self.assertEqual((changed["format"], changed["suppliers"]), ("JSON", []))
        self.call("DELETE", f"{V1}/{made['id']}", status=204)
        self.call("GET", f"{V2}/{made['id']}", status=404)
        self.call("DELETE", f"{V1}/{made['id']}", status=404)

    def faults_of(self, **more):
        return self.fields(self.call("POST", V1, self.job_body(self.client, **more), 400))

    def test_faults(self):
        self.assertEqual(self.faults_of(supplierExternalIds=["no-such-one"]),
                         {"supplierExternalIds": "F-E-002"})
        self.assertEqual(self.faults_of(clientId="01890000-0000-7000-8000-000000000000"),
                         {"clientId": "F-E-002"})
        self.assertIn("suppliers", self.faults_of(suppliers=["1"]))
        self.assertIn("outputFolder", self.faults_of(outputFolder="/out/../etc"))
        self.assertEqual(self.faults_of(typo=1), {"typo": "UNKNOWN_FIELD"})
        self.assertTrue(self.faults_of(triggerStatuses=["NOPE"]))
        self.assertTrue(self.faults_of(allowMultiplePerStatus=True))
        answer = self.call("POST", V1, self.job_body(
            self.client, supplierExternalIds=["no-such-one"], format="PDF", typo=1), 400)
        self.assertGreaterEqual(len(answer.body["errors"]), 2)

    def test_unknown_references_come_with_the_other_faults(self):
        known, nobody = self.make_supplier(), "01890000-0000-7000-8000-000000000000"
        body = self.job_body(nobody, supplierExternalIds=["nope-1", known, "nope-2"],
                             format="PDF", typo=1)
        job = self.make_job(self.client)
        for method, path in (("POST", V1), ("PUT", f"{V1}/{job}"), ("POST", f"{V1}/preview")):
            with self.subTest(method=method, path=path):
                answer = self.call(method, path, body, 400, "VALIDATION_FAILED")
                self.assertEqual(self.fields(answer), {
                    "format": "INVALID_VALUE", "typo": "UNKNOWN_FIELD",
                    "clientId": "F-E-002", "supplierExternalIds": "F-E-002"})
                said = {e["field"]: e["message"] for e in answer.body["errors"]}
                self.assertEqual(
                    said["supplierExternalIds"],
                    "At least one supplierExternalIds does not exist in Djust system : "
                    "nope-1, nope-2 with type EXTERNAL_ID")
                self.assertEqual(said["clientId"],
                                 "At least one clientId does not exist in Djust system : "
                                 f"{nobody} with type DJUST_ID")
        answer = self.call("PATCH", f"/v2/jobouts/{job}/suppliers",
                           {"supplierExternalIds": ["nope-1"], "typo": 1}, 400)
        self.assertEqual(self.fields(answer),
                         {"supplierExternalIds": "F-E-002", "typo": "UNKNOWN_FIELD"})

    def test_messages_name_the_field(self):
        body = self.job_body("x", name=" ", active=1, format=2, triggerStatuses=[], gzip=True,
                             outputFolder="", retry={"maxRetries": 1000}, typo=1,
                             supplierExternalIds=[""])
        for method, path, body in (("POST", V1, body), ("POST", V1, {**body, "name": 5}),
                                   ("POST", "/v1/keys", {"name": " ", "stores": 1, "role": ""}),
                                   ("POST", "/v1/mapper/client", {
                                       "name": "", "active": 0, "clientConfiguration": {
                                           "type": "X", "connectionInformation": {
                                               "hostname": "", "port": 0, "hostKeys": ["x"]}}})):
            errors = self.call(method, path, body, 400).body["errors"]
            self.assertGreater(len(errors), 2)
            for e in errors:
                self.assertIn(e["field"], e["message"])
        answer = self.call("POST", V1, self.job_body(self.client, name=" "), 400)
        self.assertEqual(answer.body["message"], "name must not be blank")

    def test_many_unknown_suppliers_are_one_fault(self):
        ids = [f"unknown-supplier-{i:04}" for i in range(500)]
        answer = self.call("POST", V1, self.job_body(self.client, supplierExternalIds=ids),
                           400, "F-E-002")
        [fault] = answer.body["errors"]
        self.assertIn(", ".join(ids[:50]), fault["message"])
        self.assertTrue(fault["message"].endswith(", ... with type EXTERNAL_ID"))

    def test_duplicate_name(self):
        body = self.job_body(self.client)
        self.call("POST", V1, body, 201)
        self.call("POST", V1, body, 409, "DUPLICATE_NAME")
        other = self.make_job(self.client)
        self.call("PUT", f"{V1}/{other}", body, 409, "DUPLICATE_NAME")

    def test_copies(self):
        name = unique("original")
        job = self.make_job(self.client, name=name)
        for copy in (f"{name} (copy)", f"{name} (copy 2)", f"{name} (copy 3)"):
            made = self.call("POST", f"{V1}/{job}/duplicate", status=201).body
            self.assertEqual((made["name"], made["active"]), (copy, False))
            self.assertNotEqual(made["id"], job)

    def test_a_copy_of_a_long_name_outlives_a_restart(self):
        for name in (unique("n").ljust(200, "x"), unique("n") + "é" * 95):
            job = self.make_job(self.client, name=name)
            made = [self.call("POST", f"{V1}/{job}/duplicate", status=201).body
                    for _ in range(2)]
            for copy, suffix in zip(made, (" (copy)", " (copy 2)")):
                self.assertTrue(copy["name"].endswith(suffix), copy["name"])
                self.assertLessEqual(len(copy["name"].encode()), 200)
                self.assertTrue(name.startswith(copy["name"][:-len(suffix)]))
        self.gateway.restart()
        self.call("GET", f"{V2}/{made[0]['id']}")

    def test_suppliers_add_and_remove(self):
        a, b = self.make_supplier(), self.make_supplier()
        job = self.make_job(self.client, supplierExternalIds=[a])
        path = f"/v2/jobouts/{job}/suppliers"

        def scope():
            return sorted(self.call("GET", f"{V2}/{job}").body["supplierExternalIds"])
        answer = self.call("PATCH", path, {"supplierExternalIds": [b, a, b]}, 204)
        self.assertEqual((scope(), answer.headers["Warning"]), (sorted([a, b]), None))
        self.call("PATCH", path, {"supplierExternalIds": ["no-such-one"]}, 400, "F-E-002")
        for wrong in ({}, {"supplierExternalIds": []}, {"supplierExternalIds": "x"},
                      {"supplierExternalIds": [a], "x": 1}):
            self.call("PATCH", path, wrong, 400)
            self.call("DELETE", path, wrong, 400)
        answer = self.call("DELETE", path, {"supplierExternalIds": [a, "absent"]}, 204)
        self.assertEqual((scope(), answer.headers["Warning"]), ([b], None))
        answer = self.call("DELETE", path, {"supplierExternalIds": [b]}, 204)
        self.assertEqual(scope(), [])
        self.assertRegex(answer.headers["Warning"], r'^299 - ".+"$')
        self.call("PATCH", "/v2/jobouts/nope/suppliers", {"supplierExternalIds": [a]}, 404)

    def test_list_filters(self):
        a, b, c = (self.make_supplier() for _ in range(3))
        ja = self.make_job(self.client, supplierExternalIds=[a], name=unique("Filter-A"))
        jb = self.make_job(self.client, supplierExternalIds=[b], active=False)
        ji = self.make_job(self.client, entity="INCIDENT", triggerStatuses=["OPEN"])

        def ids(query):
            return {j["id"] for j in self.call("GET", f"{V1}?size=500&{query}").body["content"]}
        self.assertEqual(ids(f"supplierExternalIds={a}"), {ja})
        self.assertEqual(ids(f"supplierExternalIds={a},{b}"), {ja, jb})
        self.assertEqual(ids(f"supplierExternalIds={a}&supplierExternalIds={b}"), {ja, jb})
        self.assertEqual(ids(f"supplierExternalIds={c}"), set())
        self.assertEqual(ids("name=filter-a"), {ja})
        self.assertIn(ji, ids("entity=INCIDENT"))
        self.assertNotIn(ja, ids("entity=INCIDENT"))
        self.assertIn(jb, ids("active=false"))
        self.assertNotIn(ja, ids("active=false"))
        self.call("GET", f"{V1}?active=maybe", status=400)
        self.call("GET", f"{V1}?entity=CAR", status=400)

    def test_preview(self):
        body = self.job_body(self.client, format="JSON", fileNameFormat="SHORT")
        sample = self.call("POST", f"{V1}/preview", body).body
        self.assertEqual(set(sample), {"fileName", "path", "contentType", "payload"})
        self.assertTrue(sample["fileName"].endswith(".json"))
        self.assertEqual(sample["path"], "/out/" + sample["fileName"])
        reference = unique("P")
        self.call("PUT", f"/v1/orders/{reference}", {}, 201)
        shown = self.call("POST", f"{V1}/preview?reference={reference}", body).body
        self.assertEqual(shown["fileName"], reference + ".json")
        self.assertIn(reference, shown["payload"])
        self.call("POST", f"{V1}/preview?reference=absent", body, 404)
        for missing in ("name", "clientId"):
            body.pop(missing)
        self.call("POST", f"{V1}/preview", body)
        self.call("POST", f"{V1}/preview", {**body, "typo": 1}, 400)

    def test_deleting_cancels_what_was_not_delivered(self):
        job = self.make_job(self.client, retry={"maxRetries": 3, "intervalSeconds": 900})
        self.call("PUT", f"/v1/orders/{unique('D')}", {"status": "ACCEPTED_BY_SUPPLIER"}, 201)
        self.call("POST", f"/v1/mapper/client/{self.client}/disable", status=204)
        self.call("DELETE", f"{V1}/{job}", status=204)
        [export] = self.call("GET", f"/v1/mapper/exports?jobOutId={job}").body["content"]
        self.assertIn(export["status"], ("EXPORT_CANCELLED", "EXPORT_RUNNING"))

    def test_stores_limit_what_a_key_sees(self):
        north, south = unique("north"), unique("south")
        for store in (north, south):
            self.call("PUT", f"/v1/entities/STORE/{store}",
                      {"name": store, "description": "x"}, 201)
        a = self.make_supplier(storesExternalId=[north])
        b = self.make_supplier(storesExternalId=[south])
        job = self.make_job(self.client, supplierExternalIds=[a, b])
        key = self.key("OPERATOR_READER", [north])
        seen = self.call("GET", f"{V2}/{job}", key=key).body["suppliers"]
        self.assertEqual([s["externalId"] for s in seen], [a])
        self.call("GET", f"/v1/entities/SUPPLIER/{a}", key=key)
        self.call("GET", f"/v1/entities/SUPPLIER/{b}", key=key, status=404)
        listed = self.call("GET", "/v1/entities/SUPPLIER?size=500", key=key).body["content"]
        self.assertEqual([s["externalId"] for s in listed], [a])
        self.assertEqual(self.call("GET", f"{V2}/{job}", key=key).body["supplierExternalIds"], [a])
        self.assertEqual(self.call("GET", f"{V2}/{job}").body["supplierExternalIds"], sorted([a, b]))
        quoted = urllib.parse.quote(a)
        writer = self.key("OPERATOR_USER", [north])
        self.call("PUT", f"/v1/entities/SUPPLIER/{quoted}",
                  {"storesExternalId": [south]}, 403, key=writer)
        self.call("PUT", f"/v1/entities/SUPPLIER/{quoted}", {"description": "mine"}, key=writer)

    def test_suppliers_of_other_stores_stay_hidden(self):
        north, south = unique("north"), unique("south")
        for store in (north, south):
            self.call("PUT", f"/v1/entities/STORE/{store}",
                      {"name": store, "description": "x"}, 201)
        own, own2 = (self.make_supplier(storesExternalId=[north]) for _ in range(2))
        hidden = self.make_supplier(storesExternalId=[south])
        key = self.key("OPERATOR_ADMIN", [north])
        body = self.job_body(self.client, supplierExternalIds=[own, hidden])
        job = self.call("POST", V1, body, 201).body["id"]
        path = f"/v2/jobouts/{job}/suppliers"

        def scope(key=None):
            return set(self.call("GET", f"{V2}/{job}", key=key).body["supplierExternalIds"])

        def found(supplier):
            listed = self.call("GET", f"{V1}?supplierExternalIds={supplier}", key=key).body
            return [j["id"] for j in listed["content"]]
        # As one that doesn't exist:
        for method, at in (("POST", V1), ("PUT", f"{V1}/{job}"), ("POST", f"{V1}/preview")):
            self.call(method, at, {**body, "name": unique("x")}, 400, "F-E-002", key=key)
        answer = self.call("PATCH", path, {"supplierExternalIds": [own2, hidden]}, 400, "F-E-002",
                           key=key)
        self.assertNotIn(own2, answer.body["message"])
        self.assertEqual((found(own), found(hidden)), ([job], []))
        self.call("DELETE", path, {"supplierExternalIds": [hidden]}, 204, key=key)
        self.assertEqual(scope(), {own, hidden})
        # A PUT of what was read changes nothing, and no PUT what isn't seen.
        read = self.call("GET", f"{V2}/{job}", key=key).body
        read.pop("suppliers")
        self.assertEqual(self.call("PUT", f"{V1}/{job}", read, key=key).body["supplierExternalIds"],
                         [own])
        self.assertEqual(scope(), {own, hidden})
        for ids in ([own2], []):
            answer = self.call("PUT", f"{V1}/{job}", {**read, "supplierExternalIds": ids}, key=key)
            self.assertEqual(answer.body["supplierExternalIds"], ids)
            self.assertEqual(scope(), {hidden, *ids})
        self.call("PUT", f"{V1}/{job}", {**read, "supplierExternalIds": []})
        self.assertEqual(scope(), set())


if __name__ == "__main__":
    unittest.main()
