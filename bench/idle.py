"""What it costs while there is nothing to do, and how soon it is there."""

import http.client
import os
import pathlib
import subprocess
import time

import bed
import delivery
import orders
import process
from gateway import Gateway, binary
from report import Section

WATCH_SECONDS = 10
STARTS = 15


# Time to ready ---------------------------------------------------------------------

def start_once(data, log):
    """Milliseconds from exec to the first 200 of /health/ready."""
    port = process.free_port()
    with open(log, "ab") as out:
        first = time.monotonic()
        p = subprocess.Popen([binary(), "serve", "--data-dir", str(data), "--listen",
                              f"127.0.0.1:{port}"], stdout=out, stderr=out,
                             stdin=subprocess.DEVNULL, cwd=pathlib.Path(log).parent)
    try:
        while not _ready(port):
            assert p.poll() is None, process.tail(log)
            assert time.monotonic() - first < 20, "not ready in 20 s"
            time.sleep(0.0002)
        return 1000 * (time.monotonic() - first)
    finally:
        p.terminate()
        p.wait()


def _ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def ready(data, log):
    """data: a folder with orders in it, of a gateway that has ended."""
    section = Section("From exec to /health/ready 200", "ms", limit=50)
    with bed.folder() as work:
        for n in range(STARTS):
            log(f"start {n + 1}")
            section.contender("Sluice, the very first start", ours=True).add(
                start_once(work / str(n), work / "log"))
            section.contender("Sluice, on the data of before", ours=True).add(
                start_once(data, work / "log"))
    return section


# Memory and wake-ups ------------------------------------------------------------------

def memory(g, section, when):
    values = bed.smaps(g.pid)
    c = section.contender(f"Sluice, {when}", ours=True)
    c.add(values["Anonymous"] / 1e6)
    c.note = (f"{values['Rss'] / 1e6:.1f} MB resident, "
              f"{values['Private_Dirty'] / 1e6:.1f} MB private and dirty, "
              f"{len(os.listdir(f'/proc/{g.pid}/task'))} threads")


def wakeups(g, section, when, log):
    log(f"{WATCH_SECONDS} s of nothing, {when}")
    before = bed.voluntary_switches(g.pid)
    time.sleep(WATCH_SECONDS)
    section.contender(f"Sluice, {when}", ours=True).add(
        (bed.voluntary_switches(g.pid) - before) / WATCH_SECONDS)


def work(g, place, target, count):
    """Orders through the gateway, so that everything was used once."""
    bed.add_job(g, place.sshd, place.server.port, target)
    way = delivery.Bulk(g, place.work, orders.lines(count, 0))
    with delivery.Arrivals(target) as arrivals:
        way.start()
        arrivals.wait(count, 60)
    way.finish()


def question(options, log):
    if not options.ours:
        return
    anonymous = Section("Anonymous memory of an idle gateway", "MB", limit=4)
    woken = Section("Wake-ups of an idle gateway", "per second", limit=0)
    with bed.folder() as d, delivery.Place(False, 0) as place, \
            place.target() as target:
        data = d / "data"
        with Gateway(data_dir=data, timeout=60) as g:
            time.sleep(1)
            memory(g, anonymous, "just started")
            wakeups(g, woken, "just started", log)
            work(g, place, target, options.count)
            time.sleep(3)
            memory(g, anonymous, f"after {options.count:,} orders, SSH session warm")
            wakeups(g, woken, "SSH session warm", log)
        yield anonymous
        yield woken
        yield ready(data, log)
    yield sizes()


def sizes():
    section = Section("Size of the program", "MB")
    path = pathlib.Path(binary())
    with bed.folder(on_disk=False) as d:
        subprocess.run(["strip", "-o", str(d / "stripped"), str(path)], check=True)
        section.contender("Sluice, stripped", ours=True).add(
            (d / "stripped").stat().st_size / 1e6)
    section.contender("Sluice, with debug symbols", ours=True).add(
        path.stat().st_size / 1e6)
    return section
