"""What the contract prints as an example is accepted as it stands there."""

import unittest

from gateway import Gateway

CONNECTION = {
    "name": "erp-sftp", "active": True,
    "clientConfiguration": {"type": "SFTP_CLIENT", "connectionInformation": {
        "hostname": "sftp.example.com", "port": 22, "username": "hub",
        "password": "...", "privateKey": "-----BEGIN OPENSSH PRIVATE KEY-----...",
        "privateKeyPassphrase": "...", "hostKeys": ["SHA256:base64fingerprint"]}}}

JOB = {
    "name": "orders-to-erp", "active": True, "entity": "ORDER",
    "exportMethod": "SFTP_CLIENT", "outputFolder": "/out/orders", "format": "XML",
    "fileNameFormat": "SHORT", "triggerStatuses": ["ACCEPTED_BY_SUPPLIER"],
    "supplierExternalIds": ["SUP-ACME-001"],
    "retry": {"maxRetries": 5, "intervalSeconds": 900}}

IMPORT_JOB = {
    "name": "suppliers-nightly", "active": True, "entity": "SUPPLIER",
    "cronExpression": "0 0 2 * * ?", "executionPolicy": "RUN_IMMEDIATELY", "catchUp": "NONE",
    "source": {"path": "in/suppliers.csv"}, "csv": {"delimiter": ";", "encoding": "UTF-8"},
    "mapping": {"name": "Supplier Name", "externalId": "Supplier External Id"},
    "transcoding": [{"field": "status", "values": {"A": "ACTIVE"}, "onMiss": "REJECT"}]}


class Examples(unittest.TestCase):
    def setUp(self):
        self.gateway = Gateway()
        self.gateway.start()
        self.addCleanup(self.gateway.stop)

    def call(self, status, method, path, body=None):
        answer = self.gateway.request(method, path, body)
        self.assertEqual(answer.status, status, answer.body)
        return answer.body

    def test_connection_and_export_job(self):
        made = self.call(201, "POST", "/v1/mapper/client", CONNECTION)
        shown = made["clientConfiguration"]["connectionInformation"]
        for secret in ("password", "privateKey", "privateKeyPassphrase"):
            self.assertEqual(shown[secret], "***")
        self.call(201, "PUT", "/v1/entities/SUPPLIER/SUP-ACME-001", {"name": "Acme"})
        job = self.call(201, "POST", "/v1/mapper/jobout", {**JOB, "clientId": made["id"]})
        for key, value in JOB.items():
            if key not in ("supplierExternalIds", "retry"):
                self.assertEqual(job[key], value)
        self.assertEqual(job["suppliers"], [{"externalId": "SUP-ACME-001", "name": "Acme"}])

    def test_import_job(self):
        made = self.call(201, "POST", "/v1/mapper/client", CONNECTION)
        job = self.call(201, "POST", "/v1/mapper/job", {**IMPORT_JOB, "clientId": made["id"]})
        for key, value in IMPORT_JOB.items():
            self.assertEqual(job[key], value)
        self.assertEqual(job["clientId"], made["id"])

    def test_the_old_key_is_refused_even_when_it_is_null(self):
        made = self.call(201, "POST", "/v1/mapper/client", CONNECTION)
        body = {**JOB, "clientId": made["id"], "supplierExternalIds": [], "suppliers": None}
        answer = self.call(400, "POST", "/v1/mapper/jobout", body)
        self.assertIn("suppliers", [e["field"] for e in answer["errors"]])

    def test_an_unknown_key_is_named_however_long_it_is(self):
        for key in ("k" * 3000, "é" * 3000):
            answer = self.call(400, "POST", "/v1/mapper/client", {key: 1})
            fault = [e for e in answer["errors"] if e["code"] == "UNKNOWN_FIELD"][0]
            self.assertTrue(fault["field"].startswith(key[:90]), fault)
            self.assertIn(key[:90], fault["message"])

    def test_a_secret_with_its_quotes_forgotten_is_not_repeated(self):
        text = b'{"name":"x","clientConfiguration":{"password":hunter2}}'
        answer = self.gateway.request("POST", "/v1/mapper/client", text,
                                      headers={"content-type": "application/json"})
        self.assertEqual(answer.status, 400)
        self.assertNotIn("hunter2", str(answer.body))


if __name__ == "__main__":
    unittest.main()
