"""Contract section 2: keys, roles, errors, methods, bodies, health."""

import json
import socket
import unittest
import urllib.parse

from api_case import ApiCase
from gateway import NO_KEY


class Basics(ApiCase):
    config = {"limits": {"requestBody": 65536}}

    def test_no_key_or_a_wrong_one_is_401(self):
        for path in ("/v1/orders", "/metrics", "/openapi.json", "/no/such/path"):
            self.call("GET", path, status=401, code="UNAUTHORIZED", key=NO_KEY)
            self.call("GET", path, status=401, code="UNAUTHORIZED", key="slk_wrong")
        self.call("DELETE", "/v1/orders", status=401, key=NO_KEY)

    def test_dj_client(self):
        self.call("GET", "/v1/orders", headers={"dj-client": "OPERATOR"})
        for path in ("/v1/orders", "/no/such/path"):
            self.call("GET", path, status=403, code="FORBIDDEN",
                      headers={"dj-client": "SUPPLIER"})
        self.call("GET", "/v1/orders", status=401, key="wrong", headers={"dj-client": "SUPPLIER"})

    def test_health_needs_no_key(self):
        self.assertEqual(self.call("GET", "/health/live", key=NO_KEY).body["status"], "UP")
        ready = self.call("GET", "/health/ready", key=NO_KEY)
        self.assertEqual(ready.body["reasons"], [])
        for key in (NO_KEY, "wrong"):
            answer = self.call("POST", "/health/live", status=405, code="METHOD_NOT_ALLOWED", key=key)
            self.assertEqual(answer.headers["Allow"], "GET, HEAD")
            for path in ("/health/xyz", "/health/", "/health/live/x"):
                self.call("GET", path, status=404, code="NOT_FOUND", key=key)
            for path in ("/health", "/healthy/x"):
                self.call("GET", path, status=401, key=key)

    def test_roles(self):
        reader, user = self.key("OPERATOR_READER"), self.key("OPERATOR_USER")
        self.call("GET", "/v1/orders", key=reader)
        self.call("PUT", "/v1/orders/R-1", {}, 403, "FORBIDDEN", key=reader)
        self.call("PUT", "/v1/orders/R-1", {}, 201, key=user)
        missing = "/v1/mapper/jobout/01890000-0000-7000-8000-000000000000"
        self.call("DELETE", missing, status=403, key=user)
        self.call("DELETE", missing, status=404)
        self.call("GET", "/v1/keys", status=403, key=user)
        self.call("POST", "/v1/keys", {}, 403, key=user)
        # What isn't there comes before the role.
        self.call("DELETE", "/v1/nothing", status=404, key=reader)
        self.call("DELETE", "/v1/orders", status=405, key=reader)

    def test_unknown_path_and_method(self):
        self.call("GET", "/v1/nothing", status=404, code="NOT_FOUND")
        self.call("GET", "/v1/orders/", status=404, code="NOT_FOUND")
        answer = self.call("DELETE", "/v1/orders/x", status=405, code="METHOD_NOT_ALLOWED")
        self.assertEqual(answer.headers["Allow"], "GET, HEAD, PUT")

    def test_head(self):
        answer = self.gateway.request("HEAD", "/v1/orders")
        self.assertEqual((answer.status, answer.body), (200, None))

    def test_security_headers(self):
        headers = self.call("GET", "/v1/orders").headers
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertNotIn("Access-Control-Allow-Origin", headers)

    def test_unknown_query_parameter(self):
        answer = self.call("GET", "/v1/orders?pgae=1", status=400, code="UNKNOWN_PARAMETER")
        self.assertIn("pgae", answer.body["message"])

    def test_long_names_are_cut(self):
        for letter in "x\u00e9\U0001f600":
            name = letter * 5000
            quoted = urllib.parse.quote(letter) * 600
            cut = letter * (200 // len(letter.encode())) + "..."
            answer = self.call("POST", "/v1/keys", {name: 1, "name": "n",
                                                    "role": "OPERATOR_READER"}, 400, "UNKNOWN_FIELD")
            self.assertEqual(self.fields(answer), {cut: "UNKNOWN_FIELD"})
            self.assertIn(f"'{cut}'", answer.body["message"])
            for path, status in ((f"/v1/orders?{quoted}=1", 400), (f"/v1/orders/{quoted}", 404),
                                 (f"/v1/mapper/jobout/{quoted}", 404)):
                self.assertIn(f"'{cut}'", self.call("GET", path, status=status).body["message"])
            self.call("GET", f"/v1/{quoted}", status=404)

    def test_a_parameter_that_comes_twice(self):
        lists = {"/v1/orders": "page size sort status reference",
                 "/v1/mapper/exports": "jobOutId from to",
                 "/v1/mapper/jobout": "name entity active", "/v1/mapper/client": "type"}
        for path, names in lists.items():
            for name in names.split():
                with self.subTest(path=path, name=name):
                    answer = self.call("GET", f"{path}?{name}=1&{name}=1", status=400)
                    self.assertEqual(self.fields(answer), {name: "INVALID_VALUE"})
                    self.assertIn(name, answer.body["message"])
        answer = self.call("GET", "/v1/orders?page=0&size=5&page=0&size=5&page=0", status=400)
        self.assertEqual([e["field"] for e in answer.body["errors"]], ["page", "size"])
        nobody = "01890000-0000-7000-8000-000000000000"
        self.call("POST", f"/v1/mapper/client/{nobody}/test?folder=/a&folder=/b", status=400)
        self.call("GET", "/v1/mapper/jobout?supplierExternalIds=a&supplierExternalIds=b")

    def test_page_faults(self):
        for path in ("/v1/orders", "/v1/mapper/client", "/v1/mapper/jobout",
                     "/v1/mapper/exports", "/v1/keys", "/v1/entities/SUPPLIER"):
            for query in ("page=-1", "page=x", "size=0", "size=501", "sort=nope:asc",
                          "sort=createdAt:up"):
                with self.subTest(path=path, query=query):
                    answer = self.call("GET", f"{path}?{query}", status=400)
                    self.assertIn(query.split("=")[0], self.fields(answer))
            self.call("GET", f"{path}?page=0&size=500")

    def test_malformed_json(self):
        def put(body, code):
            return self.call("PUT", "/v1/orders/M-1", body, 400, code).body["message"]
        self.assertIn("line 2, column", put('{"a":1,\n"b"}', "MALFORMED_JSON"))
        put("", "MALFORMED_JSON")
        put('{"status":"OPEN","status":"OPEN"}', "MALFORMED_JSON")
        put(b'{"status":"\xff"}', "MALFORMED_JSON")
        put("[1]", "VALIDATION_FAILED")

    def test_deep_json(self):
        self.call("PUT", "/v1/orders/M-1", '{"a":' + "[" * 30000, 400, "MALFORMED_JSON")

    def test_media_types(self):
        def put(kind, status):
            headers = {"Content-Type": kind} if kind else {}
            self.call("PUT", "/v1/orders/T-1", b"{}", status, headers=headers)
        put("application/json", 201)
        put("application/json; charset=utf-8", 200)
        put(None, 200)
        for kind in ("text/plain", "application/xml", "application/x-ndjson"):
            put(kind, 415)

    def test_too_large(self):
        body = json.dumps({"reference": "x" * 70000})
        self.call("PUT", "/v1/orders/L-1", body, 413, "PAYLOAD_TOO_LARGE")
        self.call("PUT", "/v1/orders/L-1", body, 413, "PAYLOAD_TOO_LARGE",
                  headers={"Expect": "100-continue"})
        self.call("GET", "/v1/orders/L-1", status=404)

    def test_a_refused_body_does_not_cost_the_answer(self):
        self.call("PUT", "/v1/orders/L-1", b"x" * 3_000_000, 401, key=NO_KEY)
        self.call("PUT", "/v1/orders/L-1", b"x" * 3_000_000, 413)

    def test_encoded_references(self):
        for reference in ("a%2Fb", "%C3%A9%20x", "..%2F..", "a%25b", "%3Fx%26", "a+b"):
            with self.subTest(reference):
                self.call("PUT", f"/v1/orders/{reference}", {}, 201)
                self.call("GET", f"/v1/orders/{reference}")
        self.assertEqual(self.call("GET", "/v1/orders/a%2fb").body["reference"], "a/b")
        for wrong in ("a%00b", "a%2", "a%zz", "%ff"):
            self.call("GET", f"/v1/orders/{wrong}", status=400)

    def test_half_a_request_harms_nobody(self):
        for text in (b"GET", b"PUT /v1/orders/h HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{",
                     b"\x00\x01\x02\r\n\r\n"):
            with socket.create_connection((self.gateway.host, self.gateway.port)) as s:
                s.sendall(text)
        self.call("GET", "/v1/orders")

    def test_metrics(self):
        text = self.call("GET", "/metrics").body.decode()
        self.assertIn('sluice_exports{state="EXPORT_SUCCESS"} 0', text)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) sluice_\w+ .+|sluice_\w+(\{\w+="[^"]*"\})? \S+)$')

    def test_openapi(self):
        description = self.call("GET", "/openapi.json").body
        self.assertEqual(description["openapi"], "3.1.0")
        self.assertIn("patch", description["paths"]["/v2/jobouts/{id}/suppliers"])


class RateLimit(ApiCase):
    config = {"limits": {"requestsPerSecond": 5}}

    def test_too_many_requests(self):
        answers = [self.gateway.request("GET", "/v1/orders") for _ in range(30)]
        self.assertEqual(answers[0].status, 200)
        late = answers[-1]
        self.assertEqual((late.status, late.body["code"]), (429, "TOO_MANY_REQUESTS"))
        self.assertGreaterEqual(int(late.headers["Retry-After"]), 1)
        self.call("GET", "/health/live", key=NO_KEY)


if __name__ == "__main__":
    unittest.main()
