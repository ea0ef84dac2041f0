"""Contract 2.5 and 2.6 where files come from a real server: previews, and the rejected
rows of several files."""

import csv
import io
import json
import socket
import unittest

from api_case import ApiCase, unique
from gateway import Gateway, sftp_connection
from process import free_port
from sshd import Sshd
from wait import wait_until

PREVIEW = "/v1/mapper/job/preview"
ROWS = "Id;Name;Rating\n" + "".join(f"p{i};Name {i};{i}\n" for i in range(150))


class SourceCase(ApiCase):
    @classmethod
    def setUpClass(cls):
        cls.sshd = cls.enterClassContext(Sshd())
        cls.gateway = cls.enterClassContext(Gateway())

    @classmethod
    def tearDownClass(cls):
        pass  # left with the contexts

    def setUp(self):
        self.folder = self.sshd.home / unique("in")
        self.folder.mkdir()
        self.client = self.connect()

    def connect(self, **more):
        body = sftp_connection(self.sshd, unique("sftp"), **more)
        return self.call("POST", "/v1/mapper/client", body, 201).body["id"]

    def put(self, name, text):
        (self.folder / name).write_text(text)

    def body(self, name=None, **more):
        source = ({"path": f"{self.folder}/{name}"} if name else
                  {"inboundDirectory": str(self.folder), "outboundDirectory": "done"})
        return {"entity": "SUPPLIER", "clientId": self.client, "source": source,
                "csv": {"delimiter": ";"},
                "mapping": {"externalId": "Id", "name": "Name", "supplierRating": "Rating"},
                **more}

    def preview(self, body, query="", status=200, code=None):
        return self.call("POST", PREVIEW + query, body, status, code).body

    def run_job(self, body):
        """Runs a job made of it; answers the execution at its end."""
        job = self.call("POST", "/v1/mapper/job", {**body, "name": unique("run")}, 201).body["id"]
        self.addCleanup(self.call, "DELETE", f"/v1/mapper/job/{job}", status=204)
        x = self.call("POST", f"/v1/mapper/job/{job}/run", status=202).body

        def ended():
            now = self.call("GET", f"/v1/mapper/executions/{x['id']}").body
            return now if now["finishedAt"] else None
        return wait_until(ended, 30, what="the end of the run")


class Preview(SourceCase):
    def test_rows(self):
        self.put("a.csv", ROWS)
        seen = self.preview(self.body("a.csv"))
        self.assertEqual(len(seen["rows"]), 10)
        first = seen["rows"][0]
        self.assertEqual(first["line"], 2)
        self.assertEqual(first["raw"], {"Id": "p0", "Name": "Name 0", "Rating": "0"})
        self.assertEqual((first["mapped"]["externalId"], first["mapped"]["name"]),
                         ("p0", "Name 0"))
        self.assertEqual(first["errors"], [])
        for rows in (1, 100):
            seen = self.preview(self.body("a.csv"), f"?rows={rows}")
            self.assertEqual([r["line"] for r in seen["rows"]], list(range(2, rows + 2)))
        # Nothing was written, and no job made.
        self.call("GET", "/v1/entities/SUPPLIER/p0", status=404)
        self.assertEqual(self.call("GET", f"/v1/mapper/job?clientId={self.client}").body["content"],
                         [])

    def test_a_run_calls_the_file_by_the_same_name(self):
        self.put("same.csv", "Id;Name\n;A\n")
        self.assertEqual(self.preview(self.body("same.csv"))["file"], "same.csv")
        x = self.run_job(self.body("same.csv"))
        [file] = x["files"]
        self.assertEqual((file["name"], file["path"]), ("same.csv", f"{self.folder}/same.csv"))
        [error] = self.call("GET", f"/v1/mapper/executions/{x['id']}/errors").body["content"]
        self.assertEqual(error["file"], "same.csv")

    def test_what_is_wrong_with_rows(self):
        self.put("b.csv", "Id;Name;Rating;Colour\np1;;x;red\np2;Two;2;blue\n")
        seen = self.preview(self.body("b.csv"))
        self.assertEqual({e["field"] for e in seen["rows"][0]["errors"]},
                         {"name", "supplierRating"})
        self.assertEqual(seen["rows"][1]["errors"], [])
        self.assertIn("Colour", " ".join(seen["warnings"]))

    def test_transcoding(self):
        self.put("t.csv", "Id;Name;St\nt1;One;A\nt2;Two;Z\n")
        seen = self.preview(self.body(
            "t.csv", mapping={"externalId": "Id", "name": "Name", "status": "St"},
            transcoding=[{"field": "status", "values": {"A": "ACTIVE"}, "onMiss": "REJECT"}]))
        self.assertEqual(seen["rows"][0]["mapped"]["status"], "ACTIVE")
        self.assertEqual(seen["rows"][0]["raw"]["St"], "A")
        self.assertEqual(seen["rows"][1]["errors"][0]["code"], "F-E-008")

    def test_json(self):
        self.put("a.json", json.dumps([{"externalId": "j1", "name": "One"}]))
        seen = self.preview(self.body("a.json", mapping=None))
        self.assertEqual(seen["rows"][0]["raw"], {"externalId": "j1", "name": "One"})
        self.assertEqual(seen["rows"][0]["mapped"]["name"], "One")

    def test_the_first_file_of_a_folder(self):
        self.put("b.csv", "Id;Name\nb;B\n")
        self.put("a.csv", "Id;Name\na;A\n")
        self.put(".hidden.csv", "Id;Name\nh;H\n")
        self.put("0.txt", "Id;Name\n0;0\n")
        seen = self.preview(self.body())
        self.assertEqual((seen["file"], seen["rows"][0]["raw"]["Id"]), ("a.csv", "a"))

    def test_what_cannot_be_read(self):
        self.put("comma.csv", "Id,Name\na,A\n")
        answer = self.preview(self.body("comma.csv"), "", 400, "SOURCE_FAILED")
        self.assertIn("with ','", answer["message"])
        answer = self.preview(self.body("absent.csv"), "", 400, "SOURCE_FAILED")
        self.assertIn("absent.csv", answer["message"])

    def test_a_folder_without_files(self):
        answer = self.preview(self.body(), "", 400, "SOURCE_FAILED")
        self.assertIn(str(self.folder), answer["message"])

    def test_a_server_that_lets_nobody_in(self):
        self.put("a.csv", ROWS)
        self.client = self.connect(port=free_port())
        self.preview(self.body("a.csv"), "", 502, "SOURCE_FAILED")
        self.client = self.connect(hostKeys=["SHA256:" + "A" * 43])
        answer = self.preview(self.body("a.csv"), "", 502, "SOURCE_FAILED")
        self.assertIn("host key", answer["message"])

    def test_a_disabled_connection(self):
        self.call("POST", f"/v1/mapper/client/{self.client}/disable", status=204)
        answer = self.preview(self.body("a.csv"), "", 409, "CONFLICT")
        self.assertIn("disabled", answer["message"])

    def test_a_client_that_goes_away(self):
        """From a server that never answers; the stop of the gateway shows what is left."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.client = self.connect(port=silent.getsockname()[1])
            body = json.dumps(self.body("a.csv")).encode()
            with socket.create_connection((self.gateway.host, self.gateway.port)) as s:
                s.sendall((f"POST {PREVIEW} HTTP/1.1\r\nHost: x\r\n"
                           f"dj-api-key: {self.gateway.admin_key()}\r\n"
                           "Content-Type: application/json\r\n"
                           f"Content-Length: {len(body)}\r\n\r\n").encode() + body)
                silent.settimeout(20)
                server = silent.accept()[0]
            self.call("GET", "/health/live")
            server.close()
        self.put("a.csv", ROWS)
        self.client = self.connect()
        self.preview(self.body("a.csv"))


class SeveralFiles(SourceCase):
    def test_rejects_have_the_columns_of_all_files(self):
        self.put("1.csv", "Supplier External Id;Supplier Name;One\nr1;;1\n")
        self.put("2.csv", "Two;Supplier Name;Supplier External Id\n2;;r2\n")
        self.put("3.csv", "Supplier External Id;Supplier Name\nr3;Three\n")
        self.put("4.json", json.dumps([{"externalId": "r4"}]))
        source = {"inboundDirectory": str(self.folder), "pattern": "*.*",
                  "outboundDirectory": str(self.sshd.home / "done")}
        (self.sshd.home / "done").mkdir(exist_ok=True)
        x = self.run_job(self.body(source=source, mapping=None))
        self.assertEqual((x["status"], x["rowsRead"], x["rejected"]), ("JOB_PARTIAL", 4, 3), x)
        path = f"/v1/mapper/executions/{x['id']}"
        errors = self.call("GET", f"{path}/errors").body["content"]
        self.assertEqual([(e["number"], e["file"], e["line"]) for e in errors],
                         [(0, "1.csv", 2), (1, "2.csv", 2), (2, "4.json", 1)])
        text = self.call("GET", f"{path}/rejects.csv").body.decode()
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
        self.assertEqual(rows[0], ["Supplier External Id", "Supplier Name", "One", "Two",
                                   "element", "__line", "__code", "__message"])
        self.assertEqual([r[:7] for r in rows[1:]], [
            ["r1", "", "1", "", "", "2", "F-E-001"], ["r2", "", "", "2", "", "2", "F-E-001"],
            ["", "", "", "", '{"externalId": "r4"}', "1", "F-E-001"]])


if __name__ == "__main__":
    unittest.main()
