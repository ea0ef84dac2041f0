"""Contract 2.7: API keys and sessions."""

import unittest

from api_case import ApiCase, unique
from gateway import NO_KEY
from wait import wait_until


class Keys(ApiCase):
    def test_life(self):
        name = unique("k")
        made = self.call("POST", "/v1/keys", {
            "name": name, "role": "OPERATOR_READER", "stores": ["a", "b"]}, 201).body
        self.assertEqual((made["name"], made["role"], made["stores"], made["lastUsedAt"]),
                         (name, "OPERATOR_READER", ["a", "b"], None))
        key = made.pop("key")
        self.call("GET", "/v1/orders", key=key)
        listed = self.call("GET", "/v1/keys?size=500")
        self.assertNotIn(key, str(listed.body))
        [shown] = [k for k in listed.body["content"] if k["name"] == name]
        self.assertIsNotNone(shown["lastUsedAt"])
        self.assertEqual(shown["stores"], ["a", "b"])
        self.assertEqual(self.call("DELETE", f"/v1/keys/{name}", status=204).body, None)
        self.call("GET", "/v1/orders", key=key, status=401)
        self.call("DELETE", f"/v1/keys/{name}", status=404)

    def test_faults(self):
        answer = self.call("POST", "/v1/keys", {"role": "KING", "x": 1, "stores": [1]}, 400)
        self.assertEqual(self.fields(answer), {
            "name": "REQUIRED", "role": "F-E-008", "x": "UNKNOWN_FIELD",
            "stores[0]": "INVALID_VALUE"})
        self.call("POST", "/v1/keys", {"name": "admin", "role": "OPERATOR_USER"}, 409,
                  "DUPLICATE_NAME")

    def test_a_limited_key_makes_no_wider_ones(self):
        limited = self.key("OPERATOR_ADMIN", ["north"])
        def make(status, **more):
            self.call("POST", "/v1/keys", {"name": unique("k"), "role": "OPERATOR_USER", **more},
                      status, key=limited)
        make(403)
        make(403, stores=["north", "south"])
        make(201, stores=["north"])

    def test_a_limited_key_sees_and_revokes_only_keys_within_its_stores(self):
        limited = self.key("OPERATOR_ADMIN", ["north", "south"])
        stores = {"own": ["north"], "both": ["south", "north"], "foreign": ["west"],
                  "wider": ["north", "west"], "all": []}
        names = {}
        for kind, ids in stores.items():
            names[kind] = unique(kind)
            self.call("POST", "/v1/keys", {"name": names[kind], "role": "OPERATOR_READER",
                                           "stores": ids}, 201)

        def listed(key=None):
            found = self.call("GET", "/v1/keys?size=500", key=key).body
            self.assertEqual(found["totalElements"], len(found["content"]))
            return {k["name"] for k in found["content"]}
        self.assertEqual(listed(limited) & set(names.values()), {names["own"], names["both"]})
        self.assertNotIn("admin", listed(limited))
        self.assertLessEqual(set(names.values()) | {"admin"}, listed())
        for kind in ("foreign", "wider", "all"):
            self.call("DELETE", f"/v1/keys/{names[kind]}", None, 403, "FORBIDDEN", key=limited)
        self.call("DELETE", "/v1/keys/admin", None, 403, "FORBIDDEN", key=limited)
        for kind in ("own", "both"):
            self.call("DELETE", f"/v1/keys/{names[kind]}", None, 204, key=limited)
        self.call("DELETE", f"/v1/keys/{names['own']}", None, 404, key=limited)
        self.call("DELETE", f"/v1/keys/{names['all']}", None, 204)

    def test_command_line_beside_the_gateway(self):
        name = unique("cli")
        made = self.gateway.run("key", "add", "--name", name, "--role", "OPERATOR_READER")
        self.assertEqual(made.returncode, 0, made.stderr)
        key = next(w for w in made.stdout.split() if w.startswith("slk_"))
        self.call("GET", "/v1/orders", key=key)
        self.assertEqual(self.gateway.run("key", "revoke", name).returncode, 0)
        self.call("GET", "/v1/orders", key=key, status=401)

    def test_session(self):
        self.call("POST", "/v1/session", status=401, key="wrong")
        answer = self.call("POST", "/v1/session", status=204)
        cookie = answer.headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(part, cookie)
        headers = {"Cookie": cookie.split(";")[0]}
        origin = {"Origin": f"http://{self.gateway.host}:{self.gateway.port}", **headers}
        evil = {"Origin": "http://evil.example", **headers}
        self.call("GET", "/v1/orders", key=NO_KEY, headers=headers)
        self.call("PUT", "/v1/orders/s", {}, 403, key=NO_KEY, headers=headers)
        self.call("PUT", "/v1/orders/s", {}, 403, key=NO_KEY, headers=evil)
        self.call("PUT", "/v1/orders/s", {}, 201, key=NO_KEY, headers=origin)
        self.call("DELETE", "/v1/session", status=204, key=NO_KEY, headers=origin)
        self.call("GET", "/v1/orders", status=401, key=NO_KEY, headers=headers)

    def test_session_needs_the_right_dj_client(self):
        self.call("POST", "/v1/session", None, 403, "FORBIDDEN", headers={"dj-client": "SUPPLIER"})
        self.call("POST", "/v1/session", None, 204, headers={"dj-client": "OPERATOR"})

    def test_session_ends_with_its_key(self):
        name = unique("s")
        key = self.call("POST", "/v1/keys", {"name": name, "role": "OPERATOR_READER"}, 201).body["key"]
        cookie = self.call("POST", "/v1/session", status=204, key=key).headers["Set-Cookie"]
        headers = {"Cookie": cookie.split(";")[0]}
        self.call("GET", "/v1/orders", key=NO_KEY, headers=headers)
        self.call("DELETE", f"/v1/keys/{name}", status=204)
        self.call("GET", "/v1/orders", status=401, key=NO_KEY, headers=headers)


class Hosts(ApiCase):
    """DNS rebinding: a stranger's name that points to our address."""

    config = {"http": {"allowedHosts": ["hub.example.com"]}}

    def host(self, name):
        return {"Host": f"{name}:{self.gateway.port}"}

    def session(self):
        cookie = self.call("POST", "/v1/session", None, 204).headers["Set-Cookie"]
        return {"Cookie": cookie.split(";")[0]}

    def test_a_session_is_good_for_known_hosts_only(self):
        cookie = self.session()
        for name in ("127.0.0.1", "localhost", "[::1]", "hub.example.com"):
            with self.subTest(name):
                self.call("GET", "/v1/orders", key=NO_KEY, headers={**cookie, **self.host(name)})
                self.call("POST", "/v1/session", None, 204, headers=self.host(name))
        evil = self.host("evil.example")
        answer = self.call("GET", "/v1/orders", None, 403, "FORBIDDEN", key=NO_KEY,
                           headers={**cookie, **evil})
        self.assertIn("http.allowedHosts", answer.body["message"])
        origin = {"Origin": f"http://{evil['Host']}"}
        self.call("PUT", "/v1/orders/h", {}, 403, "FORBIDDEN", key=NO_KEY,
                  headers={**cookie, **evil, **origin})
        self.call("POST", "/v1/session", None, 403, "FORBIDDEN", headers=evil)
        # A key is no matter of browsers.
        self.call("GET", "/v1/orders", headers=evil)

    def test_reload(self):
        cookie = self.session()
        new = {**cookie, **self.host("new.example.com")}
        self.call("GET", "/v1/orders", None, 403, key=NO_KEY, headers=new)
        self.gateway.config = {"http": {"allowedHosts": ["hub.example.com", "new.example.com"]}}
        self.gateway.reload()
        wait_until(lambda: self.gateway.request("GET", "/v1/orders", key=NO_KEY, headers=new)
                   .status == 200, 10, what="the new host to be allowed")


if __name__ == "__main__":
    unittest.main()
