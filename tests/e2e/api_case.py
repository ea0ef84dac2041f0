"""What the tests of the HTTP API share: one gateway per class, and bodies."""

import http.client
import unittest
import uuid

from gateway import Gateway


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def connection_body(name=None, **information):
    return {"name": name or unique("connection"), "active": True,
            "clientConfiguration": {"type": "SFTP_CLIENT", "connectionInformation": {
                "hostname": "127.0.0.1", "port": 1, "username": "hub",
                "password": "secret-word", **information}}}


class ApiCase(unittest.TestCase):
    config = {}

    @classmethod
    def setUpClass(cls):
        cls.gateway = Gateway(config=cls.config).start()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.gateway.stop()
        finally:
            cls.gateway.close()

    def call(self, method, path, body=None, status=200, code=None, **more):
        """One request that must have this status (and error code)."""
        answer = self.gateway.request(method, path, body, **more)
        self.assertEqual(answer.status, status, answer.body)
        if status >= 400:
            self.assertEqual(answer.body["status"], status)
            self.assertEqual(answer.body["error"], http.client.responses[status]
                             .replace("Request Entity Too Large", "Payload Too Large")
                             .replace("Content Too Large", "Payload Too Large"))
            self.assertIsInstance(answer.body["message"], str)
            self.assertIsInstance(answer.body["errors"], list)
        if code:
            self.assertEqual(answer.body["code"], code, answer.body)
        return answer

    def fields(self, answer):
        """{field: code} of an error answer's faults."""
        return {e["field"]: e["code"] for e in answer.body["errors"]}

    def key(self, role, stores=()):
        body = {"name": unique("key"), "role": role, "stores": list(stores)}
        return self.call("POST", "/v1/keys", body, 201).body["key"]

    def make_connection(self, **more):
        return self.call("POST", "/v1/mapper/client", connection_body(**more), 201).body["id"]

    def job_body(self, client, **more):
        return {"name": unique("job"), "active": True, "entity": "ORDER",
                "exportMethod": "SFTP_CLIENT", "clientId": client, "outputFolder": "/out",
                "format": "XML", "fileNameFormat": "SHORT",
                "triggerStatuses": ["ACCEPTED_BY_SUPPLIER"], **more}

    def make_job(self, client=None, **more):
        client = client or self.make_connection()
        return self.call("POST", "/v1/mapper/jobout", self.job_body(client, **more), 201).body["id"]

    def make_supplier(self, external_id=None, **more):
        external_id = external_id or unique("SUP")
        self.call("PUT", f"/v1/entities/SUPPLIER/{external_id}",
                  {"name": f"Name of {external_id}", **more}, 201)
        return external_id
