"""kill -9 under load, again and again (contract section 3, rule 2).

Several clients put orders (PUT, PATCH, bulk) and note what was answered; the
gateway is killed at a random moment and started again; so, now and then, are
the server's sessions, or the gateway is stopped instead. In the end every order
that was answered is there, with exactly one export for each (job, order,
status) and exactly one whole file for each export, and no temporary file.

    SLUICE_CRASH_CYCLES=200   the long run (default: 12)
    SLUICE_CRASH_SEED=n       the same moments again

What the clients do is what a careful client does: an order that was not
answered is sent again after the restart. One in four is not, and then either
all of it is there or nothing.
"""

import collections
import http.client
import json
import os
import random
import sys
import threading
import time
import unittest

from export_case import ACCEPTED, CREATED, SUCCESS, ExportCase, order
from wait import wait_until

CYCLES = int(os.environ.get("SLUICE_CRASH_CYCLES", "12"))
SEED = int(os.environ.get("SLUICE_CRASH_SEED", str(time.time_ns() % 1000000)))


class Client(threading.Thread):
    """Puts orders until it is told to stop; outlives the gateway's crashes."""

    def __init__(self, case, number):
        super().__init__(daemon=True)
        self.case, self.gateway, self.number = case, case.gateway, number
        self.dice = random.Random(SEED * 100 + number)
        self.todo = collections.deque()  # (step, reference, ...) to be sent again
        self.answered = {}               # reference: statuses that were answered
        self.doubtful = set()            # references never sent again
        self.count = self.crashes = 0
        self.up = threading.Event()
        self.end = threading.Event()
        self.problems = []

    def run(self):
        while not self.end.is_set():
            self.up.wait()
            step = self.todo.popleft() if self.todo else self.next_step()
            try:
                self.do(*step)
            except (OSError, http.client.HTTPException):
                self.crashes += 1
                self.up.clear()
                if self.dice.random() < 0.25:
                    self.doubtful.update(step[1])
                else:
                    self.todo.appendleft(step)
            except Exception as e:  # an answer that should not be
                self.problems.append(f"{step[0]} {step[1][:3]}: {e}")
            time.sleep(self.dice.random() * 0.01)

    def next_step(self):
        kind = self.dice.choice(("put", "put", "two", "two", "bulk"))
        self.count += 1
        name = f"K-{self.number}-{self.count}"
        if kind == "bulk":
            return "bulk", [f"{name}-{i}" for i in range(self.dice.randint(2, 40))]
        return kind, [name]

    def do(self, kind, references):
        if kind == "put":  # created in the status
            self.put(references[0], ACCEPTED)
        elif kind == "two":  # created, then moved there
            self.put(references[0], CREATED)
            self.todo.append(("patch", references))
        elif kind == "patch":
            answer = self.gateway.request(
                "PATCH", f"/v1/orders/{references[0]}/status", {"status": ACCEPTED}, timeout=10)
            self.note(answer.status == 200, answer, references[0], ACCEPTED)
        elif kind == "bulk":
            self.bulk(references)

    def put(self, reference, status):
        answer = self.gateway.request("PUT", f"/v1/orders/{reference}",
                                      order(reference, status), timeout=10)
        self.note(answer.status in (200, 201), answer, reference, status)

    def bulk(self, references):
        lines = "".join(json.dumps(order(r, ACCEPTED)) + "\n" for r in references)
        answer = self.gateway.request(
            "POST", "/v1/orders/bulk", lines, timeout=10,
            headers={"Content-Type": "application/x-ndjson"})
        if answer.status != 200:
            raise AssertionError(f"{answer.status} {answer.body}")
        for line in answer.body.splitlines():
            result = json.loads(line)
            self.note(result["status"] in (200, 201), result, result["reference"], ACCEPTED)

    def note(self, good, answer, reference, status):
        if not good:
            raise AssertionError(str(answer))
        self.answered.setdefault(reference, set()).add(status)


class Crash(ExportCase):
    config = {"log": {"level": "warn"}}

    def test_rule_3_2_nothing_is_lost_or_doubled(self):
        print(f"SLUICE_CRASH_CYCLES={CYCLES} SLUICE_CRASH_SEED={SEED}", file=sys.stderr)
        started = time.monotonic()
        self.folders = [self.folder / name for name in ("created", "accepted", "json")]
        for folder in self.folders:
            folder.mkdir()
        patient = {"maxRetries": 100, "intervalSeconds": 1}
        self.jobs = [
            self.make_job(outputFolder=str(self.folders[0]), triggerStatuses=[CREATED],
                          retry=patient),
            self.make_job(outputFolder=str(self.folders[1]), retry=patient),
            self.make_job(outputFolder=str(self.folders[2]), format="JSON", retry=patient)]
        clients = [Client(self, n) for n in range(3)]
        recoveries = self.torment(clients)
        self.finish(clients)
        loaded = time.monotonic() - started
        unknown = self.check(clients)
        answered = sum(len(c.answered) for c in clients)
        print(f"crash: {CYCLES} cycles, {answered} orders answered, "
              f"{sum(c.crashes for c in clients)} requests cut off, "
              f"{sum(len(c.doubtful) for c in clients)} orders not sent again, "
              f"{unknown} attempts UNKNOWN, restart {sum(recoveries) / len(recoveries):.2f} s "
              f"(at most {max(recoveries):.2f} s), {loaded:.0f} s of load, "
              f"{time.monotonic() - started:.0f} s in all", file=sys.stderr, flush=True)

    def torment(self, clients):
        """The cycles; answers how long each restart took."""
        dice = random.Random(SEED)
        recoveries = []
        for c in clients:
            c.start()
        for _ in range(CYCLES):
            for c in clients:
                c.up.set()
            time.sleep(dice.choice((0.02, 0.2, 0.8)) * dice.random() * 2)
            if dice.random() < 0.3:
                self.sshd.kill_children()
            if dice.random() < 0.1:
                self.gateway.stop()
            else:
                self.gateway.kill()
            before = time.monotonic()
            self.gateway.start()
            recoveries.append(time.monotonic() - before)
        return recoveries

    def finish(self, clients):
        """Lets every client send what it still has to."""
        for c in clients:
            c.next_step = lambda: ("rest", [])
            c.up.set()
        wait_until(lambda: not any(c.todo for c in clients), 30, what="the last orders")
        for c in clients:
            c.end.set()
            c.up.set()
        for c in clients:
            c.join(10)
            self.assertEqual(c.problems, [])

    def check(self, clients):
        """Holds the end against what was answered; answers attempts UNKNOWN."""
        wait_until(self.nothing_waits, 60 + CYCLES, 0.2, what="all to be delivered")
        orders = self.all_orders()
        for c in clients:
            for reference, statuses in c.answered.items():
                self.assertIn(reference, orders)
                if ACCEPTED in statuses:
                    self.assertEqual(orders[reference], ACCEPTED, reference)
            sent = set(c.answered) | c.doubtful
            mine = {r for r in orders if r.startswith(f"K-{c.number}-")}
            self.assertLessEqual(mine, sent)
        # Exactly one export for each order, job and status that it came through.
        two = self.came_through_created(clients, orders)
        self.assert_once(self.exports(self.jobs[0]), two)
        accepted = {r for r, status in orders.items() if status == ACCEPTED}
        self.assert_once(self.exports(self.jobs[1]), accepted)
        self.assert_once(self.exports(self.jobs[2]), accepted)
        return sum(self.check_files(job, folder)
                   for job, folder in zip(self.jobs, self.folders))

    def nothing_waits(self):
        return not any(self.gateway.ok("GET", f"/v1/mapper/exports?size=1&status=EXPORT_{s}")
                       ["totalElements"] for s in ("PENDING", "RUNNING", "RETRYING"))

    def all_orders(self):
        """{reference: status} of every order in the gateway."""
        orders, page = {}, 0
        while True:
            answer = self.gateway.ok("GET", f"/v1/orders?size=500&page={page}")
            for o in answer["content"]:
                self.assertNotIn(o["reference"], orders)
                orders[o["reference"]] = o["status"]
            page += 1
            if answer["last"]:
                return orders

    def came_through_created(self, clients, orders):
        """Those that were put as ORDER_CREATED: answered so, or doubtful and there."""
        found = {r for c in clients for r, s in c.answered.items() if CREATED in s}
        found |= {r for r, status in orders.items() if status == CREATED}
        return found

    def assert_once(self, exports, references):
        counted = collections.Counter(x["reference"] for x in exports)
        self.assertEqual({r: n for r, n in counted.items() if n != 1}, {})
        self.assertEqual(set(counted) ^ references, set())

    def check_files(self, job, folder):
        """Exactly one whole file each; answers the number of attempts UNKNOWN."""
        unknown, names = 0, set()
        for x in self.exports(job):
            self.assertEqual(x["status"], SUCCESS)
            attempts = self.export(x["id"])["attempts"]
            self.assertEqual([a["number"] for a in attempts],
                             list(range(1, len(attempts) + 1)))
            unknown += sum(a["outcome"] == "UNKNOWN" for a in attempts)
            names.add(x["fileName"])
            self.assertEqual((folder / x["fileName"]).read_bytes(), self.payload(x["id"]))
        self.assertEqual(set(self.files(folder)) ^ names, set())
        return unknown


if __name__ == "__main__":
    unittest.main()
