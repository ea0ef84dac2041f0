"""Contract section 3, rule 5: how a file gets to the server."""

import re
import threading
import time
import unittest

from export_case import ACCEPTED, CREATED, FAILED, RUNNING, SUCCESS, WAITING, ExportCase, order
from proxy import Proxy
from sshd import Sshd
from wait import stays, wait_until


class Watcher(threading.Thread):
    """Somebody else who reads a folder all the time: what he saw under the
    names that are not hidden, and which hidden names there were."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder = folder
        self.contents = {}  # name: set of contents
        self.hidden = set()
        self.looks = 0
        self._stop_it = threading.Event()

    def run(self):
        while not self._stop_it.is_set():
            for path in self.folder.iterdir():
                if path.name.startswith("."):
                    self.hidden.add(path.name)
                    continue
                try:
                    data = path.read_bytes()
                except FileNotFoundError:
                    data = None  # replaced by a rename in two steps
                self.contents.setdefault(path.name, set()).add(data)
            self.looks += 1
            time.sleep(0.002)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self._stop_it.set()
        self.join()


def logins(sshd):
    return len(re.findall(r"^Accepted (publickey|password) ", sshd.log(), re.M))


class Rule5Folder(ExportCase):
    def test_rule_3_5_the_folder_must_exist(self):
        job = self.make_job(outputFolder=str(self.folder / "absent"),
                            retry={"maxRetries": 0, "intervalSeconds": 1})
        self.put("F-1")
        export = self.reach(job, FAILED)
        self.assertIn("absent", export["attempts"][0]["message"])
        self.assertIn("folder", export["attempts"][0]["message"])
        self.assertEqual(self.files(), [])

    def test_rule_3_5_create_folder_makes_all_its_levels(self):
        job = self.make_job(outputFolder=str(self.folder / "a" / "b" / "c d"),
                            createFolder=True)
        for n in range(10):
            self.put(f"F-2-{n}")
        self.settle(job, count=10)
        self.assertEqual(len(self.files(self.folder / "a" / "b" / "c d")), 10)
        self.assertEqual({len(x["attempts"]) for x in map(
            self.export, [x["id"] for x in self.exports(job)])}, {1})

    def test_rule_3_5_a_relative_folder_starts_where_the_server_starts(self):
        job = self.make_job(outputFolder=self.folder.name)
        self.put("F-3")
        self.settle(job, count=1)
        self.assertEqual(self.files(), ["F-3.xml"])

    def test_rule_3_5_a_file_where_the_folder_should_be(self):
        (self.folder / "file").write_text("x")
        job = self.make_job(outputFolder=str(self.folder / "file"), createFolder=True,
                            retry={"maxRetries": 0, "intervalSeconds": 1})
        self.put("F-4")
        self.assertTrue(self.reach(job, FAILED)["attempts"][0]["message"])

    def test_folders_with_dot_dot_are_refused(self):
        for folder in ("../x", "/out/../x", "x/..", ".."):
            answer = self.gateway.request("POST", "/v1/mapper/jobout",
                                          self.job_body(outputFolder=folder))
            self.assertEqual(answer.status, 400, folder)


class Rule5NoPartialFile(ExportCase):
    def slow_client(self, name, rate):
        proxy = self.enterContext(Proxy(self.sshd.port))
        client = self.connect(name, port=proxy.port)
        job = self.make_job(clientId=client)
        self.put("warm-" + name)  # the login is not slow
        self.settle(job, count=1)
        proxy.slow(up=rate)
        return job, proxy

    def test_rule_3_5_a_reader_never_sees_a_partial_file(self):
        job, _ = self.slow_client("slow", 1_500_000)
        with Watcher(self.folder) as watcher:
            for n in range(6):
                self.put(f"W-{n}", filler=300_000)
            self.put("W-big", filler=1_500_000)
            self.settle(job, count=8, timeout=30)
            time.sleep(0.05)
        for x in self.exports(job):
            name = x["reference"] + ".xml"
            self.assertEqual(watcher.contents[name], {self.payload(x["id"])}, name)
        self.assertGreater(watcher.looks, 100)
        self.assertGreaterEqual(len(watcher.hidden), 7)  # that is where they were
        self.assertEqual(self.files(), self.visible())   # and are no more

    def test_rule_3_5_an_older_file_is_replaced_in_one_step(self):
        job = self.make_job(triggerStatuses=[CREATED])
        self.put("W-over", CREATED, filler=200_000)
        self.settle(job, count=1)
        old = self.arrived("W-over.xml")
        slow, _ = self.slow_client("over", 1_500_000)
        with Watcher(self.folder) as watcher:
            self.put("W-over", ACCEPTED, filler=1_200_000)
            self.settle(slow, count=2, timeout=30)
            time.sleep(0.05)
        new = self.arrived("W-over.xml")
        self.assertNotEqual(old, new)
        self.assertEqual(watcher.contents["W-over.xml"], {old, new})

    def test_rule_3_5_an_upload_that_was_cut_leaves_nothing_visible(self):
        job, proxy = self.slow_client("cut", 2_000_000)
        with Watcher(self.folder) as watcher:
            self.put("W-cut", filler=1_500_000)
            for _ in range(2):
                wait_until(lambda: any(p.stat().st_size > 100_000 for p in
                                       self.folder.glob(".*")), 15, what="half an upload")
                proxy.cut()
                wait_until(lambda: self.exports(job, status="EXPORT_RETRYING"))
            proxy.slow()
            self.settle(job, count=2, timeout=30)
            time.sleep(0.05)
        export = self.exports(job)[-1]
        self.assertEqual(watcher.contents["W-cut.xml"], {self.payload(export["id"])})
        self.assertEqual(self.files(), ["W-cut.xml", "warm-cut.xml"])

    def test_rule_3_5_the_temporary_name_is_beside_the_target(self):
        job, proxy = self.slow_client("beside", 500_000)
        self.put("W-temp", filler=1_000_000)
        wait_until(lambda: len(self.files()) == 2, what=str(self.files()))
        [name] = set(self.files()) - {"warm-beside.xml"}
        self.assertTrue(name.startswith("."), name)
        proxy.slow()
        self.settle(job, count=2)


class Rule5OtherServers(ExportCase):
    """The program beside sshd, and servers without the OpenSSH extensions."""

    def deliver(self, sshd, name):
        home = sshd.home / "in"
        home.mkdir(exist_ok=True)
        client = self.connect(name, sshd)
        job = self.make_job(clientId=client, outputFolder=str(home),
                            triggerStatuses=[CREATED, ACCEPTED])
        for n in range(10):
            self.put(f"X-{name}-{n}", CREATED)
        self.settle(job, count=10)
        with Watcher(home) as watcher:
            for n in range(10):  # the same names again
                self.set_status(f"X-{name}-{n}", ACCEPTED)
            self.settle(job, count=20)
        self.assertEqual(sorted(p.name for p in home.iterdir()),
                         [f"X-{name}-{n}.xml" for n in range(10)])
        for x in self.exports(job)[10:]:
            self.assertEqual((home / f"{x['reference']}.xml").read_bytes(),
                             self.payload(x["id"]))
        payloads = {self.payload(x["id"]) for x in self.exports(job)}
        for seen in watcher.contents.values():
            self.assertLessEqual(seen, payloads | {None})

    def test_rule_3_5_external_sftp_server(self):
        with Sshd(sftp="external") as sshd:
            self.deliver(sshd, "external")

    def test_rule_3_5_server_without_posix_rename_and_fsync(self):
        with Sshd(sftp="internal-sftp -P posix-rename,fsync") as sshd:
            self.deliver(sshd, "plain")


class Rule5Pool(ExportCase):
    def test_rule_3_5_a_hundred_exports_share_a_session(self):
        job = self.make_job()
        before, most = logins(self.sshd), 0
        orders = [order(f"Y-{n}", ACCEPTED) for n in range(100)]
        self.bulk(orders[:50])
        for o in orders[50:]:
            self.put_order(o)
            most = max(most, len(self.sshd.sessions()))
        self.settle(job, count=100)
        self.assertLessEqual(logins(self.sshd) - before, 2)
        self.assertLessEqual(most, 6)  # sshd has up to three processes for each
        self.assertEqual(len(self.files()), 100)

    def test_rule_3_5_the_session_stays_for_later_ones(self):
        job = self.make_job()
        self.put("Y-warm")
        self.settle(job, count=1)
        before = logins(self.sshd)
        for n in range(5):
            self.put(f"Y-later-{n}")
            self.settle(job, count=n + 2)
        self.assertEqual(logins(self.sshd), before)

    def test_rule_3_5_a_session_that_died_is_made_anew(self):
        job = self.make_job()
        self.put("Y-before")
        self.settle(job, count=1)
        self.sshd.kill_children()
        self.put("Y-after")
        self.settle(job, count=2, timeout=5)
        self.sshd.restart()
        self.put("Y-after-2")
        self.settle(job, count=3, timeout=5)

    def test_rule_3_5_an_unused_session_is_closed(self):
        client = self.connect("short", timeouts={"poolIdle": 1})
        job = self.make_job(clientId=client)
        before = len(self.sshd.sessions())
        self.put("Y-idle")
        self.settle(job, count=1)
        self.assertGreater(len(self.sshd.sessions()), before)
        wait_until(lambda: len(self.sshd.sessions()) == before, 5,
                   what="the session to be closed")
        self.put("Y-idle-2")
        self.settle(job, count=2)


class Rule5Independence(ExportCase):
    config = {"sftp": {"connectTimeoutSeconds": 30, "authenticateTimeoutSeconds": 30}}

    def test_rule_3_5_a_stalled_destination_never_delays_another(self):
        proxy = self.enterContext(Proxy(self.sshd.port))
        stalled = self.make_job(clientId=self.connect("stalled", port=proxy.port))
        good = self.make_job(format="JSON")
        self.put("Z-0")
        self.settle(stalled, good, count=2)
        proxy.stall()
        for n in range(1, 30):
            started = time.monotonic()
            self.put(f"Z-{n}")
            self.settle(good, count=n + 1, timeout=3)
            self.assertLess(time.monotonic() - started, 2)
        states = [x["status"] for x in self.exports(stalled)]
        self.assertEqual(states, [SUCCESS] + [RUNNING] * 29)
        proxy.resume()
        self.settle(stalled, count=30)

    def test_rule_3_5_nor_do_one_that_never_answers_and_one_that_refuses(self):
        mute = self.enterContext(Proxy(self.sshd.port))
        mute.stall()
        shut = self.enterContext(Proxy(self.sshd.port))
        shut.refuse()
        jobs = [self.make_job(clientId=self.connect(f"bad-{n}", port=p.port),
                              format="CSV", retry={"maxRetries": 100, "intervalSeconds": 1})
                for n, p in enumerate((mute, shut))]
        good = self.make_job()
        for n in range(100):
            self.put(f"Z-bad-{n}", WAITING)
        started = time.monotonic()
        for n in range(100):
            self.set_status(f"Z-bad-{n}", ACCEPTED)
        self.settle(good, count=100, timeout=5)
        self.assertLess(time.monotonic() - started, 5)
        stays(lambda: not any(x["status"] == SUCCESS for j in jobs for x in self.exports(j)),
              0.2)
        mute.resume()
        shut.accept()
        self.settle(*jobs, count=200, timeout=15)


if __name__ == "__main__":
    unittest.main()
