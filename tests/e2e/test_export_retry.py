"""Contract section 3, rules 3, 4 and 10: snapshot, retries, order of start."""

import datetime
import re
import time
import unittest

from export_case import (ACCEPTED, CANCELLED, FAILED, ON_HOLD, PENDING, RETRYING, SUCCESS,
                         WAITING, ExportCase)
from proxy import Proxy
from wait import stays, wait_until


def seconds(text):
    """A time of the API as seconds since 1970."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text), text
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class RetryCase(ExportCase):
    def break_folder(self):
        """Deliveries fail until mend_folder()."""
        self.folder.rmdir()

    def mend_folder(self):
        self.folder.mkdir()

    def attempts(self, job, count, timeout=15):
        """Waits for the number of ended attempts; answers the export."""
        def there():
            export = self.only(job)
            ended = [a for a in export["attempts"] if a["outcome"] != "RUNNING"]
            return len(ended) >= count and export
        return wait_until(there, timeout, what=f"{count} attempts")


class Rule3Snapshot(RetryCase):
    def test_rule_3_3_a_change_after_the_trigger_does_not_change_the_bytes(self):
        job = self.make_job()
        self.sshd.stop()
        self.put("S-1", ACCEPTED, paymentStatus="THEN")
        export = self.only(job)
        before = self.payload(export["id"])
        self.put("S-1", ACCEPTED, paymentStatus="LATER")
        self.attempts(job, 1)
        self.put("S-1", "SHIPPED", paymentStatus="MUCH LATER", lines=5)
        self.assertEqual(self.payload(export["id"]), before)
        self.sshd.start()
        self.settle(job, count=1)
        self.assertEqual(self.arrived("S-1.xml"), before)
        self.assertIn(b"THEN", before)
        self.assertNotIn(b"LATER", before)

    def test_rule_3_3_nor_does_a_change_of_the_job(self):
        body = self.job_body(fileNameFormat="STANDARD")
        job = self.gateway.ok("POST", "/v1/mapper/jobout", body)["id"]
        self.addCleanup(self.delete_job, job)
        self.break_folder()
        self.put("S-2", ACCEPTED)
        self.attempts(job, 1)
        self.gateway.ok("PUT", f"/v1/mapper/jobout/{job}",
                        {**body, "format": "JSON", "fileNameFormat": "SHORT"})
        self.mend_folder()
        self.settle(job, count=1)
        [name] = self.files()
        self.assertRegex(name, r"^DJUST_S-2_SUP-1_\d{8}T\d{6}_orders\.xml$")
        self.assertTrue((self.folder / name).read_bytes().startswith(b"<?xml"))

    def test_rule_3_3_every_attempt_has_the_same_bytes_and_name(self):
        job = self.make_job(fileNameFormat="STANDARD")
        self.break_folder()
        self.put("S-3", ACCEPTED)
        export = self.attempts(job, 1)
        before = self.payload(export["id"])
        self.gateway.restart()
        self.attempts(job, 2)
        self.gateway.restart(crash=True)
        self.mend_folder()
        self.settle(job, count=1)
        export = self.only(job)
        self.assertGreaterEqual(len(export["attempts"]), 3)
        [name] = self.files()
        self.assertEqual({a["remotePath"] for a in export["attempts"]},
                         {f"{self.folder}/{name}"})
        self.assertEqual((self.folder / name).read_bytes(), before)


class Rule4Retries(RetryCase):
    def test_rule_3_4_six_attempts_in_all_then_failed(self):
        job = self.make_job(retry={"intervalSeconds": 1})  # maxRetries: 5 by default
        self.break_folder()
        self.put("T-1", ACCEPTED)
        export = self.reach(job, FAILED, timeout=15)
        self.assertEqual([a["number"] for a in export["attempts"]], [1, 2, 3, 4, 5, 6])
        self.assertEqual({a["outcome"] for a in export["attempts"]}, {"FAILURE"})
        started = [seconds(a["startedAt"]) for a in export["attempts"]]
        ended = [seconds(a["finishedAt"]) for a in export["attempts"]]
        for n in range(1, 6):
            self.assertGreaterEqual(started[n] - ended[n - 1], 0.99)
            self.assertLess(started[n] - ended[n - 1], 2.5)
        for attempt in export["attempts"]:
            self.assertTrue(attempt["code"])
            self.assertIn(str(self.folder), attempt["message"])
        time.sleep(1.3)
        self.assertEqual(len(self.only(job)["attempts"]), 6)
        self.mend_folder()
        stays(lambda: self.files() == [], 0.5)

    def test_rule_3_4_defaults_are_five_times_a_quarter_of_an_hour(self):
        body = self.job_body()
        del body["retry"]
        job = self.gateway.ok("POST", "/v1/mapper/jobout", body)["id"]
        self.addCleanup(self.delete_job, job)
        shown = self.gateway.ok("GET", f"/v2/mapper/jobout/{job}")["retry"]
        self.assertEqual((shown["maxRetries"], shown["intervalSeconds"]), (5, 900))
        self.break_folder()
        self.put("T-2", ACCEPTED)
        export = self.reach(job, RETRYING)
        gap = seconds(export["nextAttemptAt"]) - seconds(export["attempts"][0]["finishedAt"])
        self.assertAlmostEqual(gap, 900, delta=1)
        self.assertEqual(len(export["attempts"]), 1)
        self.assertEqual(export["retriesLeft"], 5)

    def test_rule_3_4_retries_left_counts_down(self):
        job = self.make_job(retry={"maxRetries": 2, "intervalSeconds": 1})
        self.break_folder()
        self.put("T-3", ACCEPTED)
        left = {}

        def watch():
            export = self.only(job)
            if export["status"] == RETRYING:
                left[len(export["attempts"])] = export["retriesLeft"]
            return export["status"] == FAILED
        wait_until(watch, 15)
        self.assertEqual(left[1] - left[2], 1, left)

    def test_rule_3_4_no_retries_at_all(self):
        job = self.make_job(retry={"maxRetries": 0, "intervalSeconds": 1})
        self.break_folder()
        self.put("T-4", ACCEPTED)
        self.assertEqual(len(self.reach(job, FAILED)["attempts"]), 1)

    def test_rule_3_4_due_times_survive_a_restart(self):
        job = self.make_job(retry={"maxRetries": 5, "intervalSeconds": 4})
        self.break_folder()
        self.put("T-5", ACCEPTED)
        due = self.reach(job, RETRYING)["nextAttemptAt"]
        self.gateway.restart()
        self.assertEqual(self.only(job)["nextAttemptAt"], due)
        self.gateway.restart(crash=True)
        self.assertEqual(self.only(job)["nextAttemptAt"], due)
        self.mend_folder()
        export = self.reach(job, SUCCESS)
        late = seconds(export["attempts"][1]["startedAt"]) - seconds(due)
        self.assertGreaterEqual(late, 0)
        self.assertLess(late, 1.5)

    def test_rule_3_4_what_came_due_meanwhile_goes_out_at_start(self):
        job = self.make_job(retry={"maxRetries": 5, "intervalSeconds": 2})
        self.break_folder()
        self.put("T-6", ACCEPTED)
        due = seconds(self.reach(job, RETRYING)["nextAttemptAt"])
        self.gateway.stop()
        self.mend_folder()
        wait_until(lambda: time.time() > due, 5)
        self.gateway.start()
        self.assertEqual(len(self.reach(job, SUCCESS, timeout=3)["attempts"]), 2)

    def test_rule_3_4_retry_by_hand_is_a_new_round(self):
        job = self.make_job(retry={"maxRetries": 1, "intervalSeconds": 1})
        self.break_folder()
        self.put("T-7", ACCEPTED)
        export = self.reach(job, FAILED)
        self.assertEqual(len(export["attempts"]), 2)
        answer = self.gateway.request("POST", f"/v1/mapper/exports/{export['id']}/retry")
        self.assertEqual(answer.status, 202)
        self.attempts(job, 4)
        export = self.reach(job, FAILED)
        self.assertEqual([a["number"] for a in export["attempts"]], [1, 2, 3, 4])
        self.mend_folder()
        self.gateway.ok("POST", f"/v1/mapper/exports/{export['id']}/retry")
        export = self.reach(job, SUCCESS)
        self.assertEqual(export["attempts"][-1]["number"], 5)
        self.assertEqual(self.files(), ["T-7.xml"])

    def test_rule_3_4_retry_by_hand_sends_the_same_bytes_unless_fresh(self):
        body = self.job_body(retry={"maxRetries": 0, "intervalSeconds": 1})
        job = self.gateway.ok("POST", "/v1/mapper/jobout", body)["id"]
        self.addCleanup(self.delete_job, job)
        self.break_folder()
        self.put("T-8", ACCEPTED, paymentStatus="THEN")
        export = self.reach(job, FAILED)
        path = f"/v1/mapper/exports/{export['id']}"
        before = self.payload(export["id"])
        self.put("T-8", ACCEPTED, paymentStatus="TODAY")
        self.gateway.ok("PUT", f"/v1/mapper/jobout/{job}", {**body, "format": "JSON"})
        self.gateway.ok("POST", path + "/retry")
        self.attempts(job, 2)
        self.reach(job, FAILED)
        self.assertEqual(self.payload(export["id"]), before)
        self.mend_folder()
        self.gateway.ok("POST", path + "/retry?render=fresh")
        self.reach(job, SUCCESS)
        self.assertEqual(self.files(), ["T-8.json"])
        self.assertIn(b'"TODAY"', self.arrived("T-8.json"))
        self.assertEqual(self.payload(export["id"]), self.arrived("T-8.json"))

    def test_rule_3_4_retry_by_hand_only_from_failed_and_cancelled(self):
        job = self.make_job()
        self.put("T-9", ACCEPTED)
        export = self.reach(job, SUCCESS)
        answer = self.gateway.request("POST", f"/v1/mapper/exports/{export['id']}/retry")
        self.assertEqual(answer.status, 409)

    def test_rule_3_4_an_attempt_cut_off_by_a_crash_counts_as_unknown(self):
        proxy = self.enterContext(Proxy(self.sshd.port))
        client = self.connect("crash", port=proxy.port)
        job = self.make_job(clientId=client, retry={"maxRetries": 1, "intervalSeconds": 1})
        doomed = self.make_job(clientId=client, format="JSON",
                               retry={"maxRetries": 0, "intervalSeconds": 1})
        proxy.stall()
        self.put("T-10", ACCEPTED)
        for j in (job, doomed):
            self.reach(j, "EXPORT_RUNNING")
        self.gateway.kill()
        proxy.resume()
        self.gateway.start()
        export = self.reach(job, SUCCESS, timeout=5)
        self.assertEqual([a["outcome"] for a in export["attempts"]], ["UNKNOWN", "SUCCESS"])
        export = self.reach(doomed, FAILED)
        self.assertEqual([a["outcome"] for a in export["attempts"]], ["UNKNOWN"])
        self.assertEqual(self.files(), ["T-10.xml"])

    def test_rule_3_4_an_attempt_cut_off_by_a_stop_goes_out_again(self):
        """SIGTERM: in-flight work is settled or left resumable, exit 0."""
        proxy = self.enterContext(Proxy(self.sshd.port))
        client = self.connect("stop", port=proxy.port)
        job = self.make_job(clientId=client, retry={"maxRetries": 0, "intervalSeconds": 1})
        proxy.stall()
        self.put("T-11", ACCEPTED)
        self.reach(job, "EXPORT_RUNNING")
        started = time.monotonic()
        self.gateway.stop()
        self.assertLess(time.monotonic() - started, 6)
        proxy.resume()
        self.gateway.start()
        self.reach(job, SUCCESS, timeout=5)

    config = {"shutdown": {"graceSeconds": 1}}


class Rule4ConfiguredRetry(RetryCase):
    config = {"retry": {"maxRetries": 1, "intervalSeconds": 1}}

    def test_rule_3_4_jobs_without_their_own_take_the_configured(self):
        body = self.job_body()
        del body["retry"]
        job = self.gateway.ok("POST", "/v1/mapper/jobout", body)["id"]
        self.addCleanup(self.delete_job, job)
        self.break_folder()
        self.put("T-12", ACCEPTED)
        self.assertEqual(len(self.reach(job, FAILED)["attempts"]), 2)


class Rule10OrderOfStart(RetryCase):
    def test_rule_3_10_deliveries_start_in_the_order_of_the_triggers(self):
        client = self.connect("one at a time", maxConcurrent=1)
        self.gateway.ok("POST", f"/v1/mapper/client/{client}/disable")
        jobs = [self.make_job(clientId=client), self.make_job(clientId=client, format="JSON")]
        for n in range(20):
            self.put(f"O-{n * 7 % 20:02}", WAITING)
        for n in range(20):
            self.set_status(f"O-{n * 7 % 20:02}", ACCEPTED)
        self.gateway.ok("POST", f"/v1/mapper/client/{client}/activate")
        self.settle(*jobs, count=40)
        by_time = sorted(self.folder.iterdir(), key=lambda p: p.stat().st_mtime_ns)
        order = [p.stem for p in by_time]
        self.assertEqual(order, [f"O-{n * 7 % 20:02}" for n in range(20) for _ in jobs])

    def test_rule_3_10_many_at_once_start_in_that_order_too(self):
        self.gateway.ok("POST", f"/v1/mapper/client/{self.client}/disable")
        job = self.make_job()
        for n in range(150):
            self.put(f"P-{n * 7 % 150:03}", ACCEPTED)
        self.gateway.ok("POST", f"/v1/mapper/client/{self.client}/activate")
        exports = self.settle(job, count=150)
        self.assertEqual([x["reference"] for x in exports],
                         [f"P-{n * 7 % 150:03}" for n in range(150)])
        started = [self.export(x["id"])["attempts"][0]["startedAt"] for x in exports]
        self.assertEqual(started, sorted(started))

    def test_rule_3_10_two_for_one_name_do_not_overtake_each_other(self):
        """A large file and a small one right behind it: the last one stays."""
        job = self.make_job(triggerStatuses=[ON_HOLD], allowMultiplePerStatus=True)
        for n in range(6):
            self.put(f"R-{n}", ON_HOLD, filler=3_000_000)
            self.put(f"R-{n}", ON_HOLD, paymentStatus="LAST")
            self.put(f"R-other-{n}", ON_HOLD)
        self.settle(job, count=18)
        for n in range(6):
            self.assertIn(b"LAST", (self.folder / f"R-{n}.xml").read_bytes())

    def test_rule_3_10_one_that_waits_for_its_retry_does_not_hold_back_the_rest(self):
        client = self.connect("one by one", maxConcurrent=1)
        bad = self.make_job(clientId=client, outputFolder=str(self.folder / "absent"),
                            retry={"maxRetries": 5, "intervalSeconds": 900})
        good = self.make_job(clientId=client)
        for n in range(5):
            self.put(f"Q-{n}", ACCEPTED)
        self.settle(good, count=5, timeout=5)
        self.settle(bad, count=5, status=RETRYING, timeout=5)


class Cancel(RetryCase):
    def cancel(self, export):
        return self.gateway.ok("POST", f"/v1/mapper/exports/{export['id']}/cancel")

    def test_cancel_what_is_pending(self):
        self.gateway.ok("POST", f"/v1/mapper/client/{self.client}/disable")
        job = self.make_job()
        self.put("C-1", ACCEPTED)
        self.cancel(self.reach(job, PENDING))
        self.reach(job, CANCELLED)
        self.gateway.ok("POST", f"/v1/mapper/client/{self.client}/activate")
        self.put("C-1", ACCEPTED, paymentStatus="PAID")  # cancelled is not forgotten
        stays(lambda: self.files() == [], 0.5)
        self.gateway.ok("POST", f"/v1/mapper/exports/{self.only(job)['id']}/retry")
        self.reach(job, SUCCESS)

    def test_cancel_what_is_retrying(self):
        job = self.make_job(retry={"maxRetries": 5, "intervalSeconds": 1})
        self.break_folder()
        self.put("C-2", ACCEPTED)
        self.cancel(self.reach(job, RETRYING))
        export = self.reach(job, CANCELLED)
        self.assertIsNone(export.get("nextAttemptAt"))
        self.mend_folder()
        stays(lambda: self.files() == [], 1.5)

    def test_cancel_what_is_running(self):
        proxy = self.enterContext(Proxy(self.sshd.port))
        client = self.connect("cancel", port=proxy.port)
        job = self.make_job(clientId=client)
        self.put("C-3a", ACCEPTED)
        self.settle(job, count=1)
        proxy.stall("up")
        self.put("C-3b", ACCEPTED)
        running = wait_until(lambda: self.exports(job, status="EXPORT_RUNNING"))[0]
        self.cancel(running)
        proxy.resume()
        wait_until(lambda: self.exports(job, status=CANCELLED))
        export = self.export(running["id"])
        self.assertEqual(export["attempts"][-1]["outcome"], "CANCELLED")
        self.assertEqual(self.visible(), ["C-3a.xml"])
        self.gateway.ok("POST", f"/v1/mapper/exports/{export['id']}/retry")
        self.settle(job, count=2)
        wait_until(lambda: self.files() == ["C-3a.xml", "C-3b.xml"], what=str(self.files()))

    def test_cancel_what_has_ended_is_a_conflict(self):
        job = self.make_job()
        self.put("C-4", ACCEPTED)
        export = self.reach(job, SUCCESS)
        answer = self.gateway.request("POST", f"/v1/mapper/exports/{export['id']}/cancel")
        self.assertEqual(answer.status, 409)

    def test_deleting_a_job_cancels_what_was_not_delivered(self):
        proxy = self.enterContext(Proxy(self.sshd.port))
        client = self.connect("delete", port=proxy.port, maxConcurrent=2)
        job = self.make_job(clientId=client)
        self.put("C-5", ACCEPTED)
        self.settle(job, count=1)
        proxy.stall("up")
        for n in range(700):
            self.put(f"C-5-{n}", ACCEPTED)
        wait_until(lambda: len(self.exports(job, status="EXPORT_RUNNING")) == 2)
        answer = self.gateway.request("DELETE", f"/v1/mapper/jobout/{job}")
        self.assertEqual(answer.status, 204)
        proxy.resume()

        def settled():
            states = [x["status"] for x in self.exports(job)]
            self.assertEqual(states, [SUCCESS] + [CANCELLED] * 700)
            return True
        wait_until(settled, 10)
        self.assertEqual(self.visible(), ["C-5.xml"])
        export = self.exports(job)[-1]
        answer = self.gateway.request("POST", f"/v1/mapper/exports/{export['id']}/retry")
        self.assertEqual(answer.status, 409)  # there is no job any more
        self.gateway.restart()
        self.assertEqual(len(self.exports(job)), 701)


if __name__ == "__main__":
    unittest.main()
