"""Contract 2.4: the list of exports, their attempts and payloads, bulk retry."""

import re
import time
import unittest

from export_case import ACCEPTED, FAILED, RETRYING, SUCCESS, ExportCase
from process import free_port
from wait import wait_until

TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"


class History(ExportCase):
    def test_an_export_shows_every_attempt(self):
        job = self.make_job(retry={"maxRetries": 3, "intervalSeconds": 1})
        self.folder.rmdir()
        self.put("H-1")
        export = self.reach(job, RETRYING)
        [attempt] = export["attempts"]
        self.assertEqual((attempt["number"], attempt["outcome"]), (1, "FAILURE"))
        self.assertTrue(attempt["code"])
        self.assertIn("folder", attempt["message"].lower())
        self.assertRegex(export["nextAttemptAt"], TIME)
        self.folder.mkdir()
        export = self.reach(job, SUCCESS)
        first, last = export["attempts"][0], export["attempts"][-1]
        self.assertEqual(last["outcome"], "SUCCESS")
        self.assertEqual(last["remotePath"], f"{self.folder}/H-1.xml")
        self.assertEqual(last["bytes"], len(self.arrived("H-1.xml")))
        for a in (first, last):
            self.assertRegex(a["startedAt"], TIME)
            self.assertRegex(a["finishedAt"], TIME)
            self.assertLessEqual(a["startedAt"], a["finishedAt"])
        self.assertRegex(export["id"], r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]")
        self.assertIsNone(export.get("nextAttemptAt"))

    def test_payload_is_the_very_bytes(self):
        for kind in ("XML", "JSON", "CSV"):
            job = self.make_job(format=kind)
            self.put(f"H-2-{kind}", paymentOption="é \U0001f600")
            export = self.settle(job, count=1)[0]
            self.assertEqual(self.payload(export["id"]),
                             self.arrived(f"H-2-{kind}.{kind.lower()}"))
            self.delete_job(job)

    def test_newest_first_and_pages(self):
        job = self.make_job()
        for n in range(45):
            self.put(f"H-3-{n:02}")
        self.settle(job, count=45)
        wanted = [f"H-3-{n:02}" for n in reversed(range(45))]
        seen = []
        for page in range(3):
            answer = self.gateway.ok("GET", f"/v1/mapper/exports?jobOutId={job}&page={page}")
            seen += [x["reference"] for x in answer["content"]]
            self.assertEqual((answer["totalElements"], answer["totalPages"], answer["number"],
                              answer["first"], answer["last"]),
                             (45, 3, page, page == 0, page == 2))
        self.assertEqual(seen, wanted)

    def test_filters(self):
        good = self.make_job()
        bad = self.make_job(outputFolder=str(self.folder / "absent"),
                            retry={"maxRetries": 0, "intervalSeconds": 1})
        for n in range(5):
            self.put(f"H-4-{n}")
        self.settle(good, count=5)
        self.settle(bad, count=5, status=FAILED)

        def found(**filters):
            return [(x["jobOutId"], x["reference"]) for x in self.exports(**filters)]
        self.assertEqual(found(job=good), [(good, f"H-4-{n}") for n in range(5)])
        self.assertEqual(found(reference="H-4-3"), [(good, "H-4-3"), (bad, "H-4-3")])
        self.assertEqual(found(job=bad, reference="H-4-3"), [(bad, "H-4-3")])
        self.assertEqual(found(job=bad, status=SUCCESS), [])
        self.assertEqual(len(found(job=bad, status=FAILED)), 5)
        self.assertEqual(found(reference="H-4"), [])
        middle = self.exports(good)[2]["createdAt"]
        later = self.exports(good, **{"from": middle})
        self.assertEqual([x["reference"] for x in later if x["createdAt"] > middle],
                         [x["reference"] for x in self.exports(good)
                          if x["createdAt"] > middle])
        self.assertTrue(all(x["createdAt"] >= middle for x in later))
        earlier = self.exports(good, to=middle)
        self.assertTrue(earlier)
        self.assertTrue(all(x["createdAt"] <= middle for x in earlier))
        self.assertEqual(self.exports(good, to="2001-01-01T00:00:00.000Z"), [])
        self.assertEqual(self.exports(good, **{"from": "2999-01-01T00:00:00.000Z"}), [])
        for query in ("status=NONSENSE", "from=yesterday", "jobOutId=x", "nonsense=1",
                      "size=0", "size=501", "page=-1"):
            answer = self.gateway.request("GET", "/v1/mapper/exports?" + query)
            self.assertEqual(answer.status, 400, query)

    def test_unknown_export(self):
        path = "/v1/mapper/exports/01890a5d-ac96-774b-bcce-b302099a8057"
        for method, tail in (("GET", ""), ("GET", "/payload"), ("POST", "/retry"),
                             ("POST", "/cancel")):
            answer = self.gateway.request(method, path + tail)
            self.assertEqual(answer.status, 404, tail)

    def test_bulk_retry_takes_the_filters_of_the_list(self):
        job = self.make_job(retry={"maxRetries": 0, "intervalSeconds": 1})
        other = self.make_job(format="JSON", retry={"maxRetries": 0, "intervalSeconds": 1})
        self.folder.rmdir()
        for n in range(30):
            self.put(f"H-5-{n}")
        for j in (job, other):
            self.settle(j, count=30, status=FAILED)
        self.folder.mkdir()

        def retry(query):
            answer = self.gateway.request("POST", "/v1/mapper/exports/retry?" + query)
            self.assertEqual(answer.status, 202, answer.body)
        retry(f"jobOutId={job}&reference=H-5-7")
        wait_until(lambda: self.visible() == ["H-5-7.xml"], what=str(self.visible()))
        time.sleep(0.2)
        self.assertEqual(len(self.exports(job, status=FAILED)), 29)
        retry(f"jobOutId={job}&status=EXPORT_CANCELLED")
        time.sleep(0.2)
        self.assertEqual(len(self.exports(job, status=FAILED)), 29)
        retry(f"jobOutId={job}&status=EXPORT_FAILED")
        self.settle(job, count=30)
        self.assertEqual(len(self.exports(other, status=FAILED)), 30)
        self.assertEqual({re.sub(r".*\.", "", n) for n in self.visible()}, {"xml"})
        retry(f"status=EXPORT_FAILED&jobOutId={other}")
        self.settle(other, count=30)

    def test_an_export_whose_connection_is_gone_says_so(self):
        """The job moved to another connection, and the old one was deleted."""
        nobody = self.connect("nobody", port=free_port())
        body = self.job_body(clientId=nobody, retry={"maxRetries": 1, "intervalSeconds": 1})
        job = self.gateway.ok("POST", "/v1/mapper/jobout", body)["id"]
        self.addCleanup(self.delete_job, job)
        self.put("H-7")
        self.reach(job, RETRYING)
        used = self.gateway.request("DELETE", f"/v1/mapper/client/{nobody}")
        self.assertEqual(used.status, 409)
        self.gateway.ok("PUT", f"/v1/mapper/jobout/{job}", {**body, "clientId": self.client})
        self.gateway.ok("DELETE", f"/v1/mapper/client/{nobody}")
        export = self.reach(job, FAILED, timeout=10)
        self.assertIn("connection", export["attempts"][-1]["message"])
        self.gateway.ok("POST", f"/v1/mapper/exports/{export['id']}/retry?render=fresh")
        self.reach(job, SUCCESS)
        self.assertEqual(self.files(), ["H-7.xml"])

    def test_an_order_that_is_too_large_to_render_fails_with_a_reason(self):
        self.gateway.config["limits"] = {"payload": "64KiB"}
        self.gateway.reload()
        wait_until(lambda: "read again" in self.gateway.log())
        job = self.make_job()
        self.put("H-8", filler=100_000)
        export = self.reach(job, FAILED)
        self.assertIn("limits.payload", export["message"])
        self.assertEqual(export["attempts"], [])
        self.gateway.config["limits"] = {}
        self.gateway.reload()
        wait_until(lambda: self.gateway.log().count("read again") == 2)
        self.gateway.ok("POST", f"/v1/mapper/exports/{export['id']}/retry")
        self.reach(job, SUCCESS)
        self.assertEqual(self.payload(export["id"]), self.arrived("H-8.xml"))

    def test_history_of_a_deleted_job_stays(self):
        job = self.make_job()
        self.put("H-6", ACCEPTED)
        export = self.reach(job, SUCCESS)
        self.assertEqual(self.gateway.request("DELETE", f"/v1/mapper/jobout/{job}").status, 204)
        self.assertEqual(self.export(export["id"])["status"], SUCCESS)
        self.assertEqual(self.payload(export["id"]), self.arrived("H-6.xml"))


if __name__ == "__main__":
    unittest.main()
