"""A file of suppliers becomes durable records: how many rows a second, beside a
shell of SQLite, psql and those that only read; what it takes of memory; and what
the API's clients feel of it."""

import contextlib
import datetime
import http.client
import json
import shutil
import subprocess
import sys
import threading
import time

import bed
import postgres
import suppliers
from import_case import EXECUTIONS, FINAL, JOBS
from report import Section
from wait import wait_until

TIMEOUT = 600
PAUSE = 0.01  # between two requests of a client of the API

SQLITE, PSQL, PYTHON, NODE = ("sqlite3 .import", "psql COPY and upsert", "Python's csv module",
                              "Node's JSON.parse")
CREATE = "CREATE TABLE s (" + ", ".join(
    f"c{n} TEXT" + (" PRIMARY KEY" if n == 1 else "") for n in range(suppliers.COLUMNS)) + ");"


# Ours --------------------------------------------------------------------------------

def make_job(g):
    return g.ok("POST", JOBS, {"name": "suppliers", "active": True, "entity": "SUPPLIER",
                               "csv": {"delimiter": ";"}})["id"]


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Memory(threading.Thread):
    """The most that the gateway had for itself: all that is private, and without
    the pages of its database, which are the file's and can go at any time."""

    def __init__(self, g):
        super().__init__(daemon=True)
        self.g, self.end = g, threading.Event()
        self.own = self.all = 0

    def run(self):
        while not self.end.wait(0.25):
            own, all_private = self.g.private_memory()
            self.own, self.all = max(self.own, own), max(self.all, all_private)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *unused):
        self.end.set()
        self.join()


def upload(g, job, path):
    """POSTs the file as a stream; answers the execution at once."""
    connection = http.client.HTTPConnection(g.host, g.port, blocksize=1 << 20)
    with open(path, "rb") as f:
        connection.request("POST", f"{JOBS}/{job}/file?name={path.name}", f, {
            "dj-api-key": g.admin_key(), "Content-Length": str(path.stat().st_size),
            "Content-Type": "text/csv" if path.suffix == ".csv" else "application/json"})
        response = connection.getresponse()
        body = json.loads(response.read())
    connection.close()
    assert response.status == 202, body
    return body["id"]


class Run:
    """One import: rows a second from the POST's first byte to the end, and from
    startedAt to finishedAt."""

    def __init__(self, g, job, path):
        first = time.time()
        before = bed.cpu_seconds(g.pid)
        with Memory(g) as self.memory:
            execution = upload(g, job, path)
            x = wait_until(lambda: self._ended(g, execution), TIMEOUT, 0.1, "the import")
        assert x["status"] == "JOB_SUCCESS", x
        self.counts = {k: x[k] for k in ("created", "updated", "unchanged")}
        self.whole = x["rowsRead"] / (instant(x["finishedAt"]) - first)
        self.run = x["rowsRead"] / (instant(x["finishedAt"]) - instant(x["startedAt"]))
        self.cpu = (bed.cpu_seconds(g.pid) - before) / x["rowsRead"]

    def _ended(self, g, execution):
        x = g.ok("GET", f"{EXECUTIONS}/{execution}")
        return x if x["status"] in FINAL else None


# Peers ---------------------------------------------------------------------------------

def seconds(fn):
    first = time.monotonic()
    fn()
    return time.monotonic() - first


def sqlite(work, path):
    """Seconds for a new table with a primary key, in a new file on the disk."""
    database = work / "sqlite.db"
    database.unlink(missing_ok=True)
    subprocess.run(["sqlite3", database, CREATE], check=True)
    return seconds(lambda: subprocess.run(
        ["sqlite3", database, ".mode csv", ".separator ;", f'.import --skip 1 "{path}" s'],
        check=True, stdout=subprocess.DEVNULL))


UPSERT = """
CREATE TEMP TABLE t (LIKE s);
\\copy t FROM '{path}' WITH (FORMAT csv, DELIMITER ';', HEADER)
INSERT INTO s SELECT * FROM t ON CONFLICT (c1) DO UPDATE SET {columns};
"""


def psql(server, path):
    columns = ", ".join(f"c{n} = excluded.c{n}" for n in range(suppliers.COLUMNS) if n != 1)
    return seconds(lambda: server.run(UPSERT.format(path=path, columns=columns)))


CSV_READER = """
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8") as f:
    for row in csv.reader(f, delimiter=";"):
        pass
"""

JSON_READER = """
const text = require("fs").readFileSync(process.argv[1], "utf8");
const first = process.hrtime.bigint();
const list = JSON.parse(text);
console.log(list.length, Number(process.hrtime.bigint() - first) / 1e9);
"""


def python(path):
    return seconds(lambda: subprocess.run([sys.executable, "-c", CSV_READER, path], check=True))


def node(path):
    """Seconds of the parse alone: the text is in memory already."""
    out = subprocess.run(["node", "--max-old-space-size=8192", "-e", JSON_READER, path],
                         check=True, text=True, stdout=subprocess.PIPE).stdout
    return float(out.split()[1])


# The questions ---------------------------------------------------------------------------

def question(options, log):
    if not options.ours:
        return
    with bed.folder() as work:
        yield from csv_question(options, log, work)
        yield from json_question(options, log, work)
        yield from api_question(options, log, work)


def rounds(options):
    return range(min(options.rounds, 3))


STEPS = (("new rows", "30", "created"), ("the same again", "30", "unchanged"),
         ("every row changed", "31", "updated"))


def csv_question(options, log, work):
    count = options.rows
    for days in ("30", "31"):
        suppliers.write_csv(work / f"{days}.csv", count, int(days))
    size = (work / "30.csv").stat().st_size / 1e6
    sections = {name: Section(
        f"Import of {count:,} suppliers from CSV, {name}", "rows/s",
        {SQLITE: 3, PSQL: 5, PYTHON: 1} if name == "new rows" else {PSQL: 5, PYTHON: 1})
        for name, _, _ in STEPS}
    memory = Section("Memory of the gateway during these imports, at most", "MB", limit=32)
    with contextlib.ExitStack() as stack:
        server = None
        if postgres.version():
            server = stack.enter_context(postgres.Server(work))
        for n in rounds(options):
            log(f"round {n + 1}: Sluice")
            ours(work, count, sections, memory)
            peers(log, work, count, sections, server)
    for name, section in sections.items():
        section.remark(f"A file of {size:.0f} MB, {suppliers.COLUMNS} columns; every row is "
                       "checked, stored and on the disk at the end.")
        yield section
    memory.remark("Private memory but for the pages of the database file, which belong to the "
                  "file; the note says what it is with them.")
    yield memory


def ours(work, count, sections, memory):
    with bed.gateway() as g:
        job = make_job(g)
        for name, days, counter in STEPS:
            run = Run(g, job, work / f"{days}.csv")
            assert run.counts[counter] == count, run.counts
            section = sections[name]
            section.contender("Sluice, from the POST to the end", ours=True).add(run.whole)
            c = section.contender("Sluice, from startedAt to finishedAt", ours=True)
            c.add(run.run)
            c.note = f"{1e6 * run.cpu:.2f} us of CPU a row, upload and all"
            c = memory.contender(f"Sluice, {name}", ours=True)
            c.add(run.memory.own / 1e6)
            c.note = f"{run.memory.all / 1e6:.0f} MB with the database's pages"


def peers(log, work, count, sections, server):
    if shutil.which("sqlite3"):
        log("sqlite3")
        sections["new rows"].contender(SQLITE).add(count / sqlite(work, work / "30.csv"))
    if server is not None:
        server.run("DROP TABLE IF EXISTS s; " + CREATE)
        for name, days, _ in STEPS:
            log(f"psql, {name}")
            sections[name].contender(PSQL).add(count / psql(server, work / f"{days}.csv"))
    log("Python")
    rate = count / python(work / "30.csv")
    for section in sections.values():
        section.contender(PYTHON, note="reads only").add(rate)


def json_question(options, log, work):
    section = Section(f"Import of {options.rows:,} suppliers from a JSON list", "rows/s", {NODE: 1})
    path = work / "suppliers.json"
    suppliers.write_json(path, options.rows)
    for n in rounds(options):
        log(f"round {n + 1}: JSON")
        with bed.gateway() as g:
            job = make_job(g)
            for name in ("new rows", "the same again"):
                run = Run(g, job, path)
                section.contender(f"Sluice, {name}, from the POST to the end", ours=True
                                  ).add(run.whole)
                section.contender(f"Sluice, {name}, from startedAt to finishedAt", ours=True
                                  ).add(run.run)
        if shutil.which("node"):
            section.contender(NODE, note="parses only, a text that is in memory").add(
                options.rows / node(path))
    section.remark(f"A file of {path.stat().st_size / 1e6:.0f} MB.")
    yield section


# The API meanwhile -------------------------------------------------------------------------

class Client(threading.Thread):
    """Asks one thing again and again, with a pause, and notes how long it took."""

    def __init__(self, g, request):
        super().__init__(daemon=True)
        self.g, self.request = g, request
        self.times, self.error, self.end = [], None, threading.Event()

    def run(self):
        n = 0
        try:
            while not self.end.is_set():
                method, path, body = self.request(n)
                first = time.monotonic()
                self.g.ok(method, path, body)
                self.times.append(time.monotonic() - first)
                n += 1
                time.sleep(PAUSE)
        except Exception as e:  # shown by the main thread
            self.error = e

    def percentile(self, p):
        times = sorted(self.times)
        return 1000 * times[min(len(times) - 1, int(len(times) * p))]


def api_question(options, log, work):
    section = Section("99 of 100 requests are answered within", "ms", limit=20)
    for n in rounds(options):
        with bed.gateway() as g:
            job = make_job(g)
            g.ok("PUT", f"/v1/entities/SUPPLIER/{suppliers.external_id(0)}", {"name": "One"})
            for name, days, _ in STEPS:
                log(f"round {n + 1}: the API meanwhile, {name}")
                clients = {
                    "GET of a supplier": Client(g, lambda n: (
                        "GET", f"/v1/entities/SUPPLIER/{suppliers.external_id(0)}", None)),
                    "durable PUT of a supplier": Client(g, lambda n, name=name: (
                        "PUT", f"/v1/entities/SUPPLIER/api-{name[:3]}-{n}", {"name": "One"}))}
                for c in clients.values():
                    c.start()
                Run(g, job, work / f"{days}.csv")
                for what, c in clients.items():
                    c.end.set()
                    c.join()
                    assert c.error is None, c.error
                    row = section.contender(f"{what}, {name}", ours=True)
                    row.add(c.percentile(0.99))
                    row.note = (f"{len(c.times):,} requests, median {c.percentile(0.5):.2g} ms, "
                                f"slowest {c.percentile(1):.3g} ms")
    section.remark(f"One client each, {1000 * PAUSE:g} ms between two requests, while "
                   f"{options.rows:,} rows are imported; a write of 64 KiB and its fdatasync "
                   f"took {bed.flush_ms():.2g} ms.")
    yield section
