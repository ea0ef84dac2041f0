"""Contract 2.4, the API's side: a destination that refuses every connection."""

import time
import unittest

from api_case import ApiCase, unique
from gateway import wait_export

PATH = "/v1/mapper/exports"
ABSENT = "01890000-0000-7000-8000-000000000000"


class Exports(ApiCase):
    def failing(self, count=1, retries=0):
        """A job and the ids of its exports, each with one attempt made."""
        supplier = self.make_supplier()  # its own: other tests' orders don't reach the job
        job = self.make_job(retry={"maxRetries": retries, "intervalSeconds": 900},
                            supplierExternalIds=[supplier])
        for n in range(count):
            self.call("PUT", f"/v1/orders/{unique('E')}", {
                "status": "ACCEPTED_BY_SUPPLIER", "supplierSnapshot": {"externalId": supplier}}, 201)
        exports = self.listed(f"jobOutId={job}")
        self.assertEqual(len(exports), count)
        status = "EXPORT_RETRYING" if retries else "EXPORT_FAILED"
        for export in exports:
            wait_export(self.gateway, export["id"], status)
        return job, [export["id"] for export in exports]

    def listed(self, query):
        return self.call("GET", f"{PATH}?size=500&{query}").body["content"]

    def test_shape(self):
        job, [id] = self.failing()
        export = self.call("GET", f"{PATH}/{id}").body
        self.assertEqual(set(export), {
            "id", "jobOutId", "jobName", "clientId", "entity", "reference", "triggerStatus",
            "supplierExternalId", "storeExternalId", "status", "format", "fileName", "remotePath",
            "createdAt", "updatedAt", "nextAttemptAt", "retriesLeft", "attemptCount",
            "payloadSize", "message", "attempts"})
        self.assertEqual((export["jobOutId"], export["entity"], export["attemptCount"],
                          export["nextAttemptAt"]), (job, "ORDER", 1, None))
        [attempt] = export["attempts"]
        self.assertEqual(set(attempt), {"number", "startedAt", "finishedAt", "outcome", "code",
                                        "message", "httpStatus", "remotePath", "bytes"})
        self.assertEqual((attempt["outcome"], attempt["code"]), ("FAILURE", "ERR_NET"))
        payload = self.call("GET", f"{PATH}/{id}/payload")
        self.assertIn("xml", payload.headers["Content-Type"])
        self.assertEqual(len(payload.body), export["payloadSize"])

    def test_filters(self):
        job, ids = self.failing(3)
        reference = self.call("GET", f"{PATH}/{ids[0]}").body["reference"]
        self.assertEqual([x["id"] for x in self.listed(f"reference={reference}")], ids[:1])
        self.assertEqual(len(self.listed(f"jobOutId={job}&status=EXPORT_FAILED")), 3)
        self.assertEqual(self.listed(f"jobOutId={job}&status=EXPORT_SUCCESS"), [])
        self.assertEqual(self.listed(f"jobOutId={job}&from=2100-01-01T00:00:00Z"), [])
        self.assertEqual(self.listed(f"jobOutId={job}&to=2000-01-01T00:00:00Z"), [])
        self.assertEqual(len(self.listed(f"jobOutId={job}&from=2000-01-01T00:00:00Z")), 3)
        for wrong in ("status=NOPE", "jobOutId=x", "from=yesterday", "to=2025"):
            self.call("GET", f"{PATH}?{wrong}", status=400)

    def test_retry_by_hand(self):
        _, [id] = self.failing()
        answer = self.call("POST", f"{PATH}/{id}/retry", status=202).body
        self.assertEqual((answer["id"], answer["status"]), (id, "EXPORT_PENDING"))
        export = wait_export(self.gateway, id, "EXPORT_FAILED")
        while export["attemptCount"] < 2:
            time.sleep(0.05)
            export = wait_export(self.gateway, id, "EXPORT_FAILED")
        self.assertEqual([a["number"] for a in export["attempts"]], [1, 2])
        self.call("POST", f"{PATH}/{id}/retry?render=fresh", status=202)
        self.call("POST", f"{PATH}/{id}/retry?render=stale", status=400)
        self.call("POST", f"{PATH}/{ABSENT}/retry", status=404)

    def test_cancel(self):
        _, [id] = self.failing(retries=3)
        self.call("POST", f"{PATH}/{id}/retry", status=409, code="CONFLICT")
        answer = self.call("POST", f"{PATH}/{id}/cancel", status=202).body
        self.assertEqual((answer["status"], answer["nextAttemptAt"]), ("EXPORT_CANCELLED", None))
        self.call("POST", f"{PATH}/{id}/cancel", status=409, code="CONFLICT")
        self.call("POST", f"{PATH}/{id}/retry", status=202)
        self.call("POST", f"{PATH}/{ABSENT}/cancel", status=404)

    def test_retry_many(self):
        job, ids = self.failing(5)
        other, _ = self.failing(1)
        self.assertEqual(self.call("POST", f"{PATH}/retry?jobOutId={job}", status=202).body,
                         {"retried": 5})
        self.assertEqual(self.call("GET", f"{PATH}?jobOutId={other}").body["content"][0]
                         ["attemptCount"], 1)
        self.assertEqual(self.call(
            "POST", f"{PATH}/retry?jobOutId={job}&status=EXPORT_SUCCESS", status=202).body,
            {"retried": 0})
        self.call("POST", f"{PATH}/retry?nonsense=1", status=400)

    def test_unknown(self):
        for path in (ABSENT, "nope", f"{ABSENT}/payload"):
            self.call("GET", f"{PATH}/{path}", status=404)


if __name__ == "__main__":
    unittest.main()
