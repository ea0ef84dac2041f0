"""Contract section 4 over SFTP: files and directories of a real OpenSSH server."""

import unittest

from import_case import FAILED, JOBS, suppliers
from remote_import import RemoteImports, SlowLines
from sftp_case import SftpCase


class Line:
    """A connection through a proxy that is slow."""

    def __init__(self, proxy, client, rate):
        self.proxy, self.client, self.cut = proxy, client, proxy.cut
        proxy.slow(down=rate)

    def fast(self):
        self.proxy.slow()


class Files(RemoteImports, SlowLines, SftpCase):
    def slow_line(self, rate):
        return Line(*self.proxied(), rate)

    def test_relative_paths_start_where_the_server_starts(self):
        self.write("a.csv", suppliers(*self.ids("1")))
        job = self.make_job(clientId=self.client,
                            source={"path": f"{self.folder.name}/in/a.csv"})
        self.assert_counts(self.run_job(job), read=1, created=1)

    def test_wrong_host_key(self):
        self.write("a.csv", suppliers(*self.ids("1")))
        client = self.connect("wrong-key", hostKeys=["SHA256:" + "A" * 43])
        x = self.run_job(self.single(clientId=client))
        self.assert_counts(x, status=FAILED)
        self.assertRegex(x["message"], "(?i)host key|fingerprint")

    def test_file_that_may_not_be_read(self):
        """A name that is a folder: as root, nothing else is unreadable."""
        (self.folder / "in" / "a.csv").mkdir()
        x = self.run_job(self.single())
        self.assert_counts(x, status=FAILED)
        self.assertIn("a.csv", x["message"])

    def test_connection_in_use_cannot_be_deleted(self):
        client = self.connect("in-use")
        job = self.single(clientId=client)
        answer = self.gateway.request("DELETE", f"/v1/mapper/client/{client}")
        self.assertEqual((answer.status, answer.body["code"]), (409, "CONFLICT"), answer.body)
        self.gateway.ok("DELETE", f"{JOBS}/{job}")
        self.gateway.ok("DELETE", f"/v1/mapper/client/{client}")

    def test_many_rows_keep_their_lines(self):
        """Rows that are cut by the borders of network packets."""
        rows = [f"{self.p}{n};" + ("" if n % 500 == 499 else "n" * (n % 97 + 1))
                for n in range(5000)]
        self.write("a.csv", "\r\n".join(["Supplier External Id;Supplier Name", *rows]).encode())
        x = self.run_job(self.single())
        self.assert_counts(x, read=5000, created=4990, rejected=10)
        self.assertEqual([e["line"] for e in self.errors(x)], list(range(501, 5002, 500)))

    def test_a_long_report_is_not_in_lists(self):
        names = [f"{n:03d}-{'n' * 200}.csv" for n in range(150)]
        for n, name in enumerate(names):
            self.write(name, suppliers(*self.ids(str(n))))
        x = self.run_job(self.bulk())
        self.assert_counts(x, read=150, created=150)
        self.assertEqual([f["name"] for f in x["files"]], names)
        self.assertEqual({f["status"] for f in x["files"]}, {"DONE"})
        [listed] = self.executions(x["jobId"])
        self.assertEqual((listed["rowsRead"], listed["files"]), (150, []))


if __name__ == "__main__":
    unittest.main()
