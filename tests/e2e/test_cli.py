"""Contract section 1: the command line, the configuration, start and stop."""

import base64
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

import process
from export_case import ACCEPTED, SUCCESS, all_exports, order
from gateway import (SANITIZER_SIGNS, Gateway, binary, environment, run,
                     sftp_connection)
from sshd import Sshd
from wait import wait_until

COMMANDS = (["serve"], ["check"], ["key", "add"], ["key", "list"], ["key", "revoke"],
            ["backup"], ["cron"], ["version"])


class CliCase(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(self.enterContext(
            tempfile.TemporaryDirectory(prefix="sluice-cli-")))

    def fails(self, code, *argv):
        """The command ends with the code and says one plain sentence."""
        result = run(*argv)
        self.assertEqual(result.returncode, code, result)
        self.assertEqual(result.stdout, "")
        self.assert_sentence(result.stderr)
        return result.stderr

    def assert_sentence(self, text):
        self.assertTrue(text.strip(), "nothing was said")
        for sign in SANITIZER_SIGNS:
            self.assertNotIn(sign, text)
        self.assertEqual(len(text.strip().splitlines()), 1, text)

    def serve(self, *argv, env=None):
        """`sluice serve` as it stands, in this test's folder, without the fixture's flags."""
        p = process.spawn([binary(), "serve", *argv], self.dir / "log",
                          environment(**(env or {})), cwd=self.dir)

        def end():
            if p.poll() is None:
                p.kill()
                p.wait()
        self.addCleanup(end)
        return p

    def log(self):
        return (self.dir / "log").read_text()

    def live(self, port):
        def answers():
            try:
                with urllib.request.urlopen(
                        f"http://127.0.0.1:{port}/health/live", timeout=2) as r:
                    return r.status == 200
            except OSError:
                return False
        return wait_until(answers, what=f"port {port} to answer; {self.log()}")

    def stop(self, p, signum=signal.SIGTERM):
        p.send_signal(signum)
        self.assertEqual(p.wait(30), 0, self.log())

    def refuses(self, code, *argv, env=None):
        """serve ends by itself; answers its last line."""
        p = self.serve(*argv, env=env)
        self.assertEqual(p.wait(30), code, self.log())
        for sign in SANITIZER_SIGNS:
            self.assertNotIn(sign, self.log())
        return self.log().strip().splitlines()[-1]


class Usage(CliCase):
    def test_help(self):
        result = run("--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for command in COMMANDS:
            self.assertIn(" ".join(command), result.stdout)
            shown = run(*command, "--help")
            self.assertEqual((shown.returncode, shown.stderr), (0, ""), command)
            self.assertIn("usage: sluice " + " ".join(command), shown.stdout)

    def test_cron_says_an_expression_in_words_and_its_next_times(self):
        shown = run("cron", "0 0 2 ? * MON-FRI", "-n", "3", "--from", "2026-01-01T00:00:00Z")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertEqual(shown.stdout.splitlines(), [
            "At 02:00, Monday to Friday", "2026-01-01T02:00:00.000Z",
            "2026-01-02T02:00:00.000Z", "2026-01-05T02:00:00.000Z"])
        self.assertEqual(len(run("cron", "@hourly").stdout.splitlines()), 11)
        for wrong, why in (("0 0 30 2 *", "never fire"), ("61 * * * *", "out of range"),
                           ("0 0 2 1 * MON", "?"), ("* *", "fields")):
            shown = run("cron", wrong)
            self.assertEqual((shown.returncode, shown.stdout), (2, ""))
            self.assertEqual(len(shown.stderr.splitlines()), 1)
            self.assertIn(why, shown.stderr)

    def test_wrong_usage_is_2_and_one_sentence(self):
        for argv in ([], ["nonsense"], ["srve"], ["serve", "--nonsense"], ["serve", "extra"],
                     ["serve", "-c"], ["key"], ["key", "nonsense"], ["key", "add"],
                     ["key", "add", "--name", "x"], ["key", "add", "--role", "OPERATOR_USER"],
                     ["key", "add", "--name", "x", "--role", "KING"], ["key", "revoke"],
                     ["backup"], ["--nonsense"], ["version", "x"]):
            with self.subTest(argv):
                self.fails(2, *argv)

    def test_did_you_mean(self):
        self.assertIn("serve", self.fails(2, "serv"))
        self.assertIn("OPERATOR_READER",
                      self.fails(2, "key", "add", "--name", "x", "--role", "OPERATOR_READR"))

    def test_version(self):
        result = run("version")
        self.assertEqual(result.returncode, 0)
        self.assertRegex(result.stdout, r"^sluice \d+\.\d+\.\d+\n")
        for library in ("libuv", "libssh2", "LMDB", "libmicrohttpd", "jansson"):
            self.assertRegex(result.stdout, rf"(?im)^{library} v?\d+\.\d+")
        self.assertRegex(result.stdout, r"(?m)^libssh2 1\.1[1-9]\.")

    def test_output_that_nobody_takes_is_a_failure(self):
        with open("/dev/full", "w") as full:
            p = subprocess.run([binary(), "version"], stdout=full, stderr=subprocess.PIPE,
                               text=True, timeout=60)
        self.assertEqual(p.returncode, 1)
        self.assert_sentence(p.stderr)


class Check(CliCase):
    def check(self, text, *argv):
        path = self.dir / "sluice.json"
        path.write_text(text)
        return run("check", "-c", path, *argv)

    def test_good(self):
        result = self.check(json.dumps({"dataDir": str(self.dir / "data"),
                                        "log": {"level": "debug"}}))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertFalse((self.dir / "data").exists())  # it only looks

    def test_every_fault_with_line_and_column(self):
        result = self.check('{\n  "lisen": "127.0.0.1:1",\n  "log": {"level": "loud"},\n'
                            '  "retry": {"maxRetries": "many"},\n  "multiStore": 3\n}\n')
        self.assertEqual(result.returncode, 2)
        found = dict(re.findall(r"sluice\.json:(\d+):(\d+):", result.stderr))
        self.assertEqual(sorted(found), ["2", "3", "4", "5"], result.stderr)
        self.assertEqual(found["2"], "3")
        self.assertRegex(result.stderr, r'(?i)lisen.*did you mean.*listen')
        self.assertIn("error, warn, info", result.stderr)

    def test_broken_json(self):
        for text, where in (('{"listen": }', "1:12"), ('{\n"listen": "a', "2:"), ("", "1:1"),
                            ('[1]', "1:1"), ('{"listen":"127.0.0.1:1"} x', "1:26"),
                            ('{"listen":"127.0.0.1:1",\n"listen":"127.0.0.1:2"}', "2:1")):
            with self.subTest(text):
                result = self.check(text)
                self.assertEqual(result.returncode, 2)
                self.assertIn("sluice.json:" + where, result.stderr)

    def test_a_file_that_is_not_there(self):
        result = run("check", "-c", self.dir / "absent.json")
        self.assertEqual(result.returncode, 2)
        self.assertIn("absent.json", result.stderr)

    def test_serve_refuses_a_file_with_faults(self):
        (self.dir / "sluice.json").write_text('{"lisen": "127.0.0.1:1"}')
        self.assertIn("sluice.json:1:2", self.refuses(2))

    def test_environment_is_checked_too(self):
        self.assertIn("SLUICE_LOG_LEVEL", self.refuses(2, env={"SLUICE_LOG_LEVEL": "loud"}))

    def test_documentation_is_up_to_date(self):
        result = run("check", "--docs")
        docs = pathlib.Path(__file__).resolve().parents[2] / "docs" / "configuration.md"
        self.assertEqual(result.stdout, docs.read_text(encoding="utf-8"))


class Serve(CliCase):
    def test_no_file_at_all(self):
        port = process.free_port()
        p = self.serve(env={"SLUICE_LISTEN": f"127.0.0.1:{port}"})
        self.live(port)
        self.assertTrue((self.dir / "data" / "data.mdb").exists())
        self.stop(p)

    def test_precedence_of_file_environment_and_flags(self):
        ports = [process.free_port() for _ in range(3)]
        file, env, flag = (f"127.0.0.1:{port}" for port in ports)
        (self.dir / "sluice.json").write_text(json.dumps(
            {"listen": file, "dataDir": "from-file"}))
        env = {"SLUICE_LISTEN": env, "SLUICE_DATADIR": "from-env"}
        for argv, more, port, data in (
                ([], {}, ports[0], "from-file"),
                ([], env, ports[1], "from-env"),
                (["--listen", flag, "--data-dir", "from-flag"], env, ports[2], "from-flag")):
            with self.subTest(data):
                p = self.serve(*argv, env=more)
                self.live(port)
                for other in set(ports) - {port}:
                    with socket.socket() as s:
                        self.assertNotEqual(s.connect_ex(("127.0.0.1", other)), 0)
                self.assertTrue((self.dir / data / "data.mdb").exists())
                self.stop(p)
        self.assertEqual(sorted(d.name for d in self.dir.iterdir() if d.is_dir()),
                         ["from-env", "from-file", "from-flag"])

    def test_a_file_given_with_c_takes_the_place_of_sluice_json(self):
        port = process.free_port()
        (self.dir / "sluice.json").write_text('{"lisen": 1}')
        (self.dir / "other.json").write_text(json.dumps({"listen": f"127.0.0.1:{port}"}))
        p = self.serve("-c", "other.json")
        self.live(port)
        self.stop(p, signal.SIGINT)

    def test_an_address_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]
            said = self.refuses(1, "--listen", f"127.0.0.1:{port}")
        self.assertIn(str(port), said)
        self.assertIn("in use", said.lower())

    def test_data_folders_that_cannot_be(self):
        (self.dir / "file").write_text("x")
        self.assertIn("file", self.refuses(1, "--data-dir", "file"))
        self.assertIn("sub", self.refuses(1, "--data-dir", "file/sub"))

    def test_a_database_that_is_none(self):
        data = self.dir / "data"
        data.mkdir()
        (data / "data.mdb").write_bytes(b"no database" * 2000)
        self.assertIn("data", self.refuses(1, "--data-dir", "data"))


class FirstStart(unittest.TestCase):
    def test_admin_key_is_made_once_and_said(self):
        with Gateway() as gateway:
            path = gateway.data_dir / "admin.key"
            for name in ("admin.key", "secret.key", "data.mdb"):
                mode = stat.S_IMODE((gateway.data_dir / name).stat().st_mode)
                self.assertEqual(mode, 0o600, name)
            self.assertIn(str(path), gateway.log())
            key = gateway.admin_key()
            self.assertNotIn(key, gateway.log())
            gateway.ok("GET", "/v1/keys", key=key)
            gateway.restart()
            self.assertEqual(gateway.admin_key(), key)
            self.assertEqual(gateway.log().count("admin.key"), 1)
            path.unlink()  # noted and deleted, as operators should
            gateway.restart()
            self.assertFalse(path.exists())
            gateway.ok("GET", "/v1/keys", key=key)
            path.write_text(key)

    def test_a_crash_at_the_first_start_leaves_a_key_that_works(self):
        for n in range(8):
            gateway = Gateway()
            try:
                gateway.start(ready=False)
                time.sleep(0.01 * n)
                gateway.kill()
                gateway.start()
                gateway.ok("GET", "/v1/keys")
                gateway.stop()
            finally:
                gateway.close()


class OneAtATime(unittest.TestCase):
    def test_a_second_gateway_is_refused(self):
        with Gateway() as first:
            second = Gateway(data_dir=first.data_dir)
            try:
                second.start(ready=False)
                self.assertEqual(second.wait(), 1)
                said = second.log().strip().splitlines()[-1]
                self.assertIn(str(first.data_dir), said)
                self.assertRegex(said, r"(?i)another|already|in use")
            finally:
                second.close()
            first.ok("GET", "/v1/orders")
            first.restart(crash=True)  # the lock does not outlive its holder


class Signals(unittest.TestCase):
    def test_sigterm_and_sigint_end_with_0(self):
        with Gateway() as gateway:
            for signum in (signal.SIGTERM, signal.SIGINT):
                gateway.process.send_signal(signum)
                self.assertEqual(gateway.wait(), 0)
                gateway.start()

    def test_sigterm_with_connections_open(self):
        with Gateway() as gateway:
            with socket.create_connection((gateway.host, gateway.port)) as s:
                s.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n")  # unfinished
                started = time.monotonic()
                gateway.stop()
                self.assertLess(time.monotonic() - started, 5)

    def test_sigterm_during_a_connection_test(self):
        with Gateway() as gateway, socket.create_server(("127.0.0.1", 0)) as mute:
            client = gateway.ok("POST", "/v1/mapper/client", {
                "name": "mute", "clientConfiguration": {
                    "type": "SFTP_CLIENT", "connectionInformation": {
                        "hostname": "127.0.0.1", "port": mute.getsockname()[1],
                        "username": "u", "password": "p"}}})["id"]
            answers = []

            def call():
                try:
                    answers.append(gateway.request(
                        "POST", f"/v1/mapper/client/{client}/test").status)
                except OSError:
                    answers.append("cut off")
            caller = threading.Thread(target=call)
            caller.start()
            self.enterContext(mute.accept()[0])
            started = time.monotonic()
            gateway.stop()
            self.assertLess(time.monotonic() - started, 5)
            caller.join(10)
            self.assertEqual(len(answers), 1)

    def test_sighup_reopens_the_log_and_reads_the_configuration(self):
        with tempfile.TemporaryDirectory() as d:
            log = pathlib.Path(d) / "sluice.log"
            with Gateway({"log": {"file": str(log)}, "limits": {"requestBody": "1MiB"}}) as g:
                big = {"name": "x" * 5000, "clientConfiguration": {}}
                self.assertEqual(g.request("POST", "/v1/mapper/client", big).status, 400)
                log.rename(log.with_suffix(".1"))
                g.config["limits"] = {"requestBody": "2KiB"}
                g.reload()
                wait_until(lambda: log.exists() and "read again" in log.read_text())
                self.assertEqual(g.request("POST", "/v1/mapper/client", big).status, 413)
                old = log.with_suffix(".1").read_text()
                g.config["lisen"] = "127.0.0.1:1"
                del g.config["limits"]
                g.reload()
                wait_until(lambda: "faults" in log.read_text(), what=log.read_text())
                self.assertIn("lisen", log.read_text())
                self.assertEqual(g.request("POST", "/v1/mapper/client", big).status, 413)
                del g.config["lisen"]
                g.config["multiStore"] = True
                g.reload()
                wait_until(lambda: re.search("restart.*multiStore", log.read_text()))
                self.assertEqual(g.request("POST", "/v1/mapper/client", big).status, 400)
                self.assertEqual(log.with_suffix(".1").read_text(), old)

    def test_sighup_without_a_log_file_and_while_busy(self):
        with Gateway() as gateway:
            for n in range(20):
                gateway.reload()
                gateway.ok("PUT", f"/v1/orders/H-{n}", order(f"H-{n}"))
            gateway.config = {"log": {"format": "json", "level": "debug"}}
            gateway.reload()

            def is_json():
                last = gateway.log().strip().splitlines()[-1]
                return last.startswith("{") and json.loads(last)
            wait_until(is_json)


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gateway = cls.enterClassContext(Gateway())

    def add(self, name, role, *more):
        result = self.gateway.run("key", "add", "--name", name, "--role", role, *more)
        self.assertEqual(result.returncode, 0, result)
        self.assertEqual(len(result.stdout.split()), 1, result.stdout)
        return result.stdout.strip()

    def status(self, key, method="GET", path="/v1/orders", body=None):
        return self.gateway.request(method, path, body, key=key).status

    def test_added_listed_and_revoked_beside_a_running_gateway(self):
        key = self.add("erp", "OPERATOR_USER")
        self.assertEqual(self.status(key), 200)
        self.assertEqual(self.status(key, "PUT", "/v1/orders/A", order("A")), 201)
        self.assertEqual(self.status(key, "GET", "/v1/keys"), 403)
        listed = self.gateway.run("key", "list")
        self.assertEqual(listed.returncode, 0)
        self.assertRegex(listed.stdout, r"(?m)^erp\b.*OPERATOR_USER")
        self.assertRegex(listed.stdout, r"(?m)^admin\b.*OPERATOR_ADMIN")
        self.assertNotIn(key, listed.stdout)
        shown = self.gateway.ok("GET", "/v1/keys")
        self.assertIn("erp", [k["name"] for k in shown["content"]])
        self.assertNotIn(key, json.dumps(shown))
        revoked = self.gateway.run("key", "revoke", "erp")
        self.assertEqual(revoked.returncode, 0, revoked)
        self.assertEqual(self.status(key), 401)
        self.assertNotIn("erp", self.gateway.run("key", "list").stdout)

    def test_at_once_every_time(self):
        for n in range(10):
            key = self.add(f"quick-{n}", "OPERATOR_READER")
            self.assertEqual(self.status(key), 200)
            self.assertEqual(self.status(key, "PUT", "/v1/orders/B", order("B")), 403)
            self.gateway.run("key", "revoke", f"quick-{n}")
            self.assertEqual(self.status(key), 401)

    def test_limited_to_stores(self):
        key = self.add("french", "OPERATOR_USER", "--store", "fr", "--store", "be")
        for store in ("fr", "de"):
            self.gateway.ok("PUT", f"/v1/orders/S-{store}",
                            order(f"S-{store}", storeExternalId=store))
        seen = self.gateway.ok("GET", "/v1/orders?size=500", key=key)["content"]
        self.assertEqual({o["storeExternalId"] for o in seen}, {"fr"})
        self.assertEqual(self.status(key, path="/v1/orders/S-de"), 404)

    def test_refused(self):
        self.add("twice", "OPERATOR_READER")
        again = self.gateway.run("key", "add", "--name", "twice", "--role", "OPERATOR_READER")
        self.assertEqual((again.returncode, again.stdout), (1, ""))
        self.assertIn("twice", again.stderr)
        absent = self.gateway.run("key", "revoke", "absent")
        self.assertEqual((absent.returncode, absent.stdout), (1, ""))
        self.assertIn("absent", absent.stderr)

    def test_only_the_hash_is_stored(self):
        key = self.add("hashed", "OPERATOR_READER")
        self.assertEqual(self.status(key), 200)
        data = (self.gateway.data_dir / "data.mdb").read_bytes()
        self.assertNotIn(key.encode(), data)
        self.assertNotIn(self.gateway.admin_key().encode(), data)

    def test_without_a_running_gateway(self):
        with tempfile.TemporaryDirectory() as d:
            with Gateway(data_dir=pathlib.Path(d) / "data") as gateway:
                gateway.stop()
                key = gateway.run("key", "add", "--name", "offline", "--role",
                                  "OPERATOR_ADMIN").stdout.strip()
                gateway.start()
                gateway.ok("GET", "/v1/keys", key=key)


class Backup(unittest.TestCase):
    def test_hot_backup_is_a_working_gateway(self):
        """While orders come in; restored with the secret key it goes on."""
        with Sshd() as sshd, Gateway() as gateway, tempfile.TemporaryDirectory() as d:
            folder = sshd.home / "out"
            folder.mkdir()
            client = gateway.ok("POST", "/v1/mapper/client", sftp_connection(sshd))["id"]
            job = gateway.ok("POST", "/v1/mapper/jobout", {
                "name": "j", "entity": "ORDER", "exportMethod": "SFTP_CLIENT",
                "clientId": client, "outputFolder": str(folder), "format": "XML",
                "triggerStatuses": [ACCEPTED]})["id"]
            answered, done = [], threading.Event()

            def load():
                n = 0
                while not done.is_set():
                    gateway.ok("PUT", f"/v1/orders/B-{n}", order(f"B-{n}"))
                    answered.append(f"B-{n}")
                    n += 1
            loader = threading.Thread(target=load)
            loader.start()
            try:
                wait_until(lambda: len(answered) > 100)
                before = list(answered)
                copies = []
                for n in range(3):
                    copies.append(pathlib.Path(d) / f"copy-{n}.mdb")
                    result = gateway.run("backup", copies[-1])
                    self.assertEqual(result.returncode, 0, result)
                    self.assertEqual(stat.S_IMODE(copies[-1].stat().st_mode), 0o600)
                again = gateway.run("backup", copies[0])
                self.assertEqual(again.returncode, 1)
                self.assertIn("copy-0.mdb", again.stderr)
            finally:
                done.set()
                loader.join()
            secret = gateway.data_dir / "secret.key"
            self.restored(d, copies[0], secret, before, answered, job, folder)

    def restored(self, d, copy, secret, before, answered, job, folder):
        data = pathlib.Path(d) / "restored"
        data.mkdir()
        shutil.copy(copy, data / "data.mdb")
        shutil.copy(secret, data / "secret.key")
        with Gateway(data_dir=data) as gateway:
            self.assertFalse((data / "admin.key").exists())
            key = gateway.run("key", "add", "--name", "new", "--role",
                              "OPERATOR_ADMIN").stdout.strip()
            (data / "admin.key").write_text(key)
            orders, page = set(), 0
            while True:
                answer = gateway.ok("GET", f"/v1/orders?size=500&page={page}")
                orders |= {o["reference"] for o in answer["content"]}
                page += 1
                if answer["last"]:
                    break
            self.assertLessEqual(set(before), orders)
            self.assertLessEqual(orders, set(answered) | {f"B-{len(answered)}"})
            exports = [x["reference"] for x in all_exports(gateway, job)]
            self.assertEqual(sorted(exports), sorted(orders))
            gateway.ok("PUT", "/v1/orders/B-new", order("B-new"))
            wait_until(lambda: {x["status"] for x in all_exports(gateway, job)} == {SUCCESS},
                       30, what="all to be delivered")
            self.assertTrue((folder / "B-new.xml").exists())

    def test_backup_of_nothing(self):
        with tempfile.TemporaryDirectory() as d:
            result = run("backup", f"{d}/copy", "--data-dir", f"{d}/absent")
            self.assertEqual(result.returncode, 1)
            self.assertIn("absent", result.stderr)
            self.assertFalse(os.path.exists(f"{d}/copy"))
            self.assertFalse(os.path.exists(f"{d}/absent"))

    def test_backup_to_a_folder_that_is_not_there(self):
        with Gateway() as gateway:
            result = gateway.run("backup", gateway.dir / "absent" / "copy")
            self.assertEqual(result.returncode, 1)
            self.assertIn("absent", result.stderr)


class SecretKey(CliCase):
    """A database whose key does not fit is not opened."""

    def setUp(self):
        super().setUp()
        self.gateway = Gateway(data_dir=self.dir / "data")
        self.addCleanup(self.gateway.close)
        self.gateway.start()
        self.secret = self.gateway.data_dir / "secret.key"

    def store_a_secret(self):
        self.gateway.ok("POST", "/v1/mapper/client", {
            "name": "c", "clientConfiguration": {"type": "SFTP_CLIENT", "connectionInformation": {
                "hostname": "localhost", "username": "u", "password": "p" * 12}}})

    def refused(self, **env):
        self.gateway.env = env
        self.gateway.start(ready=False)
        self.assertEqual(self.gateway.wait(), 1, self.gateway.tail())
        said = self.gateway.log().strip().splitlines()[-1]
        self.assertIn("secret", said.lower())
        self.gateway.env = {}
        return said

    def test_missing_or_wrong_key(self):
        self.store_a_secret()
        self.gateway.stop()
        right = self.secret.read_bytes()
        self.secret.unlink()
        self.assertIn("secret.key", self.refused())
        self.assertFalse(self.secret.exists())  # not a new one in its place
        with Gateway() as other:
            wrong = (other.data_dir / "secret.key").read_bytes()
        self.assertNotEqual(wrong, right)
        self.secret.touch(mode=0o600)
        for bad in (wrong, b"", b"nonsense\n", right[:-5]):
            self.secret.write_bytes(bad)
            self.refused()
        self.secret.write_bytes(right)
        self.secret.chmod(0o644)  # others could have read it
        self.assertIn("600", self.refused())
        self.secret.chmod(0o600)
        self.gateway.start()
        shown = self.gateway.ok("GET", "/v1/mapper/client")["content"][0]
        self.assertEqual(shown["clientConfiguration"]["connectionInformation"]["password"],
                         "***")
        self.gateway.stop()

    def test_missing_key_of_a_database_without_secrets(self):
        self.gateway.stop()
        self.secret.unlink()
        self.refused()

    def test_environment_takes_the_place_of_the_file(self):
        self.gateway.close()
        key, other = "ab" * 32, "cd" * 32
        self.gateway = Gateway(data_dir=self.dir / "env", env={"SLUICE_SECRET_KEY": key})
        self.addCleanup(self.gateway.close)
        self.gateway.start()
        self.store_a_secret()
        self.assertFalse((self.dir / "env" / "secret.key").exists())
        self.assertNotIn(key, self.gateway.log())
        self.gateway.stop()
        self.gateway.env = {"SLUICE_SECRET_KEY": base64.b64encode(bytes.fromhex(key)).decode()}
        self.gateway.start()  # the same key in the other form
        self.gateway.stop()
        self.refused(SLUICE_SECRET_KEY=other)
        self.refused()
        self.assertNotIn("nonsense", self.refused(SLUICE_SECRET_KEY="nonsense"))

    def test_beside_commands_need_no_secret(self):
        env_free = self.gateway.run("key", "list")
        self.assertEqual(env_free.returncode, 0, env_free)
        self.gateway.stop()


if __name__ == "__main__":
    unittest.main()
