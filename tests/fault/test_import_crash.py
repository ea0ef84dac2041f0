"""kill -9 during imports: what was answered stays, recovery ends with exactly
the right records, a file moves once, and a status has one export (contract
2.6, 4.2, 4.8, 4.11); and a disk that is full.

    SLUICE_CRASH_ROWS=200000   rows of the big file
    SLUICE_CRASH_CYCLES=20     kills while it is read (default: 4)
"""

import gzip
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

from export_case import ACCEPTED, WAITING, ExportCase, all_exports, order
from gateway import NO_KEY, Gateway, sftp_connection
from import_case import (FAILED, FINAL, INTERRUPTED, RUNNING, SUCCESS, ImportCase, suppliers)
from sshd import Sshd
from wait import wait_until

ROWS = int(os.environ.get("SLUICE_CRASH_ROWS", "200000"))
CYCLES = int(os.environ.get("SLUICE_CRASH_CYCLES", "4"))
SEED = int(os.environ.get("SLUICE_CRASH_SEED", str(time.time_ns() % 1000000)))


class CrashCase(ImportCase):
    """config: nothing waits longer than it must."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Sshd())
        super().setUpClass()
        cls.client = cls.gateway.ok("POST", "/v1/mapper/client",
                                    sftp_connection(cls.server))["id"]

    def setUp(self):
        self.dice = random.Random(f"{SEED} {self.id()}")
        self.folder = self.server.home / self.id().rpartition(".")[2]
        for name in ("in", "out", "error", "exports"):
            (self.folder / name).mkdir(parents=True)

    def names(self, folder):
        return sorted(p.name for p in (self.folder / folder).iterdir())

    def bulk_job(self, **more):
        return self.make_job(clientId=self.client, source={
            f"{k}Directory": str(self.folder / v) for k, v in
            (("inbound", "in"), ("outbound", "out"), ("error", "error"))}, **more)

    def torment(self, job, longest):
        """Kills the gateway again and again, at some moment of a run."""
        kills = 0
        for _ in range(CYCLES):
            wait_until(lambda: self.reading(job) or self.all_ended(job), 20, 0.003)
            if self.all_ended(job):
                break
            time.sleep(self.dice.random() * longest)
            self.gateway.restart(crash=True)
            kills += 1
        return kills

    def running(self, job):
        return self.executions(job, status=RUNNING)

    def reading(self, job):
        return any(x["rowsRead"] for x in self.running(job))

    def all_ended(self, job):
        found = self.executions(job)
        return found and all(x["status"] in FINAL for x in found) and found

    def check_history(self, found, kills):
        """Each but the last was interrupted, each but the first is a recovery."""
        print(f"{self.id()}: {kills} kills, {[x['rowsRead'] for x in found]} rows read",
              file=sys.stderr, flush=True)
        self.assertEqual([x["status"] for x in found],
                         [INTERRUPTED] * (len(found) - 1) + [SUCCESS], found)
        self.assertEqual({x["trigger"] for x in found[1:]} - {"RECOVERY"}, set())
        self.assertLessEqual(len(found), kills + 1)
        for x in found:
            self.assertIsNotNone(x["finishedAt"])


class Suppliers(CrashCase):
    def test_bulk_import_from_a_server(self):
        print(f"SLUICE_CRASH_ROWS={ROWS} SLUICE_CRASH_CYCLES={CYCLES} "
              f"SLUICE_CRASH_SEED={SEED}", file=sys.stderr)
        ids = [f"K{n:06d}" for n in range(ROWS)]
        data = suppliers(*ids)
        (self.folder / "in" / "a.csv").write_bytes(data)
        (self.folder / "in" / "b.csv").write_bytes(suppliers("K-b"))
        job = self.bulk_job()
        self.start(job)
        kills = self.torment(job, 0.2)
        found = wait_until(lambda: self.all_ended(job), 60)
        self.check_history(found, kills)
        self.assertGreaterEqual(kills, 1)
        self.assertGreaterEqual(len(found), 2)
        wait_until(lambda: self.names("out") == ["a.csv", "b.csv"], 10)
        self.assertEqual((self.names("in"), self.names("error")), ([], []))
        self.assertEqual((self.folder / "out" / "a.csv").read_bytes(), data)
        self.check_records(ids + ["K-b"])
        # Nothing is left over: the next run finds nothing to do.
        self.assert_counts(self.run_job(job), status=SUCCESS)

    def check_records(self, ids):
        listed = self.gateway.ok("GET", "/v1/entities/SUPPLIER?size=1&externalId=K")
        self.assertEqual(listed["totalElements"], len(ids))
        for id in self.dice.sample(ids, 200):
            self.assertEqual(self.entity("SUPPLIER", id)["name"], f"Name of {id}")

    def test_upload(self):
        """202 was answered: the file is the hub's, whatever happens to it."""
        job = self.make_job()
        ids = [f"U{n:06d}" for n in range(40_000)]
        data = suppliers(*ids)
        self.start_upload(job, gzip.compress(data, 1), "rows.csv.gz")
        self.gateway.restart(crash=True)
        kills = 1 + self.torment(job, 0.1)
        found = wait_until(lambda: self.all_ended(job), 60)
        self.check_history(found, kills)
        self.assertEqual(found[-1]["rowsRead"], len(ids))
        listed = self.gateway.ok("GET", "/v1/entities/SUPPLIER?size=1&externalId=U")
        self.assertEqual(listed["totalElements"], len(ids))
        wait_until(lambda: not list((self.gateway.data_dir / "spool").glob("*")), 10,
                   what="the spool to be empty")

    def test_upload_that_was_cut_off_leaves_nothing(self):
        job = self.make_job()
        for crash in (False, True):
            connection = self.gateway._connection(10)
            connection.putrequest("POST", f"/v1/mapper/job/{job}/file?name=a.csv")
            for name, value in (("dj-api-key", self.gateway.admin_key()),
                                ("Content-Type", "text/csv"), ("Content-Length", "9000000")):
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(suppliers(*(f"cut{n}" for n in range(50_000))))
            if crash:
                self.gateway.restart(crash=True)
            self.gateway._drop_connection()
        wait_until(lambda: not list((self.gateway.data_dir / "spool").glob("*")), 10,
                   what="the spool to be empty")
        self.assertEqual(self.executions(job), [])
        self.assertFalse(self.has("SUPPLIER", "cut1"))

    def test_a_scheduled_slot_is_not_run_again(self):
        (self.folder / "in" / "a.csv").write_bytes(suppliers(*(f"S{n}" for n in range(30_000))))
        job = self.make_job(clientId=self.client, cronExpression="*/3 * * * * ?",
                            source={"path": str(self.folder / "in" / "a.csv")})
        for _ in range(3):
            wait_until(lambda: self.running(job), 10, 0.01)
            self.gateway.restart(crash=True)
        wait_until(lambda: self.executions(job, status=SUCCESS), 20)
        slots = [x["scheduledFor"] for x in self.executions(job) if x["trigger"] == "SCHEDULED"]
        self.assertEqual(len(slots), len(set(slots)))


class Orders(CrashCase):
    def test_one_export_per_status(self):
        """Status moves of 3,000 orders, killed on the way; then each has exactly
        one export and one file."""
        count = 3000
        job = self.gateway.ok("POST", "/v1/mapper/jobout", {
            "name": "crash", "active": True, "entity": "ORDER", "exportMethod": "SFTP_CLIENT",
            "clientId": self.client, "outputFolder": str(self.folder / "exports"),
            "format": "JSON", "triggerStatuses": [ACCEPTED],
            "retry": {"maxRetries": 100, "intervalSeconds": 1}})["id"]
        ExportCase.bulk(self, [order(f"O-{n}", WAITING) for n in range(count)])
        rows = "".join(f"O-{n};{ACCEPTED}\n" for n in range(count))
        (self.folder / "in" / "a.csv").write_text("Order Reference;Order Status\n" + rows)
        imports = self.bulk_job(entity="ORDER_STATUS")
        self.start(imports)
        kills = self.torment(imports, 0.02)
        found = wait_until(lambda: self.all_ended(imports), 60)
        self.check_history(found, kills)
        self.assertEqual(found[-1]["updated"] + found[-1]["unchanged"], count)

        def delivered():
            exports = all_exports(self.gateway, job)
            self.assertEqual({x["status"] for x in exports}, {"EXPORT_SUCCESS"})
            return exports
        exports = wait_until(delivered, 60, 0.3)
        self.assertEqual(sorted(x["reference"] for x in exports),
                         sorted(f"O-{n}" for n in range(count)))
        self.assertEqual(len(self.names("exports")), count)
        self.assertEqual((self.names("in"), self.names("out")), ([], ["a.csv"]))


class DatabaseFull(CrashCase):
    config = {**CrashCase.config, "limits": {"mapSize": "16MiB"}}

    def test_import_fails_clearly_and_goes_on_with_room(self):
        job = self.make_job()
        data = suppliers(*(f"F{n}" for n in range(30_000)), name="x" * 1000)
        x = self.upload(job, data, timeout=60)
        self.assertEqual(x["status"], FAILED, x)
        self.assertRegex(x["message"], "full|space|mapSize")
        self.assertEqual(self.gateway.request("GET", "/health/live", key=NO_KEY).status, 200)
        self.gateway.stop()
        self.gateway.config["limits"]["mapSize"] = "1GiB"
        self.gateway.start()
        x = self.upload(job, data, timeout=60)
        self.assertEqual((x["status"], x["rowsRead"], x["rejected"]), (SUCCESS, 30_000, 0), x)

    def tearDown(self):
        self.gateway.config["limits"]["mapSize"] = "16MiB"


class DiskFull(CrashCase):
    @classmethod
    def setUpClass(cls):
        cls.disk = tempfile.mkdtemp(prefix="sluice-disk-")
        cls.addClassCleanup(pathlib.Path(cls.disk).rmdir)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", cls.disk],
                          capture_output=True).returncode != 0:
            raise unittest.SkipTest("mounting a small disk needs rights that this user lacks")
        cls.addClassCleanup(subprocess.run, ["umount", "-l", cls.disk], check=True)
        cls.gateway = cls.enterClassContext(Gateway(cls.config, data_dir=f"{cls.disk}/data"))

    def setUp(self):
        self.dice = random.Random(SEED)

    def test_upload_that_does_not_fit_on_the_disk(self):
        job = self.make_job()
        data = suppliers(*(f"D{n}" for n in range(16_000)), name="x" * 1000)
        answer = self.gateway.request("POST", f"/v1/mapper/job/{job}/file?name=a.csv", data,
                                      headers={"Content-Type": "text/csv"})
        self.assertEqual(answer.status, 507, answer.body)
        self.assertEqual(list((self.gateway.data_dir / "spool").glob("*")), [])
        self.assertEqual(self.executions(job), [])
        x = self.upload(job, suppliers("D-small"))
        self.assert_counts(x, read=1, created=1)

    def test_rows_that_do_not_fit_on_the_disk(self):
        hog = pathlib.Path(self.disk) / "hog"
        hog.write_bytes(b"x" * 3_000_000)
        job = self.make_job()
        # Packed: the file fits easily, its rows don't.
        data = gzip.compress(suppliers(*(f"E{n}" for n in range(20_000)), name="x" * 1000), 1)
        x = self.upload(job, data, "a.csv.gz", timeout=60)
        self.assertEqual(x["status"], FAILED, x)
        self.assertRegex(x["message"], "full|space")
        hog.unlink()
        wait_until(lambda: self.gateway.request(
            "PUT", "/v1/entities/SUPPLIER/E-api", {"name": "n"}).status in (200, 201), 10)
        x = self.upload(job, suppliers(*(f"E{n}" for n in range(10))))
        self.assertEqual((x["status"], x["rowsRead"]), (SUCCESS, 10), x)


if __name__ == "__main__":
    unittest.main()
