"""Contract 2.1: SFTP connections, from outside: who may log in, what `test`
says, what a changed host key does, and that secrets stay secret."""

import base64
import json
import re
import unittest

from export_case import FAILED, RETRYING, SUCCESS, ExportCase
from gateway import sftp_connection
from process import free_port
from sshd import Sshd, fingerprint, make_key
from wait import wait_until

PASSWORD = "pa$$ wörd-TOP-SECRET"
PASSPHRASE = "open sesame TOP-SECRET"


class ConnectionCase(ExportCase):
    def make(self, name, sshd=None, **more):
        """The connection's id; a value None leaves the key out."""
        body = sftp_connection(sshd or self.sshd, name, **more)
        information = body["clientConfiguration"]["connectionInformation"]
        for key in [k for k, v in information.items() if v is None]:
            del information[key]
        self.body = body
        return self.gateway.ok("POST", "/v1/mapper/client", body)["id"]

    def run_test(self, client, query=""):
        result = self.gateway.ok("POST", f"/v1/mapper/client/{client}/test{query}")
        for step in result["steps"]:
            self.assertGreaterEqual(step["milliseconds"], 0)
        return result

    def steps(self, result):
        return {s["step"]: s["ok"] for s in result["steps"]}

    def message(self, result, step):
        return next(s["message"] for s in result["steps"] if s["step"] == step)

    def assert_good(self, result):
        self.assertTrue(result["ok"], result)
        self.assertEqual(self.steps(result), dict.fromkeys(
            ("resolve", "connect", "hostKey", "authenticate", "list"), True))


class Login(ConnectionCase):
    @classmethod
    def setUpClass(cls):
        cls.keys, lines = {}, []
        for name, options in {
                "ed25519": {}, "ecdsa": {"kind": "ecdsa"}, "rsa": {"kind": "rsa"},
                "ecdsa-521": {"kind": "ecdsa", "bits": 521},
                "ecdsa-pem": {"kind": "ecdsa", "pem": True},
                "rsa-pem": {"kind": "rsa", "pem": True},
                "ed25519-locked": {"passphrase": PASSPHRASE},
                "rsa-locked": {"kind": "rsa", "passphrase": PASSPHRASE},
                "ecdsa-locked": {"kind": "ecdsa", "passphrase": PASSPHRASE},
                "rsa-pem-locked": {"kind": "rsa", "pem": True, "passphrase": PASSPHRASE},
        }.items():
            cls.keys[name], public = make_key(**options)
            lines.append(public)
        cls.sshd_options = {"authorized": lines, "password": PASSWORD,
                            "host_keys": ("ed25519", "ecdsa", "rsa")}
        super().setUpClass()

    def test_password(self):
        client = self.make("password", password=PASSWORD, privateKey=None)
        self.assert_good(self.run_test(client))

    def test_every_kind_of_key(self):
        for name, key in self.keys.items():
            with self.subTest(name):
                locked = {"privateKeyPassphrase": PASSPHRASE} if "locked" in name else {}
                client = self.make("key-" + name, privateKey=key, **locked)
                self.assert_good(self.run_test(client))

    def test_keys_deliver_too(self):
        for name in ("rsa", "ecdsa-locked"):
            client = self.make("deliver-" + name, privateKey=self.keys[name],
                               privateKeyPassphrase=PASSPHRASE if "locked" in name else None)
            job = self.make_job(clientId=client, format="JSON" if name == "rsa" else "XML")
            self.put("L-" + name)
            self.settle(job, count=1)
            self.delete_job(job)
        self.assertEqual(self.files(), ["L-ecdsa-locked.xml", "L-rsa.json"])

    def test_wrong_password(self):
        client = self.make("wrong password", password="nonsense", privateKey=None)
        result = self.run_test(client)
        self.assertFalse(result["ok"])
        steps = self.steps(result)
        self.assertTrue(steps["hostKey"])
        self.assertFalse(steps["authenticate"])
        self.assertNotIn("nonsense", json.dumps(result))
        self.assertTrue(self.message(result, "authenticate"))

    def test_key_that_the_server_does_not_know(self):
        client = self.make("unknown key", privateKey=make_key()[0])
        result = self.run_test(client)
        self.assertFalse(self.steps(result)["authenticate"])

    def test_wrong_or_missing_passphrase(self):
        for name, more in (("wrong", {"privateKeyPassphrase": "no"}), ("missing", {})):
            for kind in ("ed25519-locked", "rsa-pem-locked"):
                client = self.make(f"{name} {kind}", privateKey=self.keys[kind], **more)
                result = self.run_test(client)
                self.assertFalse(self.steps(result)["authenticate"], (name, kind))
                self.assertRegex(self.message(result, "authenticate"), "passphrase|encrypted")

    def test_key_falls_back_to_password(self):
        client = self.make("both", privateKey=make_key()[0], password=PASSWORD)
        self.assert_good(self.run_test(client))

    def test_each_host_key_kind_alone(self):
        for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"):
            with self.subTest(kind):
                client = self.make("host " + kind, hostKeys=[self.sshd.fingerprints()[kind]])
                self.assert_good(self.run_test(client))


class HostKeys(ConnectionCase):
    sshd_options = {"host_keys": ("ed25519", "rsa")}

    def test_without_pins_the_test_answers_the_fingerprints(self):
        before = self.sshd.log()
        client = self.make("unpinned", hostKeys=None)
        result = self.run_test(client)
        self.assertFalse(result["ok"])
        self.assertFalse(self.steps(result)["hostKey"])
        self.assertNotIn("authenticate", {s for s, ok in self.steps(result).items() if ok})
        found = re.findall(r"SHA256:[A-Za-z0-9+/]{43}", json.dumps(result))
        self.assertTrue(found, result)
        self.assertLessEqual(set(found), set(self.sshd.fingerprints().values()))
        # No data flows before it is pinned, not even a login.
        self.assertNotIn("Accepted", self.sshd.log()[len(before):])
        job = self.make_job(clientId=client, retry={"maxRetries": 100, "intervalSeconds": 1})
        self.put("K-1")
        export = self.reach(job, RETRYING)
        self.assertIn("pin", export["attempts"][0]["message"])
        # Pinned as answered it works.
        self.body["clientConfiguration"]["connectionInformation"]["hostKeys"] = sorted(set(found))
        self.gateway.ok("PUT", f"/v1/mapper/client/{client}", self.body)
        self.assert_good(self.run_test(client))
        self.reach(job, SUCCESS)

    def test_a_wrong_pin(self):
        other = fingerprint(make_key()[1])
        client = self.make("wrong pin", hostKeys=[other])
        result = self.run_test(client)
        self.assertFalse(result["ok"])
        self.assertEqual(self.steps(result).get("hostKey"), False)
        shown = self.message(result, "hostKey")
        self.assertTrue(any(f in shown for f in self.sshd.fingerprints().values()), shown)

    def test_a_changed_key_stops_the_connection_with_a_clear_error(self):
        with Sshd() as sshd:
            folder = sshd.home / "in"
            folder.mkdir()
            client = self.make("changing", sshd)
            job = self.make_job(clientId=client, outputFolder=str(folder),
                                retry={"maxRetries": 100, "intervalSeconds": 1})
            self.put("K-2")
            self.reach(job, SUCCESS)
            sshd.change_host_keys()
            self.put("K-3")
            export = wait_until(lambda: self.exports(job, status=RETRYING))[0]
            attempt = self.export(export["id"])["attempts"][0]
            self.assertIn("host key", attempt["message"])
            self.assertIn(sshd.fingerprints()["ssh-ed25519"], attempt["message"])
            self.assertEqual(attempt["code"], "ERR_HOSTKEY")
            self.assertEqual([p.name for p in folder.iterdir()], ["K-2.xml"])
            self.assertFalse(self.run_test(client)["ok"])
            self.body["clientConfiguration"]["connectionInformation"]["hostKeys"] = list(
                sshd.fingerprints().values())
            self.gateway.ok("PUT", f"/v1/mapper/client/{client}", self.body)
            self.settle(job, count=2)

    def test_a_server_that_does_not_answer(self):
        client = self.make("nobody", port=free_port())
        result = self.run_test(client)
        self.assertFalse(result["ok"])
        steps = self.steps(result)
        self.assertTrue(steps["resolve"])
        self.assertFalse(steps["connect"])
        self.assertIn("refused", self.message(result, "connect"))

    def test_a_host_name_that_does_not_resolve(self):
        client = self.make("no name", hostname="does-not-exist.invalid")
        result = self.run_test(client)
        self.assertFalse(result["ok"])
        self.assertFalse(self.steps(result)["resolve"])

    def test_a_port_that_speaks_something_else(self):
        client = self.make("http", port=self.gateway.port, timeouts={"handshake": 2})
        result = self.run_test(client)
        self.assertFalse(result["ok"])
        self.assertTrue(self.steps(result)["connect"])

    def test_write_step_with_a_folder(self):
        client = self.make("write")
        result = self.run_test(client, f"?folder={self.folder}")
        self.assertTrue(result["ok"], result)
        self.assertTrue(self.steps(result)["write"])
        self.assertEqual(self.files(), [])  # the probe is gone
        result = self.run_test(client, f"?folder={self.folder}/absent")
        self.assertFalse(result["ok"])
        self.assertIn("absent", json.dumps(result["steps"][-1]))
        self.assertNotIn("write", self.steps(self.run_test(client)))

    def test_write_step_on_a_read_only_server(self):
        with Sshd(sftp="internal-sftp -R") as sshd:
            client = self.make("read only", sshd)
            self.assert_good(self.run_test(client))
            result = self.run_test(client, f"?folder={sshd.home}")
            self.assertFalse(result["ok"])
            self.assertIn("denied", self.message(result, "write").lower())

    def test_disabled_connections_wait_and_use_no_retries(self):
        client = self.make("disabled")
        job = self.make_job(clientId=client, retry={"maxRetries": 0, "intervalSeconds": 1})
        self.assertEqual(self.gateway.request(
            "POST", f"/v1/mapper/client/{client}/disable").status, 204)
        self.put("K-4")
        self.gateway.restart()
        self.assertEqual(self.only(job)["status"], "EXPORT_PENDING")
        self.assertEqual(self.gateway.request(
            "POST", f"/v1/mapper/client/{client}/activate").status, 204)
        self.reach(job, SUCCESS)

    def test_a_mended_connection_is_used_by_the_next_attempt(self):
        client = self.make("mended", privateKey=make_key()[0])
        job = self.make_job(clientId=client, retry={"maxRetries": 100, "intervalSeconds": 1})
        self.put("K-5")
        self.reach(job, RETRYING)
        self.body["clientConfiguration"]["connectionInformation"]["privateKey"] = (
            self.sshd.private_key)
        self.gateway.ok("PUT", f"/v1/mapper/client/{client}", self.body)
        self.reach(job, SUCCESS)


class Secrets(ConnectionCase):
    """They never appear in answers, logs, history or errors, nor on disk."""

    config = {"log": {"level": "debug"}}
    sshd_options = {"password": PASSWORD}

    def test_secrets_never_appear(self):
        key, public = make_key(passphrase=PASSPHRASE)
        plain = make_key("rsa")[0]
        wrong = "WRONG-pass-TOP-SECRET"
        secrets = [PASSWORD, PASSPHRASE, wrong, self.gateway.admin_key(),
                   *key.splitlines()[1:-1], *plain.splitlines()[1:-1],
                   *self.sshd.private_key.splitlines()[1:-1]]
        answers = []

        def call(method, path, body=None):
            answer = self.gateway.request(method, path, body)
            answers.append(json.dumps([answer.status, str(answer.headers)]) +
                           json.dumps(answer.body, ensure_ascii=False, default=repr))
            return answer
        bodies = [sftp_connection(self.sshd, "s-password", privateKey=None, password=PASSWORD),
                  sftp_connection(self.sshd, "s-wrong", privateKey=None, password=wrong),
                  sftp_connection(self.sshd, "s-locked", privateKey=key,
                                  privateKeyPassphrase=PASSPHRASE),
                  sftp_connection(self.sshd, "s-unknown", privateKey=plain)]
        clients = []
        for body in bodies:
            information = body["clientConfiguration"]["connectionInformation"]
            if information["privateKey"] is None:
                del information["privateKey"]
            client = call("POST", "/v1/mapper/client", body).body["id"]
            clients.append(client)
            shown = call("GET", f"/v1/mapper/client/{client}").body
            shown = shown["clientConfiguration"]["connectionInformation"]
            for name in ("password", "privateKey", "privateKeyPassphrase"):
                if name in information:
                    self.assertEqual(shown[name], "***")
            call("POST", f"/v1/mapper/client/{client}/test")
            call("PUT", f"/v1/mapper/client/{client}", {**body, "nonsense": wrong[:5]})
            information["hostKeys"] = 7  # a fault beside the secrets
            call("PUT", f"/v1/mapper/client/{client}", body)
            self.make_job(clientId=client, format="JSON",
                          retry={"maxRetries": 0, "intervalSeconds": 1})
        call("GET", "/v1/mapper/client")
        self.put("S-1")
        wait_until(lambda: len([x for x in self.exports(reference="S-1")
                                if x["status"] in (SUCCESS, FAILED)]) == 4)
        for x in self.exports(reference="S-1"):
            call("GET", f"/v1/mapper/exports/{x['id']}")
        for path in ("/metrics", "/openapi.json", "/health/ready", "/v1/keys",
                     "/v1/mapper/jobout", "/v1/mapper/exports"):
            call("GET", path)
        # A body that is not JSON at all, with a secret in it.
        answers.append(str(self.gateway.request(
            "POST", "/v1/mapper/client", '{"password":"' + PASSWORD + '" nonsense')))
        answers.append(str(self.gateway.request("GET", "/v1/mapper/client", key=wrong)))
        self.gateway.restart()
        text = "\n".join(answers) + self.gateway.log()
        data = b"".join(p.read_bytes() for p in self.gateway.data_dir.rglob("*")
                        if p.is_file() and p.name not in ("admin.key", "secret.key"))
        sealing = (self.gateway.data_dir / "secret.key").read_bytes().strip()
        self.assertNotIn(sealing, data)
        for secret in secrets:
            if len(secret) < 12:
                continue
            self.assertNotIn(secret, text)
            for form in (secret.encode(), base64.b64encode(secret.encode()),
                         secret.encode("utf-16-le"), json.dumps(secret)[1:-1].encode()):
                self.assertNotIn(form, data)

    def test_stars_keep_the_stored_secret(self):
        client = self.make("stars", password=PASSWORD, privateKey=None)
        shown = self.gateway.ok("GET", f"/v1/mapper/client/{client}")
        shown["name"] = "stars renamed"
        self.gateway.ok("PUT", f"/v1/mapper/client/{client}", shown)
        self.assert_good(self.run_test(client))
        self.gateway.restart()
        self.assert_good(self.run_test(client))

    def test_stars_without_a_stored_secret_are_refused(self):
        body = sftp_connection(self.sshd, "no stars", password="***")
        self.assertEqual(self.gateway.request("POST", "/v1/mapper/client", body).status, 400)

    def test_a_secret_left_out_is_gone(self):
        client = self.make("left out", password=PASSWORD, privateKey=None)
        del self.body["clientConfiguration"]["connectionInformation"]["password"]
        self.gateway.ok("PUT", f"/v1/mapper/client/{client}", self.body)
        result = self.run_test(client)
        self.assertFalse(result["ok"])


if __name__ == "__main__":
    unittest.main()
