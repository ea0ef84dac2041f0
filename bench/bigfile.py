"""One big file up and down: our SFTP engine (bench/sftp_cp.c) beside the peers."""

import filecmp
import os
import subprocess
import time

import bed
from peers import PEERS, Server
from report import Section
from sshd import Sshd

SIZE = 1 << 30


class Engine:
    """bench_sftp_cp in the shape of a Peer."""

    name = "Sluice's engine"

    def up(self, server, source, target):
        return self._start(server, "put", source, target)

    def down(self, server, source, target):
        return self._start(server, "get", source, target)

    def _start(self, server, verb, source, target):
        pin = next(iter(server.sshd.fingerprints().values()))
        return subprocess.Popen(
            [bed.program("sftp_cp"), verb, server.sshd.host, str(server.port),
             server.sshd.user, server.key, pin, source, target],
            stdout=subprocess.DEVNULL, stderr=server.errors)


def make_file(path):
    with open(path, "wb") as f:
        for _ in range(SIZE >> 24):
            f.write(os.urandom(1 << 24))


def measure(start, server, source, target):
    """MB/s (10^6) from the start of the program to its end."""
    first = time.monotonic()
    process = start(server, source, target)
    code = process.wait()
    seconds = time.monotonic() - first
    assert code == 0, server.errors_path.read_text()[-500:]
    assert target.stat().st_size == SIZE, f"{target}: not the whole file"
    return SIZE / 1e6 / seconds


def compare(direction, server, source, target, contenders, options, log):
    section = Section(f"One file of 1 GiB {direction}, everything in memory", "MB/s",
                      {"rclone": 0.95, "OpenSSH sftp": 0.8})
    for n in range(min(options.rounds, 3)):
        for c in contenders:
            log(f"{direction}, round {n + 1}: {c.name}")
            rate = measure(getattr(c, direction), server, source, target)
            ours = isinstance(c, Engine)
            if ours and n == 0:
                assert filecmp.cmp(source, target, shallow=False), "other bytes"
            target.unlink()
            section.contender(c.name, ours).add(rate)
    section.remark("Each with the cipher that it agrees on with the server by default.")
    return section


def question(options, log):
    contenders = [p for p in PEERS if p.there()]
    if bed.program("sftp_cp"):
        contenders.insert(0, Engine())
    with bed.folder(on_disk=False) as home, bed.folder(on_disk=False) as work, \
            Sshd(home=home, config=["LogLevel ERROR"]) as sshd:
        server = Server(sshd, work)
        make_file(work / "file")
        yield compare("up", server, work / "file", home / "file", contenders,
                      options, log)
        make_file(home / "file")
        (work / "file").unlink()
        yield compare("down", server, home / "file", work / "file", contenders,
                      options, log)
        server.close()
