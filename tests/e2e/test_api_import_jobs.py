"""Contract 2.5: import jobs, as far as no partner's server is needed."""

import unittest

from api_case import ApiCase, unique

V1, V2 = "/v1/mapper/job", "/v2/mapper/job"
NOBODY = "01890000-0000-7000-8000-000000000000"


class ImportJobCase(ApiCase):
    def body(self, **more):
        """A job that takes files by hand."""
        return {"name": unique("import"), "active": True, "entity": "SUPPLIER",
                "csv": {"delimiter": ";"}, **more}

    def make(self, **more):
        return self.call("POST", V1, self.body(**more), 201).body["id"]

    def show(self, job):
        return self.call("GET", f"{V1}/{job}").body


class Jobs(ImportJobCase):
    def test_life(self):
        client = self.make_connection()
        body = self.body(
            clientId=client, cronExpression="0 0 2 * * ?", executionPolicy="RUN_IMMEDIATELY",
            catchUp="NONE", source={"path": "in/suppliers.csv"},
            csv={"delimiter": ";", "encoding": "UTF-8"},
            mapping={"name": "Supplier Name", "externalId": "Supplier External Id"},
            transcoding=[{"field": "status", "values": {"A": "ACTIVE"}, "onMiss": "REJECT"}])
        answer = self.call("POST", V1, body, 201)
        made = answer.body
        self.assertEqual(answer.headers["Location"], f"{V1}/{made['id']}")
        for key, value in body.items():
            if key not in ("source", "csv"):
                self.assertEqual(made[key], value, key)
        self.assertEqual(made["source"]["path"], "in/suppliers.csv")
        self.assertEqual(made["csv"], {"delimiter": ";", "encoding": "UTF-8"})
        self.assertEqual(self.show(made["id"]), made)
        self.assertEqual(self.call("GET", f"{V2}/{made['id']}").body, made)
        # What was read can be put.
        again = self.call("PUT", f"{V1}/{made['id']}", made).body
        self.assertEqual({**again, "updatedAt": 0}, {**made, "updatedAt": 0})
        changed = self.call("PUT", f"{V1}/{made['id']}",
                            self.body(name=body["name"], entity="STORE", active=False)).body
        self.assertEqual((changed["entity"], changed["active"], changed["createdAt"]),
                         ("STORE", False, made["createdAt"]))
        self.assertIsNone(changed.get("cronExpression"))
        self.call("DELETE", f"{V1}/{made['id']}", status=204)
        for method in ("GET", "DELETE"):
            self.call(method, f"{V1}/{made['id']}", status=404, code="NOT_FOUND")
        self.call("PUT", f"{V1}/{made['id']}", body, 404)
        self.call("GET", f"{V1}/nonsense", status=404)

    def test_defaults(self):
        made = self.call("POST", V1, {"name": unique("n"), "entity": "STORE",
                                      "csv": {"delimiter": ","}}, 201).body
        self.assertEqual(
            (made["executionPolicy"], made["simultaneousExecution"], made["catchUp"]),
            ("RUN_IMMEDIATELY", False, "NONE"))
        self.assertEqual(made["csv"]["encoding"], "UTF-8")

    def test_jobs_outlive_a_restart(self):
        first = self.make(cronExpression="@hourly")
        second = self.make(after=[first])
        before = self.show(first), self.show(second)
        self.gateway.restart()
        self.assertEqual((self.show(first), self.show(second)), before)

    def faults_of(self, **more):
        return self.fields(self.call("POST", V1, self.body(**more), 400))

    def test_faults(self):
        client = self.make_connection()
        self.assertEqual(self.faults_of(typo=1), {"typo": "UNKNOWN_FIELD"})
        self.assertIn("entity", self.faults_of(entity="CAR"))
        self.assertIn("cronExpression", self.faults_of(cronExpression="0 0 0 31 2 ?"))
        self.assertIn("cronExpression", self.faults_of(cronExpression="0 0 0 1 1 ? 2020"))
        self.assertIn("executionPolicy", self.faults_of(executionPolicy="NEVER"))
        self.assertIn("catchUp", self.faults_of(catchUp="ALL"))
        self.assertIn("csv.delimiter", self.faults_of(csv={"delimiter": "|"}))
        self.assertIn("csv.encoding", self.faults_of(csv={"delimiter": ",", "encoding": "KOI8"}))
        self.assertIn("retry.maxRetries", self.faults_of(retry={"maxRetries": 101}))
        self.assertIn("csv.delimiter", self.faults_of(
            clientId=client, source={"path": "in/a.csv"}, csv={}))
        self.assertIn("source.path", self.faults_of(clientId=client,
                                                    source={"path": "in/../../etc/passwd"}))
        self.assertTrue(self.faults_of(clientId=client, source={
            "path": "in/a.csv", "inboundDirectory": "in", "outboundDirectory": "out"}))
        self.assertTrue(self.faults_of(clientId=client, source={"inboundDirectory": "in"}))
        self.assertTrue(self.faults_of(clientId=client))
        self.assertTrue(self.faults_of(clientId=client, entity="NAVIGATION_CATEGORY",
                                       source={"path": "in/a.csv"}))
        self.assertTrue(self.faults_of(mapping={"nope": "x"}))
        self.call("POST", V1, self.body(
            clientId=client, entity="NAVIGATION_CATEGORY", storeExternalId="default_store",
            source={"path": "in/a.csv"}), 201)
        self.call("POST", V1, self.body(retry={"maxRetries": 0}), 201)
        self.call("POST", V1, self.body(retry={"maxRetries": 100}), 201)

    def test_references_come_with_the_other_faults(self):
        job = self.make()
        body = self.body(clientId=NOBODY, after=[NOBODY, job], entity="CAR", typo=1,
                         source={"path": "in/a.csv"})
        for method, path in (("POST", V1), ("PUT", f"{V1}/{job}"), ("POST", f"{V1}/preview")):
            with self.subTest(method=method, path=path):
                answer = self.call(method, path, body, 400, "VALIDATION_FAILED")
                said = {e["field"]: e["message"] for e in answer.body["errors"]}
                self.assertEqual(set(said), {"clientId", "after", "entity", "typo"})
                self.assertEqual(said["after"], "At least one after does not exist in Djust "
                                 f"system : {NOBODY} with type DJUST_ID")
                self.assertIn(NOBODY, said["clientId"])

    def test_duplicate_name(self):
        body = self.body()
        first = self.call("POST", V1, body, 201).body["id"]
        answer = self.call("POST", V1, body, 409, "DUPLICATE_NAME")
        self.assertIn(body["name"], answer.body["message"])
        other = self.make()
        self.call("PUT", f"{V1}/{other}", body, 409, "DUPLICATE_NAME")
        self.call("PATCH", f"{V2}/{other}", {"jobName": body["name"]}, 409, "DUPLICATE_NAME")
        self.call("PUT", f"{V1}/{first}", body)
        # Export jobs have names of their own.
        self.make_job(name=body["name"])

    def test_rename(self):
        job = self.make()
        before, name = self.show(job), unique("renamed")
        renamed = self.call("PATCH", f"{V2}/{job}", {"jobName": name}).body
        self.assertEqual({**renamed, "updatedAt": 0}, {**before, "name": name, "updatedAt": 0})
        self.assertEqual(self.show(job), renamed)
        self.call("PATCH", f"{V2}/{job}", {"jobName": name})
        for body in ({}, {"jobName": ""}, {"jobName": "  "}, {"jobName": 5}, {"jobName": "a\nb"},
                     {"jobName": "x" * 201}, {"jobName": "\uffff"}):
            answer = self.call("PATCH", f"{V2}/{job}", body, 400)
            self.assertEqual(list(self.fields(answer)), ["jobName"])
        answer = self.call("PATCH", f"{V2}/{job}", {"jobName": "x", "name": "y"}, 400)
        self.assertEqual(self.fields(answer), {"name": "UNKNOWN_FIELD"})
        self.call("PATCH", f"{V2}/{NOBODY}", {"jobName": "x"}, 404)
        self.assertEqual(self.show(job)["name"], name)

    def test_copies(self):
        name = unique("original")
        job = self.make(name=name, cronExpression="@daily")
        for copy in (f"{name} (copy)", f"{name} (copy 2)", f"{name} (copy 3)"):
            answer = self.call("POST", f"{V1}/{job}/duplicate", status=201)
            made = answer.body
            self.assertEqual((made["name"], made["active"]), (copy, False))
            self.assertNotEqual(made["id"], job)
            self.assertEqual(answer.headers["Location"], f"{V1}/{made['id']}")
            self.assertEqual(made["cronExpression"], "@daily")
        self.call("POST", f"{V1}/{NOBODY}/duplicate", status=404)

    def test_a_copy_of_a_long_name_outlives_a_restart(self):
        job = self.make(name=unique("n") + "é" * 95)
        copy = self.call("POST", f"{V1}/{job}/duplicate", status=201).body
        self.assertLessEqual(len(copy["name"].encode()), 200)
        self.gateway.restart()
        self.assertEqual(self.show(copy["id"]), copy)

    def test_after(self):
        a = self.make()
        b = self.make(after=[a])
        c = self.make(after=[b])
        self.assertEqual(self.show(c)["after"], [b])
        for ids in ([c], [a], [b]):
            body = {**self.show(a), "after": ids}
            answer = self.call("PUT", f"{V1}/{a}", body, 400)
            self.assertEqual(self.fields(answer), {"after": "NOT_ALLOWED"})
        self.assertIn("itself", self.call("PUT", f"{V1}/{a}", {**self.show(a), "after": [a]},
                                          400).body["message"])
        self.call("PUT", f"{V1}/{c}", {**self.show(c), "after": [a, b]})
        # One that others wait for stays.
        answer = self.call("DELETE", f"{V1}/{b}", status=409, code="CONFLICT")
        self.assertIn(self.show(c)["name"], answer.body["message"])
        self.call("DELETE", f"{V1}/{c}", status=204)
        self.call("DELETE", f"{V1}/{b}", status=204)
        self.call("DELETE", f"{V1}/{a}", status=204)

    def test_a_connection_in_use_stays(self):
        client = self.make_connection()
        job = self.make(clientId=client, source={"path": "in/a.csv"})
        answer = self.call("DELETE", f"/v1/mapper/client/{client}", status=409)
        self.assertIn(self.show(job)["name"], answer.body["message"])
        self.call("DELETE", f"{V1}/{job}", status=204)
        self.call("DELETE", f"/v1/mapper/client/{client}", status=204)

    def test_list_filters(self):
        client = self.make_connection()
        a = self.make(name=unique("Filter-A"), clientId=client, source={"path": "in/a.csv"})
        b = self.make(entity="STORE", active=False)

        def ids(query):
            return {j["id"] for j in self.call("GET", f"{V1}?size=500&{query}").body["content"]}
        self.assertEqual(ids("name=filter-a"), {a})
        self.assertEqual(ids(f"clientId={client}"), {a})
        self.assertTrue(ids("entity=STORE") >= {b})
        self.assertNotIn(a, ids("entity=STORE"))
        self.assertIn(b, ids("active=false"))
        self.assertNotIn(a, ids("active=false"))
        for query in ("active=maybe", "entity=CAR", "clientId=x", "page=-1", "size=0", "size=501",
                      "sort=nope:asc", "sort=name:up", "colour=red"):
            self.call("GET", f"{V1}?{query}", status=400)

    def test_pages(self):
        for _ in range(3):
            self.make()
        every = self.call("GET", f"{V1}?size=500&sort=createdAt:desc").body
        self.assertEqual(every["totalElements"], every["numberOfElements"])
        page = self.call("GET", f"{V1}?size=1&page=1&sort=createdAt:desc").body
        self.assertEqual(page["content"], every["content"][1:2])
        names = [j["name"] for j in self.call("GET", f"{V1}?size=500").body["content"]]
        self.assertEqual(names, sorted(names))

    def test_order(self):
        order = ["ATTRIBUTE", "SUPPLIER", "ACCOUNT", "STORE", "CLASSIFICATION_CATEGORY",
                 "NAVIGATION_CATEGORY", "PRODUCT", "OFFER", "PRODUCT_TAG", "RELATED_PRODUCT",
                 "ASSORTMENT", "CATALOG_VIEW", "CUSTOMER_USER", "ORDER", "ORDER_STATUS",
                 "INCIDENT"]
        made = [self.make(entity=e, storeExternalId="default_store") for e in sorted(order)]
        listed = self.call("GET", f"{V1}/order?size=500").body
        self.assertEqual(listed["totalElements"], len(listed["content"]))
        self.assertEqual([j["entity"] for j in listed["content"] if j["id"] in made], order)
        offers = next(j for j in listed["content"] if j["id"] in made and j["entity"] == "OFFER")
        reasons = {r["entity"]: r["reason"] for r in offers["runsAfter"]}
        self.assertEqual(set(reasons), {"PRODUCT", "SUPPLIER", "ACCOUNT"})
        self.assertTrue(all(reasons.values()))

        page = self.call("GET", f"{V1}/order?size=2&page=1").body
        self.assertEqual(page["content"], listed["content"][2:4])
        self.call("GET", f"{V1}/order?sort=name:asc", status=400)

    def test_methods(self):
        job = self.make()
        for method, path, allow in (
                ("DELETE", V1, "GET, HEAD, POST"),
                ("POST", f"{V1}/{job}", "DELETE, GET, HEAD, PUT"),
                ("DELETE", f"{V2}/{job}", "GET, HEAD, PATCH"),
                ("GET", f"{V1}/{job}/run", "POST"), ("GET", f"{V1}/{job}/file", "POST"),
                ("GET", f"{V1}/{job}/duplicate", "POST")):
            answer = self.call(method, path, status=405, code="METHOD_NOT_ALLOWED")
            self.assertEqual(answer.headers["Allow"], allow)
        # Words of the path come before ids.
        self.assertEqual(self.call("DELETE", f"{V1}/preview", status=404).body["code"],
                         "NOT_FOUND")

    def test_roles(self):
        job, reader, user = self.make(), self.key("OPERATOR_READER"), self.key("OPERATOR_USER")
        for path in (V1, f"{V1}/{job}", f"{V2}/{job}", f"{V1}/order"):
            self.call("GET", path, key=reader)
        for method, path in (("POST", V1), ("PUT", f"{V1}/{job}"), ("PATCH", f"{V2}/{job}"),
                             ("POST", f"{V1}/{job}/run"), ("POST", f"{V1}/{job}/file"),
                             ("POST", f"{V1}/{job}/duplicate"), ("POST", f"{V1}/preview"),
                             ("DELETE", f"{V1}/{job}")):
            self.call(method, path, {}, 403, "FORBIDDEN", key=reader)
        self.call("PATCH", f"{V2}/{job}", {"jobName": unique("by-user")}, key=user)
        self.call("DELETE", f"{V1}/{job}", status=403, key=user)

    def test_keys_of_some_stores(self):
        key = self.key("OPERATOR_ADMIN", ["default_store"])
        supplier, tags = self.make(), self.make(entity="PRODUCT_TAG")
        self.call("GET", f"{V1}/{supplier}", key=key)
        for entity in ("SUPPLIER", "ORDER", "ORDER_STATUS", "INCIDENT"):
            self.call("POST", V1, self.body(entity=entity), 403, "FORBIDDEN", key=key)
        for method, path in (("PUT", f"{V1}/{supplier}"), ("DELETE", f"{V1}/{supplier}"),
                             ("POST", f"{V1}/{supplier}/duplicate"),
                             ("POST", f"{V1}/{supplier}/run"),
                             ("POST", f"{V1}/{supplier}/file?name=a.csv"),
                             ("POST", f"{V1}/preview")):
            self.call(method, path, self.body(), 403, "FORBIDDEN", key=key)
        # Nor by turning a job of one's own into one.
        self.call("PUT", f"{V1}/{tags}", self.body(entity="SUPPLIER"), 403, key=key)
        self.call("PUT", f"{V1}/{tags}", self.body(entity="ATTRIBUTE"), key=key)

    def test_running_without_a_source(self):
        job = self.make()
        answer = self.call("POST", f"{V1}/{job}/run", status=409, code="CONFLICT")
        self.assertIn(f"/v1/mapper/job/{job}/file", answer.body["message"])
        self.call("POST", f"{V1}/{NOBODY}/run", status=404)

    def test_preview_without_a_source(self):
        answer = self.call("POST", f"{V1}/preview", self.body(), 400)
        self.assertEqual(self.fields(answer), {"clientId": "REQUIRED"})
        for rows in ("0", "101", "x"):
            answer = self.call("POST", f"{V1}/preview?rows={rows}", self.body(), 400)
            self.assertEqual(self.fields(answer), {"rows": "INVALID_VALUE"})

    def test_preview_of_a_source_that_nobody_serves(self):
        client = self.make_connection(hostKeys=["SHA256:" + "A" * 43])
        body = self.body(clientId=client, source={"path": "in/a.csv"})
        body.pop("name")
        answer = self.call("POST", f"{V1}/preview", body, 502, "SOURCE_FAILED")
        self.assertIn("refused", answer.body["message"])


if __name__ == "__main__":
    unittest.main()
