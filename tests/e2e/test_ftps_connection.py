"""Contract 2.1: FTPS connections, from outside: who is trusted, what `test`
says, and that secrets stay secret."""

import json
import time
import unittest

from ftpd import Ftpd
from gateway import Gateway, ftp_connection
from process import free_port

STEPS = ("resolve", "connect", "hostKey", "authenticate", "list")


class FtpsCase(unittest.TestCase):
    config = {}

    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway(config=cls.config))

    def setUp(self):
        self.made = 0

    def serve(self, *kind, **more):
        return self.enterContext(Ftpd(*kind, **more))

    def make(self, ftpd, **more):
        self.made += 1
        self.body = ftp_connection(ftpd, f"{self.id()} {self.made}", **more)
        return self.gateway.ok("POST", "/v1/mapper/client", self.body)["id"]

    def run_test(self, client, query=""):
        return self.gateway.ok("POST", f"/v1/mapper/client/{client}/test{query}")

    def steps(self, result):
        return {s["step"]: s["ok"] for s in result["steps"]}

    def assert_good(self, result, steps=STEPS):
        self.assertTrue(result["ok"], result)
        self.assertEqual(self.steps(result), dict.fromkeys(steps, True))

    def assert_stops_at(self, step, result, *words):
        """The last step is this one and fails; with these words."""
        self.assertFalse(result["ok"], result)
        self.assertEqual(self.steps(result), {
            **dict.fromkeys([s["step"] for s in result["steps"]], True), step: False})
        self.assertEqual(result["steps"][-1]["step"], step)
        for word in words:
            self.assertIn(word, result["steps"][-1]["message"])


class Trust(FtpsCase):
    def test_right_ones(self):
        for kind in ("vsftpd", "mlsd"):
            with self.subTest(kind):
                ftpd = self.serve(kind)
                (ftpd.home / "a.csv").write_text("x")
                result = self.run_test(self.make(ftpd))
                self.assert_good(result)
                self.assertIn("1 entries", result["steps"][-1]["message"])
                self.assertIn("certificate", result["steps"][2]["message"])
                self.assert_good(self.run_test(self.make(ftpd, hostname="localhost")))

    def test_implicit_and_none(self):
        ftpd = self.serve("mlsd", "implicit")
        self.assert_good(self.run_test(self.make(ftpd, tls="IMPLICIT")))
        plain = self.serve("mlsd", "plain")
        self.assert_good(self.run_test(self.make(plain, tls="NONE", caCertificates=None)),
                         ("resolve", "connect", "authenticate", "list"))

    def test_a_plain_server_is_refused(self):
        result = self.run_test(self.make(self.serve("mlsd", "plain")))
        self.assert_stops_at("hostKey", result, "TLS", "plain text")

    def test_untrusted_certificates(self):
        ftpd = self.serve("vsftpd")
        for other in (ftpd.other_ca, None):
            result = self.run_test(self.make(ftpd, caCertificates=other))
            self.assert_stops_at("hostKey", result, "certificate")
        implicit = self.serve("mlsd", "implicit")
        result = self.run_test(
            self.make(implicit, tls="IMPLICIT", caCertificates=ftpd.other_ca))
        self.assert_stops_at("hostKey", result, "certificate")

    def test_an_expired_certificate(self):
        result = self.run_test(self.make(self.serve("vsftpd", certificate="expired.pem")))
        self.assert_stops_at("hostKey", result, "certificate", "expired")

    def test_certificates_that_are_none(self):
        ftpd = self.serve("vsftpd")
        pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        self.assert_stops_at(
            "hostKey", self.run_test(self.make(ftpd, caCertificates=pem)), "caCertificates")

    def test_a_wrong_password(self):
        for ftpd in (self.serve("vsftpd"), self.serve("mlsd", "echo")):
            result = self.run_test(self.make(ftpd, password="wrong-TOP-SECRET"))
            self.assert_stops_at("authenticate", result, "530")
            self.assertNotIn("TOP-SECRET", json.dumps(result))

    def test_nobody_there(self):
        ftpd = self.serve("vsftpd")
        result = self.run_test(self.make(ftpd, port=free_port()))
        self.assert_stops_at("connect", result, "refused")
        result = self.run_test(self.make(ftpd, hostname="does-not-exist.invalid"))
        self.assert_stops_at("resolve", result)

    def test_a_server_that_hangs_holds_nothing_up(self):
        ftpd = self.serve("vsftpd")
        client = self.make(ftpd, timeouts={"connect": 1, "authenticate": 1, "idle": 1})
        ftpd.freeze()
        began = time.monotonic()
        self.assert_stops_at("connect", self.run_test(client))
        self.assertLess(time.monotonic() - began, 20)
        ftpd.thaw()


class Folders(FtpsCase):
    def test_write_step_with_a_folder(self):
        for kind in ("vsftpd", "mlsd"):
            with self.subTest(kind):
                ftpd = self.serve(kind)
                (ftpd.home / "in").mkdir()
                client = self.make(ftpd)
                self.assert_good(self.run_test(client, "?folder=in"), (*STEPS, "write"))
                # vsftpd without root shows the system's paths.
                root = "/in" if kind == "mlsd" else f"{ftpd.home}/in"
                self.assert_good(self.run_test(client, f"?folder={root}"), (*STEPS, "write"))
                self.assertEqual(ftpd.files("in"), [])  # the probe is gone
                self.assert_stops_at("list", self.run_test(client, "?folder=absent"), "550")

    def test_write_step_on_a_read_only_server(self):
        ftpd = self.serve("vsftpd", "write_enable=NO")
        (ftpd.home / "in").mkdir()
        result = self.run_test(self.make(ftpd), "?folder=in")
        self.assert_stops_at("write", result, "550")

    def test_a_hostile_listing(self):
        ftpd = self.serve("mlsd", "hostile")
        self.assert_stops_at("list", self.run_test(self.make(ftpd)), "name")


class Api(FtpsCase):
    config = {"log": {"level": "debug"}}

    def test_secrets_never_appear(self):
        ftpd = self.serve("vsftpd")
        client = self.make(ftpd)
        self.assert_good(self.run_test(client))
        shown = self.gateway.ok("GET", f"/v1/mapper/client/{client}")
        information = shown["clientConfiguration"]["connectionInformation"]
        self.assertEqual(information["password"], "***")
        self.assertEqual(information["tls"], "EXPLICIT")
        self.assertEqual(information["caCertificates"], ftpd.ca)
        self.assertNotIn("hostKeys", information)
        # What was shown can be put back, and works.
        self.gateway.ok("PUT", f"/v1/mapper/client/{client}", shown)
        self.assert_good(self.run_test(client))
        self.assertNotIn('"secret"', self.gateway.log())

    def test_it_survives_a_restart(self):
        ftpd = self.serve("vsftpd")
        client = self.make(ftpd)
        self.gateway.restart()
        self.assert_good(self.run_test(client))

    def test_bad_settings(self):
        ftpd = self.serve("vsftpd")
        for field, value in (("tls", "SOME"), ("caCertificates", "x"), ("hostKeys", []),
                             ("privateKey", "x"), ("maxConcurrent", 17), ("fsync", True)):
            body = ftp_connection(ftpd, "bad", **{field: value})
            answer = self.gateway.request("POST", "/v1/mapper/client", body)
            self.assertEqual(answer.status, 400, field)
            self.assertEqual([e["field"] for e in answer.body["errors"]],
                             [f"clientConfiguration.connectionInformation.{field}"])

    def test_export_jobs_need_sftp(self):
        client = self.make(self.serve("vsftpd"))
        answer = self.gateway.request("POST", "/v1/mapper/jobout", {
            "name": "j", "entity": "ORDER", "exportMethod": "SFTP_CLIENT",
            "clientId": client, "outputFolder": "/out", "format": "XML",
            "fileNameFormat": "SHORT", "triggerStatuses": ["DRAFT_ORDER"]})
        self.assertEqual(answer.status, 400)
        self.assertIn("FTP_CLIENT", json.dumps(answer.body))


if __name__ == "__main__":
    unittest.main()
