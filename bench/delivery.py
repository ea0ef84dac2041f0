"""Orders to files: how long until all stand in the partner's folder, beside the
tools that only upload files that are ready."""

import contextlib
import http.client
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

import bed
import orders
from arrivals import Arrivals
from peers import PEERS, Server
from report import BEST, Section
from sshd import Sshd
from wait import wait_until

CONNECTIONS = 64
TIMEOUT = 300


# Ways in -------------------------------------------------------------------------

class Bulk:
    """One request with all orders, one per line."""

    name = "one bulk POST"

    def __init__(self, g, work, lines):
        self.g, self.body = g, b"".join(lines)
        self.thread = threading.Thread(target=self._send)
        self.error = None

    def start(self):
        """Answers time.monotonic() of the first byte."""
        self.connection = http.client.HTTPConnection(self.g.host, self.g.port)
        self.connection.connect()
        first = time.monotonic()
        self.thread.start()
        return first

    def _send(self):
        self.connection.request("POST", "/v1/orders/bulk", self.body, {
            "dj-api-key": self.g.admin_key(), "Content-Type": "application/x-ndjson"})
        response = self.connection.getresponse()
        answer = response.read()
        if response.status != 200 or answer.count(b'"status":201') != \
                self.body.count(b"\n"):
            self.error = f"{response.status} {answer[:300]!r}"

    def alive(self):
        return True

    def finish(self):
        self.thread.join()
        self.connection.close()
        assert self.error is None, self.error


class Puts:
    """One request per order, over connections that stay open."""

    name = f"PUT over {CONNECTIONS} connections"

    def __init__(self, g, work, lines):
        self.path = work / "orders"
        self.path.write_bytes(b"".join(lines))
        self.argv = [str(bed.program("load")), str(g.port), g.admin_key(),
                     str(CONNECTIONS), str(self.path)]

    def start(self):
        self.process = subprocess.Popen(self.argv, stdout=subprocess.PIPE, text=True)
        return None  # it says so itself, in finish()

    def alive(self):
        return self.process.poll() in (None, 0)

    def finish(self):
        out = self.process.communicate()[0]
        assert self.process.returncode == 0, "not every order was accepted"
        return int(out.split()[0]) / 1e9


# Ours ------------------------------------------------------------------------------

class Sluice:
    """One way of ours: how the orders come in, whether the server is asked to
    fsync each file, whether the SSH session is there already."""

    def __init__(self, way, fsync, warm=False):
        self.way, self.fsync, self.warm = way, fsync, warm
        self.history, self.cpu, self.peak = [], [], []
        self.name = (f"Sluice, {way.name}, fsync {'on' if fsync else 'off'}"
                     + (", warm session" if warm else ""))

    def run(self, place, target, count, padding):
        """Answers files per second."""
        with bed.gateway() as g:
            bed.add_job(g, place.sshd, place.server.port, target, self.fsync)
            if self.warm:
                deliver_one(g, target)
            before = bed.cpu_seconds(g.pid)
            way = self.way(g, place.work, orders.lines(count, padding))
            with Arrivals(target) as arrivals:
                first = way.start()
                last = arrivals.wait(count, TIMEOUT, way.alive)
            first = way.finish() or first
            settled = self._wait_history(g, count + self.warm)
            self.history.append(settled - last)
            self.cpu.append((bed.cpu_seconds(g.pid) - before) / count)
            self.peak.append(g.peak_memory())
        return count / (last - first)

    def _wait_history(self, g, count):
        path = "/v1/mapper/exports?status=EXPORT_SUCCESS&size=1"
        wait_until(lambda: g.ok("GET", path)["totalElements"] == count,
                   timeout=TIMEOUT, interval=0.01, what="the whole history")
        return time.monotonic()

    def note(self):
        return (f"history complete {1000 * max(self.history):.0f} ms later; "
                f"{1e6 * sum(self.cpu) / len(self.cpu):.0f} µs of CPU per order; "
                f"peak {max(self.peak) / 1e6:.0f} MB resident")


def deliver_one(g, target):
    """Brings up the session; the file's size says what the next need."""
    body = orders.order(0)
    with Arrivals(target) as arrivals:
        g.ok("PUT", f"/v1/orders/{body['reference']}", body)
        arrivals.wait(1, 20)
    path = target / f"{body['reference']}.xml"
    size = path.stat().st_size
    path.unlink()
    return size


def padding_of(place):
    """By how much an order's text must grow for a file of FILE_SIZE."""
    with place.target() as target, bed.gateway() as g:
        bed.add_job(g, place.sshd, place.server.port, target)
        padding = orders.FILE_SIZE - deliver_one(g, target)
        assert padding >= 0, "the order is too large: shorten it in bench/orders.py"
        return padding


# Where it goes -----------------------------------------------------------------------

class Place:
    """An sshd with its files in memory or on the disk, and files for the peers.
    rtt: milliseconds of round trip on the way there."""

    def __init__(self, on_disk, count, rtt=None):
        self.on_disk, self.count, self.rtt = on_disk, count, rtt

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.home = stack.enter_context(bed.folder(self.on_disk))
            self.work = stack.enter_context(bed.folder(on_disk=False))
            self.sshd = stack.enter_context(
                Sshd(home=self.home, config=["LogLevel ERROR"]))
            port = stack.enter_context(bed.line(self.sshd.port, self.rtt)) \
                if self.rtt else None
            self.server = Server(self.sshd, self.work, port)
            stack.callback(self.server.close)
            self._make_files()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc):
        return self._stack.__exit__(*exc)

    def _make_files(self):
        self.files = self.work / "files"
        self.files.mkdir()
        for n in range(1, self.count + 1):
            (self.files / f"{orders.reference(n)}.xml").write_bytes(
                os.urandom(orders.FILE_SIZE))

    @contextlib.contextmanager
    def target(self):
        """A fresh folder. On the disk it stays until the end: ext4 without a
        journal searches long for an inode when many were freed of late."""
        path = pathlib.Path(tempfile.mkdtemp(dir=self.home))
        yield path
        if self.on_disk:
            os.sync()  # what one left for later shall not cost the next
        else:
            shutil.rmtree(path)

    def check(self, target):
        """All there, whole, and nothing beside them."""
        sizes = {e.name: e.stat().st_size for e in os.scandir(target)}
        assert len(sizes) == self.count, f"{len(sizes)} files, not {self.count}"
        wrong = {n: s for n, s in sizes.items() if s != orders.FILE_SIZE}
        assert not wrong, f"sizes: {list(wrong.items())[:3]}"


def run_peer(peer, place, target):
    with Arrivals(target) as arrivals:
        first = time.monotonic()
        process = peer.many(place.server, place.files, target)
        last = arrivals.wait(place.count, TIMEOUT, lambda: process.poll() is None)
    assert process.wait() == 0, place.server.errors_path.read_text()[-500:]
    return place.count / (last - first)


def compare(title, place, ours, target, rounds, log):
    """Everybody in turn, `rounds` times over."""
    section = Section(title, "files/s", {BEST: target})
    flush = []
    with place:
        padding = padding_of(place) if ours else 0
        for n in range(rounds):
            flush.append(bed.flush_ms())
            for sluice in ours:
                log(f"round {n + 1}: {sluice.name}")
                with place.target() as out:
                    rate = sluice.run(place, out, place.count, padding)
                    place.check(out)
                section.contender(sluice.name, ours=True).add(rate)
            for peer in filter(lambda p: p.there(), PEERS):
                log(f"round {n + 1}: {peer.name}")
                with place.target() as out:
                    rate = run_peer(peer, place, out)
                    place.check(out)
                section.contender(peer.name).add(rate)
    for sluice in ours:
        section.contender(sluice.name).note = sluice.note()
    section.remark("A write of 64 KiB and its fdatasync on the gateway's disk took "
                   f"{min(flush):.2g} to {max(flush):.2g} ms meanwhile.")
    return section


def question_orders(options, log):
    ours = [(Bulk, True), (Puts, True), (Bulk, False), (Puts, False)]
    for on_disk, where in ((False, "in memory (tmpfs)"), (True, "on the disk")):
        yield compare(
            f"{options.count:,} orders of 4 KB to files; the server's folder {where}",
            Place(on_disk, options.count),
            [Sluice(*o) for o in ours if options.ours], 2, options.rounds, log)


def question_line(options, log):
    count = max(options.count // 10, 20)
    ours = [(Bulk, True), (Bulk, True, True), (Puts, True), (Bulk, False)]
    yield compare(
        f"{count} orders of 4 KB to files, 10 ms of round trip; "
        "the server's folder in memory",
        Place(False, count, rtt=10),
        [Sluice(*o) for o in ours if options.ours], 5, min(options.rounds, 3), log)
