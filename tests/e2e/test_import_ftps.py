"""Contract section 4 over FTPS: what holds over SFTP holds here, with two
servers that tell of their files in different ways."""

import unittest

from ftpd import Ftpd
from gateway import ftp_connection
from import_case import FAILED, suppliers
from proxy import Proxy
from remote_import import RemoteBasics, RemoteCase, RemoteImports, SlowLines


class FtpsCase(RemoteCase):
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Ftpd(cls.kind))
        super().setUpClass()
        cls.client = cls.connect("ftps")
        cls.proxies = 0

    @classmethod
    def connect(cls, name, **more):
        body = ftp_connection(cls.server, name, **more)
        return cls.gateway.ok("POST", "/v1/mapper/client", body)["id"]

    def remote(self, path):
        """vsftpd, run by nobody special, changes no roots."""
        if self.kind == "vsftpd":
            return str(path)
        return "/" + str(path.relative_to(self.server.home))

    def proxied(self):
        """(proxy, id of a connection through it): of the control connection; the
        data comes beside it."""
        proxy = self.enterContext(Proxy(self.server.port))
        type(self).proxies += 1
        return proxy, self.connect(f"proxied-{self.proxies}", port=proxy.port)


class Line:
    """A second server before the same files, which sends slowly."""

    def __init__(self, case, rate):
        self.server = case.enterContext(Ftpd(case.kind, f"anon_max_rate={rate}"))
        type(case).proxies += 1
        body = ftp_connection(self.server, f"slow-{case.proxies}")
        self.client = case.gateway.ok("POST", "/v1/mapper/client", body)["id"]

    def cut(self):
        self.server.restart()

    def fast(self):
        """It stays as it is."""


class Vsftpd(RemoteImports, SlowLines, FtpsCase):
    """Without MLSD."""

    kind = "vsftpd"

    def slow_line(self, rate):
        return Line(self, rate)

    def test_wrong_password(self):
        self.write("a.csv", suppliers(*self.ids("1")))
        x = self.run_job(self.single(clientId=self.connect("wrong", password="other")))
        self.assert_counts(x, status=FAILED)
        self.assertRegex(x["message"], "(?i)password|login|authent|denied")

    def test_certificate_of_nobody_we_know(self):
        self.write("a.csv", suppliers(*self.ids("1")))
        for name, certificates in (("other-ca", self.server.other_ca), ("system-ca", None)):
            client = self.connect(name, caCertificates=certificates)
            x = self.run_job(self.single(clientId=client))
            self.assert_counts(x, status=FAILED)
            self.assertRegex(x["message"], "(?i)certificate")


class Mlsd(RemoteBasics, FtpsCase):
    """With it."""

    kind = "mlsd"


if __name__ == "__main__":
    unittest.main()
