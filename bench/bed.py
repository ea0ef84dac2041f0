"""The test bed: where things lie, the gateway with its job, and what the system
says about a process."""

import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

from gateway import Gateway, sftp_connection

ROOT = pathlib.Path(__file__).resolve().parent.parent
TMPFS = pathlib.Path("/dev/shm")


def build():
    """The folder of the programs under test."""
    return pathlib.Path(os.environ["SLUICE_BIN"]).resolve().parent


def program(question):
    """bench/<question>.c as it was built; None if it was not."""
    path = build() / "bench" / f"bench_{question}"
    return path if path.exists() else None


@contextlib.contextmanager
def folder(on_disk=True):
    """A folder that is gone afterwards: on the disk that holds the build, or in
    memory."""
    parent = build() if on_disk else TMPFS
    path = tempfile.mkdtemp(prefix="sluice-bench-", dir=parent)
    os.chmod(path, 0o755)
    try:
        yield pathlib.Path(path)
    finally:
        shutil.rmtree(path)


@contextlib.contextmanager
def gateway(**more):
    """A gateway as it is out of the box, its data on the disk."""
    with folder() as data, Gateway(data_dir=data / "data", timeout=60, **more) as g:
        yield g


def add_job(g, sshd, port, target, fsync=True):
    """A connection to the server and a job that brings XML files to a folder."""
    body = sftp_connection(sshd, port=port, fsync=fsync)
    client = g.ok("POST", "/v1/mapper/client", body)["id"]
    g.ok("POST", "/v1/mapper/jobout", {
        "name": "orders", "active": True, "entity": "ORDER",
        "exportMethod": "SFTP_CLIENT", "clientId": client,
        "outputFolder": str(target), "format": "XML", "fileNameFormat": "SHORT",
        "triggerStatuses": ["ACCEPTED_BY_SUPPLIER"]})


@contextlib.contextmanager
def line(port, milliseconds):
    """bench_delay before a port; answers its own port."""
    p = subprocess.Popen([program("delay"), str(port), str(milliseconds)],
                         stdout=subprocess.PIPE, text=True)
    try:
        yield int(p.stdout.readline())
    finally:
        p.kill()
        p.wait()


def flush_ms():
    """What the disk takes to make 64 KiB durable, now, at the median."""
    times = []
    with folder() as d, open(d / "probe", "wb", buffering=0) as f:
        for n in range(21):
            first = time.monotonic()
            os.pwrite(f.fileno(), b"x" * 65536, 65536 * n)
            os.fdatasync(f.fileno())
            times.append(1000 * (time.monotonic() - first))
    return statistics.median(times)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def smaps(pid):
    """/proc/PID/smaps_rollup in bytes."""
    values = {}
    with open(f"/proc/{pid}/smaps_rollup") as f:
        for text in f.readlines()[1:]:
            name, value = text.split()[:2]
            values[name.rstrip(":")] = int(value) * 1024
    return values


def voluntary_switches(pid):
    """How often any of its threads went to sleep so far."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as f:
            for text in f:
                if text.startswith("voluntary_ctxt_switches"):
                    total += int(text.split()[1])
    return total
