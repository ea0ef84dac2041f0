"""The fixtures themselves: a test that trusts a broken fixture proves nothing."""

import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import sshd as sshd_module
from proxy import Proxy
from sshd import Sshd, make_key
from wait import stays, wait_until


def sftp(sshd, commands, port=None, password=None, private_key=None):
    """OpenSSH's own client, to hold against what the gateway sees."""
    with tempfile.TemporaryDirectory() as d:
        d = pathlib.Path(d)
        (d / "known_hosts").write_text("".join(
            f"[{sshd.host}]:{port or sshd.port} {key}\n" for key in sshd.host_keys.values()))
        argv = ["sftp", "-q", "-P", str(port or sshd.port),
                "-o", "StrictHostKeyChecking=yes",
                "-o", f"UserKnownHostsFile={d}/known_hosts", "-o", "IdentitiesOnly=yes"]
        env = dict(os.environ)
        if password is not None:
            (d / "ask").write_text(f"#!/bin/sh\necho '{password}'\n")
            (d / "ask").chmod(0o700)
            env.update(SSH_ASKPASS=f"{d}/ask", SSH_ASKPASS_REQUIRE="force")
            argv += ["-o", "PreferredAuthentications=password"]
        else:
            (d / "key").write_text(private_key or sshd.private_key)
            (d / "key").chmod(0o600)
            argv += ["-b", "-", "-i", f"{d}/key"]
        return subprocess.run(argv + [f"{sshd.user}@{sshd.host}"], input=commands, text=True,
                              capture_output=True, env=env, timeout=30)


class SshdTest(unittest.TestCase):
    def test_key_login_starts_in_home(self):
        with Sshd() as sshd:
            (sshd.home / "hello").write_text("hi")
            result = sftp(sshd, "pwd\nls\n")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn(str(sshd.home), result.stdout)
            self.assertIn("hello", result.stdout)

    def test_password_login(self):
        with Sshd(password="s3cret word") as sshd:
            right = sftp(sshd, "pwd\n", password="s3cret word")
            self.assertEqual(right.returncode, 0, right.stderr)
            self.assertNotEqual(sftp(sshd, "pwd\n", password="other").returncode, 0)

    def test_all_kinds_of_keys_and_the_external_server(self):
        rsa, public = make_key("rsa")
        with Sshd(host_keys=("rsa", "ecdsa", "ed25519"), authorized=[public],
                  sftp="external") as sshd:
            self.assertEqual(sorted(sshd.fingerprints()),
                             ["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"])
            result = sftp(sshd, "ls\n", private_key=rsa)
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_fingerprint_is_that_of_ssh_keygen(self):
        with Sshd() as sshd:
            line = sshd.host_keys["ed25519"]
            said = subprocess.run(["ssh-keygen", "-l", "-f", "-"], input=line, text=True,
                                  capture_output=True, check=True).stdout.split()[1]
            self.assertEqual(sshd_module.fingerprint(line), said)

    def test_new_host_key_same_port(self):
        with Sshd() as sshd:
            before, port = sshd.fingerprints(), sshd.port
            sshd.change_host_keys()
            self.assertNotEqual(before, sshd.fingerprints())
            self.assertEqual(port, sshd.port)
            self.assertEqual(sftp(sshd, "pwd\n").returncode, 0)

    def test_kill_children_ends_sessions_only(self):
        with Sshd() as sshd, socket.create_connection((sshd.host, sshd.port)) as s:
            s.settimeout(10)
            s.recv(4)
            wait_until(sshd.sessions)
            sshd.kill_children()
            while s.recv(1000):
                pass
            self.assertEqual(sftp(sshd, "pwd\n").returncode, 0)


class Echo:
    """A server that sends back what it gets."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *unused):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(s,), daemon=True).start()

    @staticmethod
    def _serve(s):
        with s:
            try:
                while data := s.recv(65536):
                    s.sendall(data)
            except OSError:
                pass


def receive(s, count):
    data = bytearray()
    while len(data) < count:
        more = s.recv(65536)
        if not more:
            break
        data += more
    return bytes(data)


class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.echo = self.enterContext(Echo())

    def connect(self, proxy):
        s = self.enterContext(socket.create_connection((proxy.host, proxy.port)))
        s.settimeout(10)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def test_delay_is_a_round_trip_and_pipelines(self):
        with Proxy(self.echo.port, rtt=0.1) as proxy:
            s = self.connect(proxy)
            start = time.monotonic()
            for _ in range(20):
                s.sendall(b"x")
                time.sleep(0.002)
            self.assertEqual(receive(s, 20), b"x" * 20)
            took = time.monotonic() - start
            self.assertGreaterEqual(took, 0.1)
            self.assertLess(took, 1.0)  # one at a time would take 2 s

    def test_stall_and_resume(self):
        with Proxy(self.echo.port) as proxy:
            s = self.connect(proxy)
            proxy.stall("down")
            s.sendall(b"abc")
            wait_until(lambda: proxy.bytes("up") == 3)
            stays(lambda: proxy.bytes("down") == 0, 0.2)
            proxy.resume()
            self.assertEqual(receive(s, 3), b"abc")

    def test_cut(self):
        with Proxy(self.echo.port) as proxy:
            s = self.connect(proxy)
            s.sendall(b"a")
            receive(s, 1)
            proxy.cut()
            with self.assertRaises(ConnectionResetError):
                if not s.recv(1):
                    raise AssertionError("an end instead of a reset")
            again = self.connect(proxy)
            again.sendall(b"b")
            self.assertEqual(receive(again, 1), b"b")
            self.assertEqual(proxy.connections, 2)

    def test_limit(self):
        with Proxy(self.echo.port) as proxy:
            proxy.limit(down=1000)
            s = self.connect(proxy)
            s.sendall(b"y" * 5000)
            got = b""
            try:
                while data := s.recv(65536):
                    got += data
            except ConnectionResetError:
                pass
            self.assertEqual(len(got), 1000)

    def test_refuse(self):
        with Proxy(self.echo.port) as proxy:
            proxy.refuse()
            s = self.connect(proxy)
            with self.assertRaises((ConnectionResetError, AssertionError)):
                assert s.recv(1)
            proxy.accept()
            again = self.connect(proxy)
            again.sendall(b"b")
            self.assertEqual(receive(again, 1), b"b")

    def test_throughput_is_no_bottleneck(self):
        with Proxy(self.echo.port, rtt=0.01) as proxy:
            s = self.connect(proxy)
            block, total = b"z" * 65536, 8 * 1024 * 1024
            threading.Thread(target=lambda: [
                s.sendall(block) for _ in range(total // len(block))], daemon=True).start()
            start = time.monotonic()
            self.assertEqual(len(receive(s, total)), total)
            self.assertLess(time.monotonic() - start, 10)


if __name__ == "__main__":
    unittest.main()
