"""Contract 2.1: connections."""

import unittest

from api_case import ApiCase, connection_body, unique

PATH = "/v1/mapper/client"


class Connections(ApiCase):
    def test_life(self):
        body = connection_body()
        answer = self.call("POST", PATH, body, 201)
        made = answer.body
        self.assertEqual(answer.headers["Location"], f"{PATH}/{made['id']}")
        self.assertEqual(made["createdAt"], made["updatedAt"])
        one = f"{PATH}/{made['id']}"
        self.assertEqual(self.call("GET", one).body, made)
        body["name"] = unique("renamed")
        changed = self.call("PUT", one, body).body
        self.assertEqual((changed["name"], changed["id"], changed["createdAt"]),
                         (body["name"], made["id"], made["createdAt"]))
        self.assertEqual(self.call("DELETE", one, status=204).body, None)
        self.call("GET", one, status=404, code="NOT_FOUND")
        self.call("DELETE", one, status=404)
        self.call("PUT", one, body, 404)

    def test_secrets_are_write_only(self):
        body = connection_body(privateKeyPassphrase="very-secret")
        one = f"{PATH}/{self.call('POST', PATH, body, 201).body['id']}"
        for answer in (self.call("GET", one), self.call("PUT", one, body), self.call("GET", PATH)):
            self.assertNotIn("secret-word", str(answer.body))
            self.assertNotIn("very-secret", str(answer.body))
        shown = self.call("GET", one).body["clientConfiguration"]["connectionInformation"]
        self.assertEqual((shown["password"], shown["privateKeyPassphrase"]), ("***", "***"))
        body["clientConfiguration"]["connectionInformation"]["password"] = "***"
        self.call("PUT", one, body)
        shown = self.call("GET", one).body["clientConfiguration"]["connectionInformation"]
        self.assertEqual(shown["password"], "***")
        self.assertNotIn("secret-word", self.gateway.log())

    def test_faults_all_at_once(self):
        answer = self.call("POST", PATH, {"nmae": "x"}, 400)
        self.assertEqual(self.fields(answer)["nmae"], "UNKNOWN_FIELD")
        self.assertIn("name", self.fields(answer))
        body = connection_body(hostKeys=["nonsense"], port=70000)
        self.assertGreaterEqual(len(self.call("POST", PATH, body, 400).body["errors"]), 2)

    def test_duplicate_name(self):
        body = connection_body()
        self.call("POST", PATH, body, 201)
        self.call("POST", PATH, body, 409, "DUPLICATE_NAME")
        other = self.make_connection()
        self.call("PUT", f"{PATH}/{other}", body, 409, "DUPLICATE_NAME")

    def test_activate_and_disable(self):
        one = f"{PATH}/{self.make_connection()}"
        for action, active in (("disable", False), ("disable", False), ("activate", True)):
            self.assertEqual(self.call("POST", f"{one}/{action}", status=204).body, None)
            self.assertEqual(self.call("GET", one).body["active"], active)
        self.call("POST", f"{PATH}/nope/activate", status=404)

    def test_delete_while_a_job_uses_it(self):
        client = self.make_connection()
        name = unique("user")
        job = self.make_job(client, name=name)
        answer = self.call("DELETE", f"{PATH}/{client}", status=409, code="CONFLICT")
        self.assertIn(name, answer.body["message"])
        self.call("DELETE", f"/v1/mapper/jobout/{job}", status=204)
        self.call("DELETE", f"{PATH}/{client}", status=204)

    def test_list(self):
        prefix = unique("list")
        for n in (2, 0, 1):
            self.call("POST", PATH, connection_body(f"{prefix}-{n}"), 201)
        def names(query):
            page = self.call("GET", f"{PATH}?name={prefix}&{query}").body
            return [c["name"][-1] for c in page["content"]], page
        self.assertEqual(names("sort=name:desc")[0], ["2", "1", "0"])
        self.assertEqual(names("sort=createdAt:asc")[0], ["2", "0", "1"])
        shown, page = names("size=2&page=1")
        self.assertEqual(shown, ["2"])
        self.assertEqual((page["totalElements"], page["totalPages"], page["numberOfElements"],
                          page["first"], page["last"], page["empty"]), (3, 2, 1, False, True, False))
        self.assertEqual(names("active=false")[0], [])
        self.assertEqual(len(names("type=SFTP_CLIENT")[0]), 3)
        self.assertEqual(names("type=API_CLIENT")[0], [])
        answer = self.call("GET", f"{PATH}?type=CARRIER_PIGEON", status=400, code="F-E-008")
        self.assertEqual(self.fields(answer), {"type": "F-E-008"})
        self.assertIn("SFTP_CLIENT", answer.body["message"])

    def test_test_tells_where_it_fails(self):
        client = self.make_connection()
        answer = self.call("POST", f"{PATH}/{client}/test").body
        self.assertFalse(answer["ok"])
        self.assertEqual([s["step"] for s in answer["steps"]], ["resolve", "connect"])
        self.assertEqual([s["ok"] for s in answer["steps"]], [True, False])
        for step in answer["steps"]:
            self.assertEqual(set(step), {"step", "ok", "milliseconds", "message"})

    def test_folder_of_a_test(self):
        client = self.make_connection()
        for folder in ("", "..", "../x", "/a/../b", "/a/..", "a%2F..%2Fb", "a%0Ab", "x" * 2000):
            with self.subTest(folder=folder[:20]):
                answer = self.call("POST", f"{PATH}/{client}/test?folder={folder}", status=400)
                self.assertEqual(self.fields(answer), {"folder": "INVALID_VALUE"})
        for folder in ("/", "a..b/..c", "/out", "."):
            self.call("POST", f"{PATH}/{client}/test?folder={folder}")
        # Calls without a body ignore what comes as one.
        for call in ("test", "disable", "activate"):
            self.call("POST", f"{PATH}/{client}/{call}", "{no json", 200 if call == "test" else 204)

    def test_survives_a_restart(self):
        one = f"{PATH}/{self.make_connection()}"
        before = self.call("GET", one).body
        self.gateway.restart(crash=True)
        self.assertEqual(self.call("GET", one).body, before)


if __name__ == "__main__":
    unittest.main()
