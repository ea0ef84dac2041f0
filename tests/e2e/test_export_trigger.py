"""Contract section 3, rules 1 and 2: what makes an export, and what does not."""

import time
import unittest

from export_case import ACCEPTED, CREATED, ON_HOLD, SUCCESS, WAITING, ExportCase, order


class Rule1OncePerStatus(ExportCase):
    def test_rule_3_1_reaching_a_trigger_status_makes_one_export(self):
        job = self.make_job()
        self.put("R1-A", WAITING)
        self.assertEqual(self.exports(job), [])
        self.set_status("R1-A", ACCEPTED)
        export = self.reach(job, SUCCESS)
        self.assertEqual((export["reference"], export["jobOutId"]), ("R1-A", job))
        self.assertEqual(self.files(), ["R1-A.xml"])

    def test_rule_3_1_created_in_a_trigger_status_counts(self):
        job = self.make_job()
        self.put("R1-B", ACCEPTED)
        self.settle(job, count=1)

    def test_rule_3_1_put_that_moves_the_status_counts(self):
        job = self.make_job()
        self.put("R1-C", WAITING)
        self.put("R1-C", ACCEPTED)
        self.settle(job, count=1)

    def test_rule_3_1_later_changes_without_status_change_make_none(self):
        job = self.make_job()
        self.put("R1-D", ACCEPTED)
        self.set_status("R1-D", ACCEPTED)
        self.put("R1-D", ACCEPTED, paymentStatus="PAID")
        self.put("R1-D", ACCEPTED, paymentStatus="REFUNDED", lines=3)
        self.settle(job, count=1)

    def test_rule_3_1_every_trigger_status_counts_once(self):
        job = self.make_job(triggerStatuses=[CREATED, ACCEPTED, "SHIPPED"])
        for status in (CREATED, WAITING, ACCEPTED, "WAITING_SHIPMENT", "SHIPPED", "COMPLETED"):
            self.put("R1-E", status)
        self.settle(job, count=3)

    def test_rule_3_1_a_status_reached_a_second_time_makes_none(self):
        job = self.make_job(triggerStatuses=["BLOCKED_BY_PAYMENT"])
        for status in (CREATED, "BLOCKED_BY_PAYMENT", "DRAFT_ORDER", CREATED,
                       "BLOCKED_BY_PAYMENT"):
            self.put("R1-F", status)
        self.settle(job, count=1)

    def test_rule_3_1_once_across_restart_and_crash(self):
        job = self.make_job(triggerStatuses=[CREATED, ACCEPTED])
        self.put("R1-G", CREATED)
        self.settle(job, count=1)
        self.gateway.restart()
        self.put("R1-G", CREATED, paymentStatus="PAID")
        self.settle(job, count=1)
        self.set_status("R1-G", ACCEPTED)
        self.gateway.restart(crash=True)
        self.set_status("R1-G", ACCEPTED)
        self.put("R1-G", ACCEPTED, paymentStatus="REFUNDED")
        self.settle(job, count=2)

    def test_rule_3_1_jobs_created_later_do_not_look_back(self):
        self.put("R1-H", ACCEPTED)
        job = self.make_job()
        self.put("R1-H", ACCEPTED, paymentStatus="PAID")
        self.set_status("R1-H", ACCEPTED)
        self.put("R1-H2", ACCEPTED)
        self.assertEqual([x["reference"] for x in self.settle(job)], ["R1-H2"])

    def test_rule_3_1_jobs_activated_later_do_not_look_back(self):
        body = self.job_body(active=False)
        job = self.gateway.ok("POST", "/v1/mapper/jobout", body)["id"]
        self.addCleanup(self.delete_job, job)
        self.put("R1-I", ACCEPTED)
        self.gateway.ok("PUT", f"/v1/mapper/jobout/{job}", {**body, "active": True})
        self.put("R1-I", ACCEPTED, paymentStatus="PAID")
        self.put("R1-I2", ACCEPTED)
        self.assertEqual([x["reference"] for x in self.settle(job)], ["R1-I2"])

    def test_rule_3_1_statuses_added_later_do_not_look_back(self):
        body = self.job_body(triggerStatuses=["SHIPPED"])
        job = self.gateway.ok("POST", "/v1/mapper/jobout", body)["id"]
        self.addCleanup(self.delete_job, job)
        self.put("R1-J", ACCEPTED)
        self.gateway.ok("PUT", f"/v1/mapper/jobout/{job}",
                        {**body, "triggerStatuses": [ACCEPTED, "SHIPPED"]})
        self.put("R1-J", ACCEPTED, paymentStatus="PAID")
        self.assertEqual(self.exports(job), [])
        self.set_status("R1-J", "SHIPPED")
        self.settle(job, count=1)


class Rule1Selection(ExportCase):
    def supplier(self, external_id):
        self.gateway.ok("PUT", f"/v1/entities/SUPPLIER/{external_id}", {"name": external_id})

    def test_rule_3_1_other_entity_status_and_inactive_jobs_make_none(self):
        jobs = [self.make_job(active=False), self.make_job(triggerStatuses=["SHIPPED"]),
                self.make_job(entity="INCIDENT", triggerStatuses=["OPEN"], format="JSON")]
        wanted = self.make_job()
        self.put("R1-K", ACCEPTED)
        self.settle(wanted, count=1)
        for job in jobs:
            self.assertEqual(self.exports(job), [])

    def test_rule_3_1_every_job_that_selects_it_makes_its_own(self):
        jobs = [self.make_job(format=kind) for kind in ("XML", "JSON", "CSV")]
        self.put("R1-L", ACCEPTED)
        for job in jobs:
            self.settle(job, count=1)
        self.assertEqual(self.files(), ["R1-L.csv", "R1-L.json", "R1-L.xml"])

    def test_rule_3_1_supplier_scope(self):
        for supplier in ("SUP-A", "SUP-B"):
            self.supplier(supplier)
        scoped = self.make_job(supplierExternalIds=["SUP-A"])
        both = self.make_job(supplierExternalIds=["SUP-B", "SUP-A", "SUP-B"], format="JSON")
        for supplier in ("SUP-A", "SUP-B", "SUP-C"):
            self.put("R1-" + supplier, ACCEPTED, supplierSnapshot={"externalId": supplier})
        self.put("R1-none", ACCEPTED, supplierSnapshot=None)
        self.settle(scoped, count=1)
        self.settle(both, count=2)
        self.assertEqual(self.files(), ["R1-SUP-A.json", "R1-SUP-A.xml", "R1-SUP-B.json"])

    def test_rule_3_1_supplier_scope_changed_with_patch_and_delete(self):
        self.supplier("SUP-A")
        job = self.make_job(supplierExternalIds=["SUP-A"])
        path = f"/v2/jobouts/{job}/suppliers"

        def put(reference):
            self.put(reference, ACCEPTED, supplierSnapshot={"externalId": "SUP-D"})
        put("R1-M1")
        self.supplier("SUP-D")
        self.gateway.ok("PATCH", path, {"supplierExternalIds": ["SUP-D"]})
        put("R1-M2")
        self.gateway.ok("DELETE", path, {"supplierExternalIds": ["SUP-D"]})
        put("R1-M3")
        emptied = self.gateway.request("DELETE", path, {"supplierExternalIds": ["SUP-A"]})
        self.assertEqual(emptied.status, 204)
        self.assertRegex(emptied.headers["Warning"], r'^299 - ".*"$')
        put("R1-M4")  # an empty scope is everybody
        self.settle(job, count=2)
        self.assertEqual(self.files(), ["R1-M2.xml", "R1-M4.xml"])

    def test_rule_3_1_bulk_triggers_as_put_does(self):
        job = self.make_job()
        results = self.bulk([order(f"R1-bulk-{n}", ACCEPTED if n % 2 else WAITING)
                             for n in range(20)] + [order("R1-bulk-1", ACCEPTED)])
        self.assertEqual([r["status"] for r in results], [201] * 20 + [200])
        self.settle(job, count=10)

    def test_rule_3_1_an_order_that_was_refused_makes_none(self):
        job = self.make_job()
        bad = order("R1-N", ACCEPTED, nonsense=1)
        self.assertEqual(self.gateway.request("PUT", "/v1/orders/R1-N", bad).status, 400)
        self.put("R1-N2", "SHIPPED")
        back = self.gateway.request("PATCH", "/v1/orders/R1-N2/status", {"status": ACCEPTED})
        self.assertEqual(back.status, 409)
        again = self.gateway.request("PUT", "/v1/orders/R1-N2", order("R1-N2", ACCEPTED))
        self.assertEqual(again.status, 409)
        self.assertEqual(self.exports(job), [])


class Rule1AllowMultiple(ExportCase):
    def test_rule_3_1_every_change_on_hold_makes_one_more(self):
        job = self.make_job(triggerStatuses=[ON_HOLD], allowMultiplePerStatus=True)
        once = self.make_job(triggerStatuses=[ON_HOLD], format="JSON")
        self.put("R1-P", ON_HOLD)
        for n in range(3):
            self.put("R1-P", ON_HOLD, paymentStatus=f"S{n}")
        self.settle(job, count=4)
        self.settle(once, count=1)
        self.assertIn(b"S2", self.arrived("R1-P.xml"))

    def test_rule_3_1_what_is_no_change_makes_none(self):
        job = self.make_job(triggerStatuses=[ON_HOLD], allowMultiplePerStatus=True)
        self.put("R1-Q", ON_HOLD)
        self.put("R1-Q", ON_HOLD)
        self.set_status("R1-Q", ON_HOLD)
        self.settle(job, count=1)

    def test_rule_3_1_only_while_on_hold(self):
        job = self.make_job(triggerStatuses=[ON_HOLD, CREATED], allowMultiplePerStatus=True)
        self.put("R1-R", ON_HOLD)
        self.put("R1-R", CREATED)
        self.put("R1-R", CREATED, paymentStatus="PAID")
        self.settle(job, count=2)

    def test_rule_3_1_across_a_restart(self):
        job = self.make_job(triggerStatuses=["DRAFT_ORDER_ON_HOLD"],
                            allowMultiplePerStatus=True)
        self.put("R1-S", "DRAFT_ORDER_ON_HOLD")
        self.gateway.restart(crash=True)
        self.put("R1-S", "DRAFT_ORDER_ON_HOLD", paymentStatus="PAID")
        self.settle(job, count=2)

    def test_only_together_with_on_hold(self):
        for more in ({"triggerStatuses": [ACCEPTED]},
                     {"entity": "INCIDENT", "triggerStatuses": ["OPEN"], "format": "JSON"}):
            answer = self.gateway.request("POST", "/v1/mapper/jobout", self.job_body(
                allowMultiplePerStatus=True, **more))
            self.assertEqual(answer.status, 400, answer.body)
            self.assertEqual([e["field"] for e in answer.body["errors"]],
                             ["allowMultiplePerStatus"])


class Rule2OneTransaction(ExportCase):
    def test_rule_3_2_an_answer_means_the_export_exists(self):
        """kill -9 right after the answer: neither lost nor doubled."""
        job = self.make_job(retry={"maxRetries": 100, "intervalSeconds": 1})
        for n in range(6):
            reference = f"R2-{n}"
            if n % 2:
                self.put(reference, ACCEPTED)
            else:
                self.put(reference, WAITING)
                self.set_status(reference, ACCEPTED)
            time.sleep((0, 0.001, 0.003, 0.01, 0.02, 0.05)[n])
            self.gateway.restart(crash=True)
            self.put(reference, ACCEPTED, paymentStatus="PAID")
        self.settle(job, count=6, timeout=30)
        self.assertEqual(self.files(), [f"R2-{n}.xml" for n in range(6)])

    def test_rule_3_2_the_snapshot_is_that_of_the_status_change(self):
        self.gateway.ok("POST", f"/v1/mapper/client/{self.client}/disable")
        job = self.make_job()
        self.put("R2-A", WAITING, paymentStatus="BEFORE")
        self.put("R2-A", ACCEPTED, paymentStatus="THEN")
        self.put("R2-A", ACCEPTED, paymentStatus="AFTER")
        self.gateway.ok("POST", f"/v1/mapper/client/{self.client}/activate")
        self.settle(job, count=1)
        self.assertIn(b"<paymentStatus>THEN</paymentStatus>", self.arrived("R2-A.xml"))


if __name__ == "__main__":
    unittest.main()
