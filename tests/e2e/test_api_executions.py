"""Contract 2.5 and 2.6: files by hand, and the executions that they make."""

import csv
import gzip
import io
import json
import os
import socket
import unittest
import urllib.parse

from api_case import ApiCase, unique
from wait import wait_until

JOBS, EXECUTIONS = "/v1/mapper/job", "/v1/mapper/executions"
NOBODY = "01890000-0000-7000-8000-000000000000"
FINAL = ("JOB_SUCCESS", "JOB_PARTIAL", "JOB_FAILED", "JOB_CANCELLED", "JOB_INTERRUPTED",
         "JOB_SKIPPED")
HEADER = "Supplier External Id;Supplier Name;Supplier Rating"
COUNTS = ("rowsRead", "created", "updated", "unchanged", "rejected")


class ExecutionCase(ApiCase):
    def make(self, **more):
        body = {"name": unique("import"), "active": True, "entity": "SUPPLIER",
                "csv": {"delimiter": ";"}, **more}
        return self.call("POST", JOBS, body, 201).body["id"]

    def upload(self, job, body, status=202, code=None, kind=None, key=None, **query):
        query = {k: str(v).lower() if isinstance(v, bool) else v for k, v in query.items()}
        path = f"{JOBS}/{job}/file?{urllib.parse.urlencode(query)}"
        headers = {"Content-Type": kind} if kind else {}
        return self.call("POST", path, body, status, code, headers=headers, key=key).body

    def show(self, execution):
        return self.call("GET", f"{EXECUTIONS}/{execution}").body

    def ended(self, execution, timeout=60):
        def reached():
            x = self.show(execution)
            self.assertIn(x["status"], FINAL, x)
            return x
        return wait_until(reached, timeout, what=f"the end of {execution}")

    def imported(self, job, body, **query):
        """Uploads and waits; answers the execution."""
        query.setdefault("name", "rows.csv")
        return self.ended(self.upload(job, body, **query)["id"])

    def counts(self, x):
        return tuple(x[name] for name in COUNTS)

    def errors(self, execution, query=""):
        return self.call("GET", f"{EXECUTIONS}/{execution}/errors?{query}").body

    def rejects(self, execution, delimiter=";", encoding="utf-8", **more):
        """The lines of rejects.csv, cut into cells."""
        answer = self.call("GET", f"{EXECUTIONS}/{execution}/rejects.csv", **more)
        return list(csv.reader(io.StringIO(answer.body.decode(encoding), newline=""),
                               delimiter=delimiter))

    def spool(self):
        spool = self.gateway.data_dir / "spool"
        return os.listdir(spool) if spool.exists() else []

    def rows(self, *rows, header=HEADER):
        return "\n".join((header, *rows, "")).encode()

    def big(self, count=200_000):
        """A file that takes its time."""
        prefix = unique("big")
        return self.rows(*(f"{prefix}-{i};Name {i};4" for i in range(count)))


class Uploads(ExecutionCase):
    config = {"limits": {"file": "1MiB"}}

    def begun_upload(self, job, header):
        """A connection on which the head of an upload was sent."""
        s = socket.create_connection((self.gateway.host, self.gateway.port), timeout=30)
        s.sendall((f"POST {JOBS}/{job}/file?name=x.csv HTTP/1.1\r\nHost: x\r\n"
                   f"dj-api-key: {self.gateway.admin_key()}\r\n{header}\r\n\r\n").encode())
        return s

    def half_an_upload(self, job, announced=800_000):
        s = self.begun_upload(job, f"Content-Length: {announced}")
        s.sendall(b"x" * 50_000)
        wait_until(self.spool, what="the file to be in the spool")
        return s

    def test_a_file_by_hand(self):
        job, a, b = self.make(), unique("a"), unique("b")
        accepted = self.upload(job, self.rows(f"{a};A;4", f"{b};B;"), name="x.csv", dryRun=False)
        self.assertEqual((accepted["trigger"], accepted["dryRun"], accepted["jobId"]),
                         ("FILE", False, job))
        x = self.ended(accepted["id"])
        self.assertEqual((x["status"], self.counts(x)), ("JOB_SUCCESS", (2, 2, 0, 0, 0)))
        self.assertEqual(x["jobName"], self.call("GET", f"{JOBS}/{job}").body["name"])
        self.assertEqual((x["entity"], x["fileName"]), ("SUPPLIER", "x.csv"))
        [file] = x["files"]
        self.assertEqual((file["name"], file["path"], file["status"], file["rowsRead"]),
                         ("x.csv", None, "DONE", 2))
        self.assertLessEqual(x["startedAt"], x["finishedAt"])
        self.assertEqual(x["bytesRead"], len(self.rows(f"{a};A;4", f"{b};B;")))
        stored = self.call("GET", f"/v1/entities/SUPPLIER/{a}").body
        self.assertEqual((stored["name"], stored["executionId"]), ("A", x["id"]))
        # The same file once more changes nothing.
        again = self.imported(job, self.rows(f"{a};A;4", f"{b};B;"))
        self.assertEqual(self.counts(again), (2, 0, 0, 2, 0))
        stored = self.call("GET", f"/v1/entities/SUPPLIER/{a}").body
        self.assertEqual(stored["executionId"], x["id"])
        # A change bears the execution that made it.
        changed = self.imported(job, self.rows(f"{a};A2;4"))
        self.assertEqual(self.counts(changed), (1, 0, 1, 0, 0))
        self.assertEqual(self.call("GET", f"/v1/entities/SUPPLIER/{a}").body["executionId"],
                         changed["id"])
        wait_until(lambda: self.spool() == [], what="the spool to be empty")

    def test_an_inactive_job_takes_files(self):
        x = self.imported(self.make(active=False), self.rows(f"{unique('i')};I;"))
        self.assertEqual(x["status"], "JOB_SUCCESS")

    def test_dry_run(self):
        job, new = self.make(), unique("dry")
        body = self.rows(f"{new};New;4", f"{new};Newer;4", f"{new};Newer;4", f"{new};;bad")
        dry = self.imported(job, body, dryRun=True)
        self.assertTrue(dry["dryRun"])
        self.call("GET", f"/v1/entities/SUPPLIER/{new}", status=404)
        real = self.imported(job, body, dryRun=False)
        self.assertFalse(real["dryRun"])
        self.assertEqual((dry["status"], self.counts(dry)), (real["status"], self.counts(real)))
        self.assertEqual(self.counts(dry), (4, 1, 1, 1, 1))
        self.assertEqual(self.errors(dry["id"])["content"], self.errors(real["id"])["content"])
        self.assertEqual(self.rejects(dry["id"]), self.rejects(real["id"]))
        self.call("GET", f"/v1/entities/SUPPLIER/{new}")
        answer = self.call("POST", f"{JOBS}/{job}/file?name=x.csv&dryRun=maybe", body, 400)
        self.assertEqual(self.fields(answer), {"dryRun": "INVALID_VALUE"})

    def test_formats(self):
        job, (a, b, c, d) = self.make(), (unique(x) for x in "abcd")

        def document(external_id):
            return json.dumps([{"externalId": external_id, "name": "N"}]).encode()
        csv_body = self.rows(f"{c};N;")
        for body, query in ((document(a), {"name": "x.json"}),
                            (document(b), {"kind": "application/json"}),
                            (csv_body, {"name": "X.CSV", "kind": "application/vnd.ms-excel"}),
                            (gzip.compress(self.rows(f"{d};N;")), {"name": "x.csv.gz"})):
            x = self.ended(self.upload(job, body, **query)["id"])
            self.assertEqual((x["status"], self.counts(x)[:2]), ("JOB_SUCCESS", (1, 1)), x)
        x = self.ended(self.upload(job, csv_body, kind="text/csv; charset=utf-8")["id"])
        self.assertEqual((self.counts(x), x["files"][0]["name"]), ((1, 0, 0, 1, 0), "upload.csv"))
        # Without a word about what it is, the content tells.
        x = self.ended(self.upload(job, csv_body)["id"])
        self.assertEqual(self.counts(x), (1, 0, 0, 1, 0))
        x = self.ended(self.upload(job, document(a), kind="application/octet-stream")["id"])
        self.assertEqual(self.counts(x), (1, 0, 0, 1, 0))

    def test_order_statuses_as_xml(self):
        reference = unique("O")
        self.call("PUT", f"/v1/orders/{reference}", {}, 201)
        job = self.make(entity="ORDER_STATUS")
        body = (f"<OrderStatuses><OrderStatus><orderReference>{reference}</orderReference>"
                "<status>SHIPPED</status></OrderStatus></OrderStatuses>").encode()
        x = self.ended(self.upload(job, body, name="x.xml")["id"])
        self.assertEqual((x["status"], self.counts(x)), ("JOB_SUCCESS", (1, 0, 1, 0, 0)), x)
        self.assertEqual(self.call("GET", f"/v1/orders/{reference}").body["status"], "SHIPPED")

    def test_what_the_entity_does_not_take(self):
        job = self.make()
        for query in ({"name": "x.xml"}, {"kind": "text/xml"},
                      {"name": "x.csv", "kind": "multipart/form-data; boundary=x"},
                      {"kind": "image/png"}):
            answer = self.upload(job, b"x", 415, "UNSUPPORTED_MEDIA_TYPE", **query)
            self.assertTrue(answer["message"])
        for name in ("", "a/b.csv", "..", ".", "a\\b.csv", "a\nb.csv", "x" * 256 + ".csv"):
            path = f"{JOBS}/{job}/file?{urllib.parse.urlencode({'name': name})}"
            self.assertEqual(self.fields(self.call("POST", path, b"x", 400)),
                             {"name": "INVALID_VALUE"})
        self.call("POST", f"{JOBS}/{job}/file?nmae=x.csv", b"x", 400, "UNKNOWN_PARAMETER")
        self.upload(NOBODY, b"x", 404, name="x.csv")
        json_only = self.make(csv=None, clientId=self.make_connection(),
                              source={"path": "in/suppliers.json"})
        answer = self.upload(json_only, b"x", 409, "CONFLICT", name="x.csv")
        self.assertIn("csv.delimiter", answer["message"])
        wait_until(lambda: self.spool() == [], what="the spool to be empty")

    def test_too_large(self):
        job, body = self.make(), self.rows("x" * (2 << 20))
        answer = self.upload(job, body, 413, "PAYLOAD_TOO_LARGE", name="x.csv")
        self.assertIn("limits.file", answer["message"])
        # The same when nothing announces it.
        with self.begun_upload(job, "Transfer-Encoding: chunked") as s:
            for i in range(0, len(body), 65536):
                piece = body[i:i + 65536]
                s.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            s.sendall(b"0\r\n\r\n")
            self.assertIn(b" 413 ", s.recv(65536).split(b"\r\n")[0])
        wait_until(lambda: self.spool() == [], what="the spool to be empty")
        self.assertEqual(self.call("GET", f"{EXECUTIONS}?jobId={job}").body["content"], [])

    def test_a_client_that_goes_away_leaves_nothing(self):
        job = self.make()
        for announced in (100_000, 800_000):
            self.half_an_upload(job, announced).close()
            wait_until(lambda: self.spool() == [], what="the spool to be empty")
        self.assertEqual(self.call("GET", f"{EXECUTIONS}?jobId={job}").body["content"], [])

    def test_a_stop_in_the_middle_of_an_upload(self):
        job = self.make()
        with self.half_an_upload(job):
            self.gateway.restart()
        wait_until(lambda: self.spool() == [], what="the spool to be empty")
        self.assertEqual(self.call("GET", f"{EXECUTIONS}?jobId={job}").body["content"], [])

    def test_a_crash_in_the_middle_of_an_upload(self):
        job = self.make()
        with self.half_an_upload(job):
            self.gateway.restart(crash=True)
        wait_until(lambda: self.spool() == [], what="the spool to be empty")
        self.assertEqual(self.call("GET", f"{EXECUTIONS}?jobId={job}").body["content"], [])

    def test_empty_and_broken_files(self):
        job = self.make()
        x = self.imported(job, b"")
        self.assertEqual(x["status"], "JOB_FAILED")
        self.assertTrue(x["message"])
        x = self.imported(job, (HEADER + "\n").encode())
        self.assertEqual((x["status"], self.counts(x)), ("JOB_SUCCESS", (0, 0, 0, 0, 0)))
        self.assertTrue(x["message"])
        x = self.imported(job, self.rows("a,A,4", header=HEADER.replace(";", ",")))
        self.assertEqual((x["status"], self.counts(x)), ("JOB_FAILED", (0, 0, 0, 0, 0)))
        self.assertIn("Supplier External Id", x["message"])
        self.assertIn("with ','", x["message"])
        x = self.imported(job, b"[{]", name="x.json")
        self.assertEqual(x["status"], "JOB_FAILED")

    def test_keys(self):
        job = self.make()
        body = self.rows(f"{unique('k')};K;")
        self.upload(job, body, 403, name="x.csv", key=self.key("OPERATOR_READER"))
        x = self.upload(job, body, name="x.csv", key=self.key("OPERATOR_USER"))
        self.ended(x["id"])


class Rejects(ExecutionCase):
    def test_mended_and_imported_again(self):
        job, (a, b, c) = self.make(), (unique(x) for x in "abc")
        x = self.imported(job, self.rows(f"{a};Good;4", f"{b};;4", f'{c};"He said ""no; never""";x'))
        self.assertEqual((x["status"], self.counts(x)), ("JOB_PARTIAL", (3, 1, 0, 0, 2)))
        answer = self.call("GET", f"{EXECUTIONS}/{x['id']}/rejects.csv")
        self.assertEqual(answer.headers["Content-Type"], "text/csv; charset=UTF-8")
        self.assertEqual(answer.headers["Content-Disposition"],
                         f'attachment; filename="rejects-{x["id"]}.csv"')
        header, first, second = self.rejects(x["id"])
        self.assertEqual(header, HEADER.split(";") + ["__line", "__code", "__message"])
        self.assertEqual(first[:5], [b, "", "4", "3", "F-E-001"])
        self.assertIn("name", first[5])
        self.assertEqual(second[:4], [c, 'He said "no; never"', "x", "4"])
        # What is still wrong comes back with its columns once.
        z = self.imported(job, answer.body, name="not-mended.csv")
        self.assertEqual(self.rejects(z["id"])[0], header)
        self.assertEqual([r[:4] for r in self.rejects(z["id"])[1:]],
                         [first[:3] + ["2"], second[:3] + ["3"]])
        self.assertEqual(z["warnings"], 0)
        # Mended as it is, in place; the added columns may stay.
        mended = answer.body.decode().replace(f"{b};;4", f"{b};Mended;4").replace(
            ";x;4;", ";4.5;4;")
        y = self.imported(job, mended.encode(), name="mended.csv")
        self.assertEqual((y["status"], self.counts(y)), ("JOB_SUCCESS", (2, 2, 0, 0, 0)), y)
        self.assertEqual(self.call("GET", f"/v1/entities/SUPPLIER/{c}").body["name"],
                         'He said "no; never"')

    def test_in_the_encoding_and_with_the_delimiter_of_the_job(self):
        job, a = self.make(csv={"delimiter": ",", "encoding": "WINDOWS-1252"}), unique("w")
        body = self.rows(f'{a},"Café, 5 €",x', header=HEADER.replace(";", ",")).decode()
        x = self.imported(job, body.encode("cp1252"))
        self.assertEqual(self.counts(x)[4], 1)
        answer = self.call("GET", f"{EXECUTIONS}/{x['id']}/rejects.csv")
        self.assertEqual(answer.headers["Content-Type"], "text/csv; charset=WINDOWS-1252")
        header, row = self.rejects(x["id"], ",", "cp1252")
        self.assertEqual(row[:3], [a, "Café, 5 €", "x"])
        y = self.imported(job, answer.body.replace(b",x,", b",4,"))
        self.assertEqual((y["status"], self.counts(y)), ("JOB_SUCCESS", (1, 1, 0, 0, 0)))
        self.assertEqual(self.call("GET", f"/v1/entities/SUPPLIER/{a}").body["name"],
                         "Café, 5 €")

    def test_cells_without_a_column_are_not_lost(self):
        job = self.make()
        x = self.imported(job, self.rows("a;A;4;more;and more", "b"))
        self.assertEqual(self.counts(x)[4], 2)
        header, first, second = self.rejects(x["id"])
        self.assertEqual((first[:4], first[6:]), (["a", "A", "4", "2"], ["more", "and more"]))
        self.assertEqual((second[:4], second[6:]), (["b", "", "", "3"], []))

    def test_elements_of_json_files(self):
        job = self.make()
        x = self.imported(job, json.dumps([{"externalId": "j", "supplierRating": "x"}]).encode(),
                          name="x.json")
        header, row = self.rejects(x["id"])
        self.assertEqual(header, ["element", "__line", "__code", "__message"])
        self.assertEqual(json.loads(row[0]), {"externalId": "j", "supplierRating": "x"})

    def test_none(self):
        x = self.imported(self.make(), self.rows(f"{unique('n')};N;"))
        self.assertEqual(self.rejects(x["id"])[1:], [])
        self.assertEqual(self.errors(x["id"])["content"], [])

    def test_many(self):
        job, count = self.make(), 20_000
        x = self.imported(job, self.rows(*(f"m-{i};;{'x' * 50}" for i in range(count))))
        self.assertEqual((x["status"], self.counts(x)), ("JOB_FAILED", (count, 0, 0, 0, count)))
        rows = self.rejects(x["id"])
        self.assertEqual([r[0] for r in rows[1:]], [f"m-{i}" for i in range(count)])
        self.assertEqual([r[3] for r in rows[1:]], [str(i + 2) for i in range(count)])
        page = self.errors(x["id"], f"page={count // 100 - 1}&size=100")
        self.assertEqual((page["totalElements"], page["totalPages"], page["last"]),
                         (count, count // 100, True))
        self.assertEqual([e["number"] for e in page["content"]], list(range(count - 100, count)))

    def test_errors(self):
        job = self.make()
        x = self.imported(job, self.rows("e1;;4", "e2;E2;x", "e3;;y"), name="e.csv")
        every = self.errors(x["id"])["content"]
        self.assertEqual([(e["number"], e["line"], e["file"]) for e in every],
                         [(0, 2, "e.csv"), (1, 3, "e.csv"), (2, 4, "e.csv")])
        first, second, third = every
        self.assertEqual((first["code"], first["column"], first["field"], first["value"]),
                         ("F-E-001", "Supplier Name", "name", ""))
        self.assertEqual((second["column"], second["value"]), ("Supplier Rating", "x"))
        self.assertEqual(len(third["errors"]), 2)
        for e in every:
            for name in ("code", "column", "field", "value", "message"):
                self.assertEqual(e[name], e["errors"][0].get(name))
        for query, numbers in (("page=0&size=2", [0, 1]), ("page=1&size=2", [2]),
                               ("page=2&size=2", []), ("sort=number:desc", [2, 1, 0]),
                               ("sort=number:desc&page=1&size=2", [0]),
                               ("page=0&size=2&sort=number:desc", [2, 1])):
            page = self.errors(x["id"], query)
            self.assertEqual(([e["number"] for e in page["content"]], page["totalElements"]),
                             (numbers, 3), query)
        for query in ("page=-1", "size=0", "size=501", "sort=line:asc", "status=x"):
            self.call("GET", f"{EXECUTIONS}/{x['id']}/errors?{query}", status=400)
        for what in ("errors", "rejects.csv"):
            self.call("GET", f"{EXECUTIONS}/{NOBODY}/{what}", status=404)

    def test_keys_of_some_stores_see_no_rows(self):
        key = self.key("OPERATOR_ADMIN", ["default_store"])
        x = self.imported(self.make(), self.rows("k;;4"))
        self.call("GET", f"{EXECUTIONS}/{x['id']}", key=key)
        for what in ("errors", "rejects.csv"):
            self.call("GET", f"{EXECUTIONS}/{x['id']}/{what}", status=403, key=key)
        self.call("POST", f"{EXECUTIONS}/{x['id']}/cancel", status=403, key=key)


class KeptRejects(ExecutionCase):
    config = {"imports": {"rejectsKept": 3}}

    def test_only_so_many_are_kept(self):
        x = self.imported(self.make(), self.rows(*(f"k{i};;" for i in range(5))))
        self.assertEqual((x["rejected"], self.errors(x["id"])["totalElements"]), (5, 3))
        self.assertEqual(len(self.rejects(x["id"])), 4)


class Retention(ExecutionCase):
    config = {"retention": {"historyCount": 2}}

    def test_the_oldest_ones_go_with_their_rows(self):
        job = self.make()
        big = self.imported(job, self.rows(*(f"r{i};;" for i in range(5000))))
        others = [self.imported(job, self.rows("r;;")) for _ in range(3)]
        self.gateway.restart()

        def kept():
            return [x["id"] for x in self.call("GET", EXECUTIONS).body["content"]]
        wait_until(lambda: len(kept()) <= 2, what="the history to be cut")
        self.assertEqual(kept(), [others[2]["id"], others[1]["id"]])
        for what in ("", "/errors", "/rejects.csv"):
            self.call("GET", f"{EXECUTIONS}/{big['id']}{what}", status=404)
        self.assertEqual(len(self.rejects(others[2]["id"])), 2)


class Overlap(ExecutionCase):
    def statuses(self, ids):
        return [self.show(i)["status"] for i in ids]

    def test_run_immediately_lets_one_wait(self):
        job, small = self.make(), self.rows(f"{unique('s')};S;")
        ids = [self.upload(job, body, name="x.csv")["id"] for body in (self.big(), small, small)]
        first, second, third = (self.show(i) for i in ids)
        self.assertEqual(first["status"], "JOB_RUNNING")
        self.assertEqual(second["status"], "JOB_PENDING")
        self.assertEqual(third["status"], "JOB_SKIPPED")
        self.assertTrue(third["message"])
        self.assertIsNone(third["startedAt"])
        first, second = self.ended(ids[0]), self.ended(ids[1])
        self.assertEqual(self.counts(first)[:2], (200_000, 200_000))
        self.assertEqual(self.counts(second), (1, 1, 0, 0, 0))
        self.assertLessEqual(first["finishedAt"], second["startedAt"])
        wait_until(lambda: self.spool() == [], what="the spool to be empty")

    def test_wait_for_next_skips(self):
        job = self.make(executionPolicy="WAIT_FOR_NEXT")
        first = self.upload(job, self.big(), name="1.csv")
        second = self.upload(job, self.rows("s;S;"), name="2.csv")
        self.assertEqual(second["status"], "JOB_SKIPPED")
        self.assertIn("WAIT_FOR_NEXT", second["message"])
        self.call("POST", f"{EXECUTIONS}/{first['id']}/cancel", status=202)
        self.ended(first["id"])

    def test_simultaneous(self):
        job = self.make(simultaneousExecution=True)
        first = self.upload(job, self.big(), name="1.csv")
        second = self.imported(job, self.rows(f"{unique('s')};S;"))
        self.assertEqual(second["status"], "JOB_SUCCESS")
        self.assertEqual(self.show(first["id"])["status"], "JOB_RUNNING")
        self.call("POST", f"{EXECUTIONS}/{first['id']}/cancel", status=202)
        self.ended(first["id"])

    def test_counters_move_and_cancel_stops_them(self):
        job = self.make()
        running, waiting = (self.upload(job, body, name="x.csv")["id"]
                            for body in (self.big(), self.rows("s;S;")))
        seen = []

        def moving():
            x = self.show(running)
            self.assertEqual(x["status"], "JOB_RUNNING", x)
            if x["rowsRead"] and x["rowsRead"] not in seen:
                seen.append(x["rowsRead"])
            return len(seen) >= 3
        wait_until(moving, interval=0.005, what="the counters to move")
        self.assertEqual(seen, sorted(seen))
        listed = self.call("GET", f"{EXECUTIONS}?jobId={job}&status=JOB_RUNNING").body["content"]
        self.assertGreaterEqual(listed[0]["rowsRead"], seen[-1])
        answer = self.call("POST", f"{EXECUTIONS}/{waiting}/cancel", status=202)
        self.assertEqual(answer.body["status"], "JOB_CANCELLED")
        self.call("POST", f"{EXECUTIONS}/{running}/cancel", status=202)
        x = self.ended(running)
        self.assertEqual(x["status"], "JOB_CANCELLED")
        self.assertLess(x["rowsRead"], 200_000)
        for execution in (running, waiting):
            self.call("POST", f"{EXECUTIONS}/{execution}/cancel", status=409, code="CONFLICT")
        self.call("POST", f"{EXECUTIONS}/{NOBODY}/cancel", status=404)
        wait_until(lambda: self.spool() == [], what="the spool to be empty")

    def test_the_history_outlives_the_job(self):
        job = self.make()
        done = self.imported(job, self.rows(f"{unique('h')};;4"))
        running, waiting = (self.upload(job, body, name="x.csv")["id"]
                            for body in (self.big(), self.rows("s;S;")))
        self.call("DELETE", f"{JOBS}/{job}", status=204)
        for execution in (running, waiting):
            self.assertEqual(self.ended(execution)["status"], "JOB_CANCELLED")
        self.assertEqual(self.show(done["id"]), done)
        self.assertEqual(len(self.rejects(done["id"])), 2)
        listed = self.call("GET", f"{EXECUTIONS}?jobId={job}").body["content"]
        self.assertEqual([x["id"] for x in listed], [waiting, running, done["id"]])


class Lists(ExecutionCase):
    def test_filters_and_order(self):
        job, other = self.make(), self.make()
        good = self.imported(job, self.rows(f"{unique('l')};L;"))
        bad = self.imported(job, b"")
        self.imported(other, b"")

        def ids(query):
            return [x["id"] for x in self.call("GET", f"{EXECUTIONS}?{query}").body["content"]]
        self.assertEqual(ids(f"jobId={job}"), [bad["id"], good["id"]])
        self.assertEqual(ids(f"jobId={job}&sort=createdAt:asc"), [good["id"], bad["id"]])
        self.assertEqual(ids(f"jobId={job}&status=JOB_FAILED"), [bad["id"]])
        self.assertEqual(ids(f"jobId={NOBODY}"), [])
        self.assertIn(good["id"], ids("status=JOB_SUCCESS"))
        self.assertNotIn(bad["id"], ids("status=JOB_SUCCESS"))
        self.assertEqual(ids(f"jobId={job}&from={bad['createdAt']}"), [bad["id"]])
        self.assertEqual(ids(f"jobId={job}&to={bad['createdAt']}"), [good["id"]])
        self.assertEqual(ids(f"jobId={job}&size=1&page=1"), [good["id"]])
        for query in ("jobId=x", "status=JOB_LOST", "from=yesterday", "to=x", "page=-1", "size=501",
                      "sort=name:asc", "jobOutId=x"):
            self.call("GET", f"{EXECUTIONS}?{query}", status=400)

    def test_what_is_not_there(self):
        self.call("GET", f"{EXECUTIONS}/{NOBODY}", status=404, code="NOT_FOUND")
        self.call("GET", f"{EXECUTIONS}/x", status=404)
        for method, path, allow in (("POST", EXECUTIONS, "GET, HEAD"),
                                    ("DELETE", f"{EXECUTIONS}/{NOBODY}", "GET, HEAD"),
                                    ("GET", f"{EXECUTIONS}/{NOBODY}/cancel", "POST"),
                                    ("POST", f"{EXECUTIONS}/{NOBODY}/errors", "GET, HEAD")):
            answer = self.call(method, path, status=405)
            self.assertEqual(answer.headers["Allow"], allow)

    def test_readers_read(self):
        x = self.imported(self.make(), self.rows("r;;"))
        key = self.key("OPERATOR_READER")
        for path in (EXECUTIONS, f"{EXECUTIONS}/{x['id']}", f"{EXECUTIONS}/{x['id']}/errors",
                     f"{EXECUTIONS}/{x['id']}/rejects.csv"):
            self.call("GET", path, key=key)
        self.call("POST", f"{EXECUTIONS}/{x['id']}/cancel", status=403, key=key)

    def test_the_answer_has_the_keys_of_the_contract(self):
        x = self.imported(self.make(), self.rows("c;;"))
        self.assertEqual(list(x)[:18], [
            "id", "jobId", "jobName", "entity", "trigger", "scheduledFor", "status", "startedAt",
            "finishedAt", "rowsRead", "created", "updated", "unchanged", "rejected", "warnings",
            "bytesRead", "files", "message"])

    def test_metrics(self):
        def figures():
            text = self.call("GET", "/metrics").body.decode()
            return dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
        before = figures()
        self.imported(self.make(), self.rows(f"{unique('m')};M;", "m;;"))

        def grown(name):
            return float(figures()[name]) - float(before[name])
        self.assertEqual(grown('sluice_executions{state="JOB_PARTIAL"}'), 1)
        self.assertEqual(grown('sluice_import_rows_total{result="accepted"}'), 1)
        self.assertEqual(grown('sluice_import_rows_total{result="rejected"}'), 1)
        self.assertEqual(grown("sluice_import_jobs"), 1)
        self.assertEqual(figures()["sluice_imports_running"], "0")

    def test_a_restart_keeps_it_all(self):
        x = self.imported(self.make(), self.rows("q;;4"))
        errors, rejects = self.errors(x["id"]), self.rejects(x["id"])
        self.gateway.restart()
        self.assertEqual((self.show(x["id"]), self.errors(x["id"]), self.rejects(x["id"])),
                         (x, errors, rejects))


if __name__ == "__main__":
    unittest.main()
