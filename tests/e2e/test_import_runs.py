"""Contract 4.1 and 4.2: when import jobs run, and when they don't: schedules,
overlap, `after`, cancelling. The source is a real OpenSSH server."""

import datetime
import time
import unittest

from import_case import (CANCELLED, EXECUTIONS, FAILED, FINAL, JOBS, PARTIAL, PENDING, RUNNING,
                         SKIPPED, SUCCESS, suppliers)
from remote_import import big_file
from sftp_case import SftpCase
from wait import stays, wait_until


class Stalled(SftpCase):
    """Runs that the test holds where they are."""

    def setUp(self):
        super().setUp()
        self.proxy, self.slow_client = self.proxied()
        self.write("a.csv", big_file(self.p, 300))

    def held(self, **more):
        """A job whose runs last until self.proxy.resume()."""
        self.proxy.stall()
        return self.single(clientId=self.slow_client, **more)

    def test_one_waits_further_ones_are_skipped(self):
        job = self.held(executionPolicy="RUN_IMMEDIATELY")
        first = self.start(job)
        self.reach(first["id"], RUNNING)
        second, third, fourth = (self.start(job) for _ in range(3))
        self.assertEqual([x["status"] for x in (second, third, fourth)],
                         [PENDING, SKIPPED, SKIPPED])
        self.assertTrue(third["message"])
        self.proxy.resume()
        one, two = self.ended(first["id"]), self.ended(second["id"])
        self.assert_counts(one, read=300, created=300)
        self.assert_counts(two, read=300, unchanged=300)
        self.assertGreaterEqual(two["startedAt"], one["finishedAt"])
        self.assertEqual([x["status"] for x in self.executions(job)],
                         [SUCCESS, SUCCESS, SKIPPED, SKIPPED])

    def test_wait_for_next_skips_at_once(self):
        job = self.held(executionPolicy="WAIT_FOR_NEXT")
        first = self.start(job)
        self.reach(first["id"], RUNNING)
        second = self.start(job)
        self.assertEqual(second["status"], SKIPPED)
        self.assertTrue(second["message"])
        self.assertIsNone(second["startedAt"])
        self.proxy.resume()
        self.assertEqual(self.ended(first["id"])["status"], SUCCESS)
        self.assertEqual(self.run_job(job)["status"], SUCCESS)

    def test_simultaneous_execution(self):
        job = self.held(simultaneousExecution=True)
        both = [self.start(job)["id"] for _ in range(2)]
        for x in both:
            self.reach(x, RUNNING)
        self.proxy.resume()
        self.assertEqual([self.ended(x)["status"] for x in both], [SUCCESS, SUCCESS])
        self.assertEqual(len(self.entities("SUPPLIER", self.p)), 300)

    def test_other_jobs_do_not_wait(self):
        held = self.start(self.held())
        self.reach(held["id"], RUNNING)
        self.assertEqual(self.run_job(self.single())["status"], SUCCESS)
        self.assertEqual(self.execution(held["id"])["status"], RUNNING)
        self.proxy.resume()
        self.ended(held["id"])

    def test_cancel(self):
        job = self.held()
        running = self.start(job)["id"]
        self.reach(running, RUNNING)
        waiting = self.start(job)["id"]
        self.cancel(waiting)
        self.reach(waiting, CANCELLED)
        self.cancel(running)
        x = self.reach(running, CANCELLED)
        self.assertEqual(x["created"], 0)
        self.assertIsNotNone(x["finishedAt"])
        answer = self.gateway.request("POST", f"{EXECUTIONS}/{running}/cancel")
        self.assertEqual((answer.status, answer.body["code"]), (409, "CONFLICT"), answer.body)
        self.proxy.resume()
        self.assertEqual(self.run_job(job)["status"], SUCCESS)

    def test_cancel_in_the_middle_keeps_what_is_durable(self):
        self.write("a.csv", big_file(self.p))
        job = self.single(clientId=self.slow_client)
        self.proxy.slow(down=300_000)
        x = self.start(job)["id"]
        wait_until(lambda: self.execution(x)["rowsRead"] > 100, 20)
        self.cancel(x)
        x = self.reach(x, CANCELLED)
        self.assertEqual(len(self.entities("SUPPLIER", self.p)), x["created"])

    def test_deleted_job_ends_its_run(self):
        job = self.held()
        running = self.start(job)["id"]
        self.reach(running, RUNNING)
        waiting = self.start(job)["id"]
        self.gateway.ok("DELETE", f"{JOBS}/{job}")
        for x in (running, waiting):  # history stays
            self.assertEqual(self.ended(x)["status"], CANCELLED)

    def test_stop_while_it_runs_and_go_on(self):
        job = self.held()
        running = self.start(job)["id"]
        self.reach(running, RUNNING)
        self.gateway.stop()
        self.proxy.resume()
        self.gateway.start()
        [old, new] = wait_until(lambda: self.all_ended(job, 2), 20)
        self.assertEqual((old["id"], old["status"]), (running, "JOB_INTERRUPTED"))
        self.assertEqual(new["trigger"], "RECOVERY")
        self.assert_counts(new, read=300, created=300)

    def cancel(self, x):
        answer = self.gateway.request("POST", f"{EXECUTIONS}/{x}/cancel")
        self.assertEqual(answer.status, 202, answer.body)

    def all_ended(self, job, count):
        found = self.executions(job)
        return found if len(found) == count and all(x["status"] in FINAL for x in found) else None


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def slots(executions):
    return [instant(x["scheduledFor"]) for x in executions if x["scheduledFor"]]


class Schedules(SftpCase):
    def setUp(self):
        super().setUp()
        self.write("a.csv", suppliers(*self.ids("1")))

    def test_fires_and_says_for_when(self):
        job = self.single(cronExpression="*/2 * * * * ?")
        wait_until(lambda: len(self.executions(job, status=SUCCESS)) >= 3, 12)
        found = self.executions(job)
        self.assertEqual({x["trigger"] for x in found}, {"SCHEDULED"})
        self.assertEqual({s % 2 for s in slots(found)}, {0})
        self.assertEqual([b - a for a, b in zip(slots(found), slots(found)[1:])],
                         [2] * (len(found) - 1))
        for x in found:
            if x["startedAt"]:
                self.assertLess(abs(instant(x["startedAt"]) - instant(x["scheduledFor"])), 3)

    def test_inactive_job_does_not_fire_but_runs_by_hand(self):
        job = self.single(cronExpression="* * * * * ?", active=False)
        self.assertEqual(self.run_job(job)["status"], SUCCESS)
        time.sleep(2.2)
        self.assertEqual(len(self.executions(job)), 1)
        body = self.gateway.ok("GET", f"{JOBS}/{job}")
        body = {k: v for k, v in body.items()
                if k not in ("id", "createdAt", "updatedAt", "nextRunAt")}
        self.gateway.ok("PUT", f"{JOBS}/{job}", {**body, "active": True})
        wait_until(lambda: len(self.executions(job)) > 1, 5)
        self.gateway.ok("PUT", f"{JOBS}/{job}", {**body, "active": False})
        count = len(self.executions(job))
        time.sleep(2.2)
        self.assertLessEqual(len(self.executions(job)) - count, 1)

    def test_slots_of_a_job_that_still_runs(self):
        """Every skip is in the history, with its reason."""
        proxy, client = self.proxied()
        proxy.stall()
        jobs = {policy: self.single(clientId=client, cronExpression="* * * * * ?",
                                    executionPolicy=policy)
                for policy in ("RUN_IMMEDIATELY", "WAIT_FOR_NEXT")}
        for policy, job in jobs.items():
            wait_until(lambda: len(self.executions(job)) >= 4, 8)
            found = self.executions(job)
            expected = [RUNNING, PENDING] if policy == "RUN_IMMEDIATELY" else [RUNNING]
            self.assertEqual([x["status"] for x in found[:len(expected)]], expected)
            self.assertEqual({x["status"] for x in found[len(expected):]}, {SKIPPED})
            self.assertTrue(all(x["message"] for x in found[len(expected):]))
            self.assertEqual(len(set(slots(found))), len(found))
        proxy.resume()

    def test_a_slot_runs_at_most_once_over_crashes(self):
        job = self.single(cronExpression="* * * * * ?")
        for n in range(6):
            time.sleep((0.35, 0.9, 1.2)[n % 3])
            self.gateway.restart(crash=n % 2 == 0)
        wait_until(lambda: len(self.executions(job, status=SUCCESS)) > 2)
        found = [x for x in self.executions(job) if x["trigger"] == "SCHEDULED"]
        self.assertEqual(sorted(set(slots(found))), slots(found))
        self.assertGreaterEqual(len(found), 5)

    def test_slots_missed_while_it_was_down(self):
        """A slot that is older than 10 s at the start was missed."""
        slot = datetime.datetime.fromtimestamp(int(time.time()) + 4, datetime.timezone.utc)
        cron = slot.strftime("%-S %-M %-H * * ?")
        none = self.single(cronExpression=cron, catchUp="NONE")
        last = self.single(cronExpression=cron, catchUp="LAST")
        often = self.single(cronExpression="* * * * * ?", catchUp="LAST")
        self.gateway.stop()
        time.sleep(max(0, slot.timestamp() + 10.5 - time.time()))
        self.gateway.start()
        found = wait_until(lambda: self.executions(last, status=SUCCESS), 10)
        self.assertEqual((slots(found), found[0]["trigger"]), ([slot.timestamp()], "SCHEDULED"))
        time.sleep(0.5)
        [skipped] = self.executions(none)
        self.assertEqual((skipped["status"], slots([skipped])), (SKIPPED, [slot.timestamp()]))
        self.assertTrue(skipped["message"])
        # One slot for all that were missed, the others in the history.
        found = self.executions(often)
        early = [x for x in found if x["status"] != SKIPPED
                 and instant(x["scheduledFor"]) < instant(x["startedAt"] or x["createdAt"]) - 2]
        self.assertLessEqual(len(early), 1, early)
        self.assertEqual(len(set(slots(found))), len(found))

    def test_after(self):
        first = self.single()
        second = self.single(after=[first])
        other = self.single()
        both = self.single(after=[first, other], active=True)
        off = self.single(after=[first], active=False)
        self.assertEqual(self.run_job(first)["status"], SUCCESS)
        x = wait_until(lambda: self.executions(second, status=SUCCESS))
        self.assertEqual([x["trigger"] for x in x], ["AFTER"])
        self.assertEqual(self.executions(both), [])
        self.assertEqual(self.run_job(other)["status"], SUCCESS)
        wait_until(lambda: len(self.executions(both, status=SUCCESS)) == 1)
        # Failure and half success start nothing.
        self.write("a.csv", b"Wrong\n1\n")
        self.assertEqual(self.run_job(first)["status"], FAILED)
        self.write("a.csv", suppliers(*self.ids("1", "2"), ""))
        self.assertEqual(self.run_job(first)["status"], PARTIAL)
        stays(lambda: len(self.executions(second)) == 1, 0.5)
        self.assertEqual(self.executions(off), [])

    def test_after_refuses_circles_and_unknown_jobs(self):
        first = self.single()
        second = self.single(after=[first])
        body = self.job_body("SUPPLIER", clientId=self.client, source={"path": "x.csv"})
        for after in ([second], [first]):
            answer = self.gateway.request("PUT", f"{JOBS}/{first}", {**body, "after": after})
            self.assertEqual(answer.status, 400, answer.body)
            self.assertIn("after", [e["field"].split("[")[0] for e in answer.body["errors"]])
        answer = self.gateway.request("POST", JOBS, {
            **body, "after": ["01890000-0000-7000-8000-000000000000"]})
        self.assertEqual(answer.status, 400, answer.body)


class Many(SftpCase):
    config = {**SftpCase.config, "imports": {**SftpCase.config["imports"], "maxRunning": 2}}

    def test_only_so_many_run_at_once(self):
        proxy, client = self.proxied()
        proxy.stall()
        self.write("a.csv", suppliers(*self.ids("1")))
        runs = [self.start(self.single(clientId=client))["id"] for _ in range(4)]
        for x in runs[:2]:
            self.reach(x, RUNNING)
        stays(lambda: [self.execution(x)["status"] for x in runs[2:]] == [PENDING] * 2, 0.5)
        proxy.resume()
        for x in runs:
            self.assertEqual(self.ended(x)["status"], SUCCESS)


if __name__ == "__main__":
    unittest.main()
