"""Import jobs that read from FTPS servers: with MLSD and without."""

import unittest

from api_case import unique
from ftpd import Ftpd
from gateway import Gateway, ftp_connection
from test_api_executions import ExecutionCase

JOBS = "/v1/mapper/job"
ROWS = 5000


class FtpsImport(ExecutionCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(
            Gateway(config={"imports": {"stabilitySeconds": 1}}))

    @classmethod
    def tearDownClass(cls):
        pass  # left with the context

    def source(self, kind, *config):
        self.ftpd = self.enterContext(Ftpd(kind, *config))
        for name in ("in", "done"):
            (self.ftpd.home / name).mkdir()
        body = ftp_connection(self.ftpd, unique("ftp"))
        return self.call("POST", "/v1/mapper/client", body, 201).body["id"]

    def run_job(self, **more):
        job = self.make(**more)
        execution = self.call("POST", f"{JOBS}/{job}/run", status=202).body["id"]
        return self.ended(execution)

    def test_a_folder(self):
        for kind in ("vsftpd", "mlsd"):
            with self.subTest(kind):
                client = self.source(kind)
                prefix = unique("s")
                for i in range(3):
                    (self.ftpd.home / "in" / f"{i} ü.csv").write_bytes(self.rows(
                        *(f"{prefix}-{i}-{n};Name;4" for n in range(ROWS))))
                (self.ftpd.home / "in" / "other.txt").write_text("not for us")
                x = self.run_job(clientId=client, source={
                    "inboundDirectory": "in", "outboundDirectory": "done"})
                self.assertEqual(x["status"], "JOB_SUCCESS", x)
                self.assertEqual(x["created"], 3 * ROWS)
                self.assertEqual(self.ftpd.files("in"), ["other.txt"])
                self.assertEqual(len(self.ftpd.files("done")), 3)
                self.call("GET", f"/v1/entities/SUPPLIER/{prefix}-2-{ROWS - 1}")

    def test_one_file(self):
        client = self.source("vsftpd")
        prefix = unique("s")
        (self.ftpd.home / "in" / "a.csv").write_bytes(self.rows(f"{prefix};Name;4"))
        x = self.run_job(clientId=client, source={"path": "in/a.csv"})
        self.assertEqual((x["status"], x["created"]), ("JOB_SUCCESS", 1), x)
        x = self.run_job(clientId=client, source={"path": "in/absent.csv"})
        self.assertEqual(x["status"], "JOB_FAILED", x)
        self.assertIn("absent.csv", x["message"])

    def test_a_connection_that_is_cut(self):
        """Half a file is no file: nothing says that all is well."""
        client = self.source("mlsd", "cut")
        (self.ftpd.home / "in" / "a.csv").write_bytes(self.rows(
            *(f"{unique('s')};Name;4" for _ in range(ROWS))))
        x = self.run_job(clientId=client, source={"path": "in/a.csv"},
                         retry={"maxRetries": 0, "intervalSeconds": 1})
        self.assertIn(x["status"], ("JOB_FAILED", "JOB_PARTIAL"), x)
        self.assertEqual(x["files"][0]["status"], "FAILED")
        self.assertIn("in/a.csv", x["message"])

    def test_names_that_are_listed_twice(self):
        """It is one file, and the end does not wait for a second one to move."""
        client = self.source("mlsd", "twice")
        for name in "ab":
            (self.ftpd.home / "in" / f"{name}.csv").write_bytes(
                self.rows(f"{unique('s')};Name;4"))
        x = self.run_job(clientId=client, source={
            "inboundDirectory": "in", "outboundDirectory": "done"})
        self.assertEqual((x["status"], x["created"]), ("JOB_SUCCESS", 2), x)
        self.assertEqual([f["name"] for f in x["files"]], ["a.csv", "b.csv"])
        self.assertEqual(self.ftpd.files("done"), ["a.csv", "b.csv"])


if __name__ == "__main__":
    unittest.main()
