"""The gateway's own database or disk is full: changes are refused with a clear
error, what was answered stays, reading goes on, and with room it goes on by
itself (docs/operations.md)."""

import ctypes
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from export_case import ACCEPTED, RUNNING, SUCCESS, ExportCase, order
from gateway import NO_KEY, Gateway
from proxy import Proxy
from wait import wait_until


class FullCase(ExportCase):
    def fill(self, most=4000):
        """Puts orders until one is refused; answers those that were not."""
        answered = []
        for n in range(most):
            body = order(f"F-{n}", ACCEPTED, filler=12_000)
            answer = self.gateway.request("PUT", f"/v1/orders/F-{n}", body)
            if answer.status != 201:
                self.assertEqual(answer.status, 507, answer.body)
                self.assertEqual(answer.body["code"], "STORE_FULL")
                self.assertTrue(answer.body["message"])
                return answered
            answered.append(f"F-{n}")
        self.fail("it never filled up")

    def readable(self, answered):
        """Every answered order can be read, and no other is there."""
        for reference in answered:
            self.gateway.ok("GET", f"/v1/orders/{reference}")
        listed = self.gateway.ok("GET", "/v1/orders?size=1")
        self.assertEqual(listed["totalElements"], len(answered))
        self.gateway.ok("GET", "/v1/mapper/exports")
        self.assertEqual(self.gateway.request("GET", "/health/live", key=NO_KEY).status, 200)

    def not_ready(self):
        ready = self.gateway.request("GET", "/health/ready", key=NO_KEY)
        self.assertEqual(ready.status, 503, ready.body)
        self.assertRegex(str(ready.body), "full|space")

    def delivered(self, job, answered):
        self.settle(job, count=len(answered), timeout=60)
        self.assertEqual(self.files(), sorted(r + ".xml" for r in answered))
        for x in self.exports(job)[::20]:
            self.assertEqual((self.folder / f"{x['reference']}.xml").read_bytes(),
                             self.payload(x["id"]))


class DatabaseFull(FullCase):
    config = {"limits": {"mapSize": "16MiB", "payload": "1MiB"}}

    def test_database_full_and_made_larger(self):
        self.gateway.ok("POST", f"/v1/mapper/client/{self.client}/disable")
        job = self.make_job()
        answered = self.fill()
        self.not_ready()
        self.readable(answered)
        self.gateway.restart(crash=True)
        self.readable(answered)
        self.gateway.stop()
        self.gateway.config["limits"]["mapSize"] = "256MiB"
        self.gateway.start()
        self.readable(answered)
        self.gateway.ok("POST", f"/v1/mapper/client/{self.client}/activate")
        self.put("F-more", filler=12_000)
        self.delivered(job, answered + ["F-more"])

    def tearDown(self):
        self.gateway.config["limits"]["mapSize"] = "16MiB"


class DiskFull(FullCase):
    @classmethod
    def setUpClass(cls):
        cls.disk = tempfile.mkdtemp(prefix="sluice-disk-")
        cls.addClassCleanup(pathlib.Path(cls.disk).rmdir)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", cls.disk],
                          capture_output=True).returncode != 0:
            raise unittest.SkipTest("mounting a small disk needs rights that this user lacks")
        cls.addClassCleanup(subprocess.run, ["umount", "-l", cls.disk], check=True)
        super().setUpClass()
        cls.gateway.close()
        cls.gateway = cls.enterClassContext(Gateway(data_dir=f"{cls.disk}/data"))
        cls.client = cls.connect("sftp")

    def test_disk_full_and_room_made(self):
        hog = pathlib.Path(self.disk) / "hog"
        hog.write_bytes(b"x" * 4_000_000)
        job = self.make_job()
        answered = self.fill()
        self.readable(answered)
        hog.unlink()
        # No restart: with room it takes changes again, and delivers.
        wait_until(lambda: self.gateway.request(
            "PUT", "/v1/orders/F-more", order("F-more")).status in (200, 201), 10)
        self.delivered(job, answered + ["F-more"])
        wait_until(lambda: self.gateway.request(
            "GET", "/health/ready", key=NO_KEY).status == 200, 10)

    def test_outcomes_that_cannot_be_written_do_not_keep_it_from_stopping(self):
        proxy = self.enterContext(Proxy(self.sshd.port))
        job = self.make_job(clientId=self.connect("p", port=proxy.port))
        self.put("S-warm")
        self.settle(job, count=1)
        # Somebody reads and does not end (a backup that hangs): what is freed
        # can't be used again.
        end_reading = read_for_ever(self.gateway.data_dir)
        proxy.stall()
        for n in range(20):
            self.put(f"S-{n}")
        wait_until(lambda: len(self.exports(job, status=RUNNING)) == 20)
        hog = self.take_all()
        proxy.resume()
        wait_until(lambda: len(self.visible()) == 21)
        self.assertEqual(len(self.exports(job, status=RUNNING)), 20)
        started = time.monotonic()
        self.gateway.stop()
        self.assertLess(time.monotonic() - started, 5)
        end_reading()
        hog.unlink()
        self.gateway.start()
        self.settle(job, count=21)
        outcomes = [a["outcome"] for a in self.export(self.exports(job)[-1]["id"])["attempts"]]
        self.assertEqual(outcomes, ["UNKNOWN", "SUCCESS"])

    def take_all(self):
        """A file that takes all that is left of the disk."""
        path = pathlib.Path(self.disk) / "hog"
        fd = os.open(path, os.O_CREAT | os.O_WRONLY)
        try:
            while os.write(fd, b"x" * 4096):
                pass
        except OSError:
            return path
        finally:
            os.close(fd)

    def test_disk_full_at_the_start(self):
        self.gateway.stop()
        hog = self.take_all()
        self.gateway.start(ready=False)
        try:
            wait_until(lambda: self.gateway.process.poll() is not None or
                       self.gateway._ready(), 10)
        except (AssertionError, RuntimeError):
            pass
        self.gateway.kill()
        hog.unlink()
        self.gateway.start()
        self.gateway.ok("GET", "/v1/orders")


def read_for_ever(directory):
    """Begins to read the database in a transaction of its own; answers what
    ends it."""
    lmdb = ctypes.CDLL("liblmdb.so.0")
    lmdb.mdb_env_close.restype = lmdb.mdb_txn_abort.restype = None
    env, txn = ctypes.c_void_p(), ctypes.c_void_p()
    read_only = 0x20000
    for rc in (lmdb.mdb_env_create(ctypes.byref(env)),
               lmdb.mdb_env_set_maxdbs(env, 64),
               lmdb.mdb_env_open(env, str(directory).encode(), read_only, 0o600),
               lmdb.mdb_txn_begin(env, None, read_only, ctypes.byref(txn))):
        if rc != 0:
            raise OSError(rc, "LMDB")

    def end():
        lmdb.mdb_txn_abort(txn)
        lmdb.mdb_env_close(env)
    return end


if __name__ == "__main__":
    unittest.main()
