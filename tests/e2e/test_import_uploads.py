"""Contract 2.5, imports by hand: the file is the hub's from the 202 on, and gone
from the spool when nothing needs it any more."""

import http.client
import json
import shutil
import socket
import subprocess
import unittest

from import_case import (CANCELLED, EXECUTIONS, INTERRUPTED, JOBS, PENDING, RUNNING,
                         SKIPPED, SUCCESS, suppliers)
from sftp_case import SftpCase
from wait import wait_until


class Queue(SftpCase):
    """One import at a time, and one that the test holds."""

    config = {**SftpCase.config, "imports": {**SftpCase.config["imports"], "maxRunning": 1}}

    def setUp(self):
        super().setUp()
        proxy, client = self.proxied()
        self.release = proxy.resume
        proxy.stall()
        self.write("a.csv", suppliers(*self.ids("held")))
        self.held = self.start(self.single(clientId=client))["id"]
        self.reach(self.held, RUNNING)
        self.job = self.make_job()

    def tearDown(self):
        if self.gateway.process is not None:
            self.gateway.request("POST", f"{EXECUTIONS}/{self.held}/cancel")

    def spool(self):
        return sorted(p.name for p in (self.gateway.data_dir / "spool").iterdir())

    def spool_is_empty(self):
        wait_until(lambda: not self.spool(), 10, what=f"the spool to be empty: {self.spool()}")

    def send(self, *names, **more):
        return self.start_upload(self.job, suppliers(*self.ids(*names)), **more)

    def test_waits_for_a_place_and_runs(self):
        x = self.send("1")
        self.assertEqual((x["status"], len(self.spool())), (PENDING, 1))
        self.release()
        self.assert_counts(self.ended(x["id"]), read=1, created=1)
        self.spool_is_empty()

    def test_one_waits_the_next_is_skipped(self):
        first, second = self.send("1"), self.send("2")
        self.assertEqual((first["status"], second["status"]), (PENDING, SKIPPED))
        self.assertTrue(second["message"])
        wait_until(lambda: len(self.spool()) == 1)
        self.release()
        self.assertEqual(self.ended(first["id"])["status"], SUCCESS)
        self.spool_is_empty()
        self.assertEqual(self.mine(), ["1", "held"])

    def test_cancelled_while_it_waits(self):
        x = self.send("1")
        self.gateway.ok("POST", f"{EXECUTIONS}/{x['id']}/cancel")
        self.reach(x["id"], CANCELLED)
        self.spool_is_empty()

    def test_its_job_is_deleted(self):
        x = self.send("1")
        self.gateway.ok("DELETE", f"{JOBS}/{self.job}")
        self.reach(x["id"], CANCELLED)
        self.spool_is_empty()

    def test_survives_a_crash_and_a_stop_while_it_waits(self):
        x = self.send("1")
        self.gateway.restart(crash=True)
        self.gateway.restart()
        self.release()
        if self.ended(x["id"])["status"] == INTERRUPTED:  # it had begun when the stop came
            x = self.executions(self.job)[-1]
        self.assert_counts(self.ended(x["id"]), read=1, created=1)
        self.spool_is_empty()

    def test_its_mapping_changes_while_it_waits(self):
        """It runs as the job is when it starts."""
        x = self.start_upload(self.job, f"Id;Text\n{self.p}1;One\n".encode())
        self.gateway.ok("PUT", f"{JOBS}/{self.job}", self.job_body(
            "SUPPLIER", mapping={"externalId": "Id", "name": "Text"}))
        self.release()
        self.assert_counts(self.ended(x["id"]), read=1, created=1)


class Bodies(SftpCase):
    """How the bytes come."""

    def setUp(self):
        super().setUp()
        self.job = self.make_job()
        self.data = suppliers(*(f"{self.p}{n}" for n in range(100_000)))
        self.path = f"{JOBS}/{self.job}/file?name=a.csv"

    def check(self, execution, count=100_000):
        self.assert_counts(self.ended(execution["id"]), read=count, created=count)

    def test_in_chunks(self):
        def pieces():
            for n in range(0, len(self.data), 70_001):
                yield self.data[n:n + 70_001]
        connection = http.client.HTTPConnection(self.gateway.host, self.gateway.port)
        self.addCleanup(connection.close)
        connection.request("POST", self.path, pieces(), {
            "dj-api-key": self.gateway.admin_key(), "Transfer-Encoding": "chunked",
            "Content-Type": "text/csv"}, encode_chunked=True)
        answer = connection.getresponse()
        self.assertEqual(answer.status, 202)
        self.check(json.loads(answer.read()))

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_by_curl_as_people_do(self):
        """It asks before it sends (Expect: 100-continue)."""
        (self.folder / "a.csv").write_bytes(self.data)
        out = subprocess.run([
            "curl", "-sS", "--fail", "--data-binary", f"@{self.folder}/a.csv", "-H",
            f"dj-api-key: {self.gateway.admin_key()}", "-H", "Expect: 100-continue",
            f"http://{self.gateway.host}:{self.gateway.port}{self.path}"],
            check=True, stdout=subprocess.PIPE, timeout=60)
        self.check(json.loads(out.stdout))

    def test_byte_by_byte(self):
        data = suppliers(*self.ids("1", "2"))
        head = (f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n"
                f"dj-api-key: {self.gateway.admin_key()}\r\nContent-Length: {len(data)}\r\n\r\n")
        with socket.create_connection((self.gateway.host, self.gateway.port)) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in head.encode() + data:
                s.sendall(bytes([byte]))
            answer = s.recv(65536)
        self.assertIn(b"HTTP/1.1 202", answer)
        self.check(self.executions(self.job)[0], 2)

    def test_no_body_is_an_empty_file(self):
        x = self.upload(self.job, b"")
        self.assertEqual(x["status"], "JOB_FAILED")
        self.assertIn("empty", x["message"])

    def test_refused_at_once(self):
        """Wrong key, role, job, type, name: no byte reaches the spool."""
        reader = self.gateway.ok("POST", "/v1/keys", {
            "name": self.p, "role": "OPERATOR_READER", "stores": []})["key"]
        gone = self.path.replace(self.job, "01890000-0000-7000-8000-000000000000")
        cases = [
            (401, self.path, {}, "nonsense"), (403, self.path, {}, reader),
            (404, gone, {}, None), (400, self.path + "&mode=fast", {}, None),
            (415, self.path, {"Content-Type": "multipart/form-data; boundary=x"}, None),
            (415, self.path.replace("a.csv", "a.xml"), {}, None),
            (400, self.path.replace("a.csv", "..%2Fa.csv"), {}, None),
            (400, self.path.replace("a.csv", "a%0A.csv"), {}, None)]
        for status, path, headers, key in cases:
            answer = self.gateway.request("POST", path, self.data, key=key, headers={
                "Content-Type": "text/csv", **headers})
            self.assertEqual(answer.status, status, (path, answer.body))
        self.assertEqual(list((self.gateway.data_dir / "spool").iterdir()), [])
        self.assertEqual(self.executions(self.job), [])


if __name__ == "__main__":
    unittest.main()
