"""What goes wrong at the other end: folders, permissions, full disks, servers
that die, hang or come back too late. Everything arrives whole in the end."""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from export_case import ACCEPTED, FAILED, RETRYING, RUNNING, SUCCESS, ExportCase, order
from proxy import Proxy
from sshd import SFTP_SERVER, Sshd
from wait import stays, wait_until

PATIENT = {"maxRetries": 100, "intervalSeconds": 1}


class FaultCase(ExportCase):
    def job_to(self, name, sshd, folder, **more):
        """A job to another server; timeouts and the like go to the connection."""
        return self.make_job(clientId=self.connect(name, sshd, **more),
                             outputFolder=str(folder), retry=PATIENT)

    def failed_once(self, job):
        """The first attempt's error."""
        export = wait_until(lambda: [x for x in self.exports(job)
                                     if x["status"] in (RETRYING, FAILED)], 20)[0]
        return self.export(export["id"])["attempts"][0]

    def whole(self, job, folder):
        """Every file of a job is there as it was rendered, and nothing else."""
        wanted = {x["reference"] + ".xml": self.payload(x["id"]) for x in self.exports(job)}
        self.assertEqual(self.files(folder), sorted(wanted))
        for name, payload in wanted.items():
            self.assertEqual((folder / name).read_bytes(), payload, name)


class Folders(FaultCase):
    def test_folder_missing_then_made(self):
        folder = self.folder / "later"
        job = self.make_job(outputFolder=str(folder), retry=PATIENT)
        for n in range(20):
            self.put(f"A-{n}")
        attempt = self.failed_once(job)
        self.assertEqual((attempt["outcome"], attempt["code"]),
                         ("FAILURE", "ERR_REMOTE_ABSENT"))
        folder.mkdir()
        self.settle(job, count=20)
        self.whole(job, folder)

    def test_folder_removed_while_files_come(self):
        folder = self.folder / "gone"
        folder.mkdir()
        job = self.make_job(outputFolder=str(folder), retry=PATIENT)
        self.put("A-first")
        self.settle(job, count=1)
        (folder / "A-first.xml").unlink()
        folder.rmdir()
        self.put("A-second")
        self.failed_once(job)
        folder.mkdir()
        self.settle(job, count=2)
        self.assertEqual(self.files(folder), ["A-second.xml"])

    def test_no_permission(self):
        """A server that only lets read: permission denied for root, too."""
        with Sshd(sftp="internal-sftp -R") as sshd:
            job = self.job_to("read only", sshd, sshd.home)
            self.put("A-denied")
            attempt = self.failed_once(job)
            self.assertEqual(attempt["code"], "ERR_REMOTE_DENIED")
            self.assertIn("denied", attempt["message"].lower())
            sshd.sftp = "internal-sftp"
            sshd.restart()
            self.settle(job, count=1)
            self.whole(job, sshd.home)

    def test_a_folder_that_is_not_ours(self):
        if os.getuid() == 0:
            self.skipTest("permissions do not hold for root")
        self.folder.chmod(0o500)
        self.addCleanup(self.folder.chmod, 0o700)
        job = self.make_job(retry=PATIENT)
        self.put("A-mode")
        self.assertEqual(self.failed_once(job)["code"], "ERR_REMOTE_DENIED")

    def test_the_final_name_is_a_folder(self):
        (self.folder / "A-dir.xml").mkdir()
        (self.folder / "A-dir.xml" / "inside").touch()
        job = self.make_job(retry=PATIENT)
        self.put("A-dir")
        self.failed_once(job)
        self.assertEqual(self.visible(), ["A-dir.xml"])
        (self.folder / "A-dir.xml" / "inside").unlink()
        (self.folder / "A-dir.xml").rmdir()
        self.settle(job, count=1)
        self.whole(job, self.folder)


class DiskFull(FaultCase):
    def test_disk_full_at_the_server(self):
        d = self.enterContext(tempfile.TemporaryDirectory(prefix="sluice-full-"))
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", d],
                          capture_output=True).returncode != 0:
            self.skipTest("mounting a small disk needs rights that this user lacks")
        self.addCleanup(subprocess.run, ["umount", "-l", d], check=True)
        folder = pathlib.Path(d)
        job = self.make_job(outputFolder=d, retry=PATIENT)
        (folder / "hog").write_bytes(b"x" * 200_000)
        self.put("B-small")
        self.settle(job, count=1)
        self.put("B-large", filler=100_000)
        attempt = self.failed_once(job)
        self.assertEqual(attempt["outcome"], "FAILURE")
        self.assertTrue(attempt["message"])
        self.assertEqual(self.visible(folder), ["B-small.xml", "hog"])
        (folder / "hog").unlink()
        self.settle(job, count=2)
        self.whole(job, folder)

    def test_files_that_grow_too_large_for_the_server(self):
        """The same with a limit on the size of files: needs no rights."""
        command = (f"/bin/sh -c 'trap \"\" XFSZ; ulimit -f 64; exec {SFTP_SERVER}'")
        with Sshd(sftp=command) as sshd:
            job = self.job_to("limited", sshd, sshd.home)
            self.put("B-fits")
            self.settle(job, count=1)
            self.put("B-exceeds", filler=300_000)
            self.assertEqual(self.failed_once(job)["outcome"], "FAILURE")
            self.assertEqual(self.visible(sshd.home), ["B-fits.xml"])
            sshd.sftp = "internal"
            sshd.restart()
            self.settle(job, count=2)
            self.whole(job, sshd.home)


class ServerDies(FaultCase):
    def test_server_killed_at_random_moments(self):
        """Fifty uploads, the sessions killed again and again."""
        dice = random.Random(7)
        job = self.make_job(retry=PATIENT)
        kills = 0

        def load():
            for n in range(50):
                self.put(f"C-{n}", filler=dice.choice((0, 30_000, 300_000)))
                time.sleep(dice.random() * 0.1)
        loader = threading.Thread(target=load)
        loader.start()
        while loader.is_alive():
            time.sleep(dice.random() * 0.25)
            kills += len(self.sshd.sessions()) > 0
            self.sshd.kill_children()
        loader.join()
        self.assertGreater(kills, 3)
        self.settle(job, count=50, timeout=40)
        self.whole(job, self.folder)
        # What died is not called refused, unreadable or absent.
        self.assertLessEqual(
            {a["code"] for x in self.exports(job) for a in self.export(x["id"])["attempts"]},
            {"", "ERR_NET", "ERR_UNKNOWN", "ERR_TIMEOUT"})

    def test_server_restarted_under_way(self):
        with Sshd() as sshd:
            job = self.job_to("restarts", sshd, sshd.home)
            for n in range(30):
                if n % 10 == 5:
                    sshd.stop()
                if n % 10 == 9:
                    sshd.start()
                self.put(f"C-restart-{n}")
            self.settle(job, count=30)
            self.whole(job, sshd.home)

    def test_line_cut_after_so_many_bytes(self):
        """Each connection ends a little later in the dialogue than the one before."""
        proxy = self.enterContext(Proxy(self.sshd.port))
        job = self.make_job(clientId=self.connect("cut", port=proxy.port), retry=PATIENT)
        for n, limit in enumerate((10, 500, 2000, 3500, 4200, 4800, 6000, 9000)):
            proxy.limit(up=limit)
            proxy.cut()
            self.put(f"C-cut-{n}", filler=4000)
            export = self.exports(job)[-1]["id"]
            wait_until(lambda: self.export(export)["attempts"] and
                       self.export(export)["status"] in (RETRYING, SUCCESS), 15)
        proxy.limit()
        proxy.cut()
        self.settle(job, count=8)
        self.whole(job, self.folder)


class ServerLies(FaultCase):
    """Rule 5: check the close, compare the size, then rename."""

    def deliver(self, mode, codes):
        with Sshd(sftp=odd_server(self, mode)) as sshd:
            folder = sshd.home / "in"
            folder.mkdir()
            job = self.job_to("odd " + mode, sshd, folder)
            self.put("E-" + mode, filler=8000)
            attempt = self.failed_once(job)
            self.assertIn(attempt["code"], codes, attempt)
            self.settle(job, count=1)
            self.whole(job, folder)
            self.assertEqual(len(self.only(job)["attempts"]), 2)

    def test_a_write_that_was_lost(self):
        self.deliver("write", {"ERR_REMOTE_SIZE"})

    def test_a_close_that_fails(self):
        self.deliver("close", {"ERR_REMOTE"})

    def test_an_fsync_that_fails(self):
        self.deliver("fsync", {"ERR_REMOTE"})


class ServerHangs(FaultCase):
    def test_a_server_that_stops_answering_in_the_middle(self):
        """Others go on, and it recovers without help."""
        proxy = self.enterContext(Proxy(self.sshd.port))
        client = self.connect("hangs", port=proxy.port, timeouts={
            "idle": 2, "connect": 2, "handshake": 2, "authenticate": 2, "close": 1})
        job = self.make_job(clientId=client, retry=PATIENT)
        good = self.make_job(format="JSON")
        self.put("D-0")
        self.settle(job, good, count=2)
        proxy.slow(up=300_000)
        self.put("D-1", filler=600_000)
        wait_until(lambda: any(n.startswith(".") for n in self.files()))
        proxy.stall()
        for n in range(2, 12):
            started = time.monotonic()
            self.put(f"D-{n}")
            self.settle(good, count=n + 1, timeout=3)
            self.assertLess(time.monotonic() - started, 1.5)
        attempt = self.failed_once(job)
        self.assertIn(attempt["outcome"], ("FAILURE", "UNKNOWN"))
        self.assertRegex(attempt["message"], "silent|answer|time|deadline")
        proxy.slow()
        proxy.resume()
        self.settle(job, count=12, timeout=30)
        self.assertEqual(self.files(), self.visible())
        for x in self.exports(job):
            self.assertEqual((self.folder / f"{x['reference']}.xml").read_bytes(),
                             self.payload(x["id"]))

    def test_a_frozen_server_is_given_up_and_found_again(self):
        with Sshd() as sshd:
            job = self.job_to("frozen", sshd, sshd.home, timeouts={
                "idle": 1, "connect": 1, "handshake": 1, "authenticate": 1, "close": 1})
            self.put("D-warm")
            self.settle(job, count=1)
            sshd.freeze()
            for n in range(10):
                self.put(f"D-frozen-{n}")
            wait_until(lambda: len(self.exports(job, status=RETRYING)) == 10, 15)
            sshd.thaw()
            self.settle(job, count=11, timeout=30)
            self.whole(job, sshd.home)

    def test_keepalive_finds_a_dead_line(self):
        proxy = self.enterContext(Proxy(self.sshd.port))
        client = self.connect("keepalive", port=proxy.port, timeouts={
            "keepalive": 1, "idle": 2, "close": 1, "connect": 2})
        job = self.make_job(clientId=client, retry=PATIENT)
        self.put("D-ka-1")
        self.settle(job, count=1)
        before = self.gateway.open_files()
        proxy.stall()
        wait_until(lambda: self.gateway.open_files() < before, 10,
                   what="the dead line to be left")
        proxy.resume()
        self.put("D-ka-2")
        self.settle(job, count=2)

    def test_an_attempt_that_was_given_up_cannot_spoil_the_next(self):
        """The server hangs in the first rename; the gateway gives up and sends
        the file again, slowly; then the rename of the first attempt happens
        after all. A reader must not see the second one's half file."""
        with Sshd(sftp=odd_server(self, "rename", seconds=4)) as sshd:
            proxy = self.enterContext(Proxy(sshd.port))
            folder = sshd.home / "in"
            folder.mkdir()
            client = self.connect("late", sshd, port=proxy.port,
                                  timeouts={"idle": 1, "close": 1})
            job = self.make_job(clientId=client, outputFolder=str(folder), retry=PATIENT)
            self.put("D-late", filler=1_500_000)
            self.failed_once(job)
            proxy.slow(up=300_000)
            payload = self.payload(self.exports(job)[0]["id"])
            seen = set()

            def delivered():
                for path in folder.glob("D-late.xml"):
                    seen.add(len(path.read_bytes()))
                return self.exports(job)[0]["status"] == SUCCESS
            wait_until(delivered, 30, 0.01)
            self.assertEqual(seen, {len(payload)})
            wait_until(lambda: self.files(folder) == ["D-late.xml"], 10,
                       what=f"nothing but the file: {self.files(folder)}")
            self.assertEqual((folder / "D-late.xml").read_bytes(), payload)


ODD_SERVER = """
import os, struct, subprocess, sys, time
mode, seconds, mark = sys.argv[1], float(sys.argv[2]), sys.argv[3]
server = subprocess.Popen([sys.argv[4]], stdin=subprocess.PIPE)
CLOSE, WRITE, RENAME, EXTENDED = 4, 6, 18, 200

def wanted(kind, body):
    if mode == "rename":
        return kind == RENAME or kind == EXTENDED and b"rename" in body[:40]
    if mode == "fsync":
        return kind == EXTENDED and b"fsync" in body[:40]
    return kind == {"write": WRITE, "close": CLOSE}[mode]

def answer(body, code):
    sys.stdout.buffer.write(struct.pack(">IB4sIII", 17, 101, body[:4], code, 0, 0))
    sys.stdout.buffer.flush()

while len(head := sys.stdin.buffer.read(5)) == 5:
    body = sys.stdin.buffer.read(struct.unpack(">I", head[:4])[0] - 1)
    if wanted(head[4], body) and not os.path.exists(mark):
        open(mark, "w").close()
        if mode == "rename":
            time.sleep(seconds)
        else:
            answer(body, 0 if mode == "write" else 4)
            continue
    server.stdin.write(head + body)
    server.stdin.flush()
server.stdin.close()
server.wait()
"""


def odd_server(case, mode, seconds=0):
    """The command of an SFTP server that does one request badly, once:
    holds a rename (and all behind it) back as a hanging disk does, loses a
    write that it calls done, or fails a close or an fsync."""
    d = pathlib.Path(case.enterContext(tempfile.TemporaryDirectory(prefix="sluice-odd-")))
    (d / "odd.py").write_text(ODD_SERVER)
    return f"{sys.executable} {d}/odd.py {mode} {seconds} {d}/once {SFTP_SERVER}"


if __name__ == "__main__":
    unittest.main()
