"""Requests per second, beside nginx that returns a constant of the same length."""

import contextlib
import re
import shutil
import socket
import subprocess
import http.client

import bed
import orders
import process
from report import BEST, Section
from wait import wait_until

LOAD = ["wrk", "-t1", "-c64"]
STORED = 2000
HERE = bed.ROOT / "bench"


def wrk(seconds, url, *more):
    """Requests per second; every answer must have been a 2xx."""
    out = subprocess.run([*LOAD, f"-d{seconds}s", *more[:2], url, *more[2:]],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "Non-2xx" not in out and "Socket errors" not in out, out
    return float(re.search(r"Requests/sec:\s*([0-9.]+)", out).group(1))


# nginx ----------------------------------------------------------------------------

def _constant(length):
    """nginx takes no long texts: a short one, many times."""
    piece = 500
    return (f'set $p "{"x" * piece}"; set $r "{"x" * (length % piece)}"; '
            f'return 200 "{"$p" * (length // piece)}$r";')


@contextlib.contextmanager
def nginx(lengths):
    """One worker; /<length> answers so many bytes. Yields the port."""
    with bed.folder(on_disk=False) as work:
        port = process.free_port()
        places = "".join(f"location = /{n} {{ {_constant(n)} }}\n" for n in lengths)
        (work / "conf").write_text(
            f"daemon off; worker_processes 1; pid {work}/pid; "
            f"error_log {work}/log crit;\n"
            "events { worker_connections 1024; }\n"
            "http { access_log off; default_type application/json; "
            "keepalive_requests 1000000000;\n"
            + "".join(f"{kind}_temp_path {work};\n" for kind in
                      ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + f"server {{ listen 127.0.0.1:{port};\n{places}}} }}\n")
        p = process.spawn(["nginx", "-p", work, "-c", work / "conf"], work / "out")
        try:
            wait_until(lambda: _connects(port), what="nginx")
            yield port
        finally:
            p.terminate()
            p.wait()


def _connects(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


# The questions ----------------------------------------------------------------------

def fill(g):
    """Orders, each with an export that waits, since its connection is disabled."""
    client = g.ok("POST", "/v1/mapper/client", {
        "name": "nowhere", "active": False, "clientConfiguration": {
            "type": "SFTP_CLIENT", "connectionInformation": {
                "hostname": "127.0.0.1", "username": "hub", "password": "x",
                "hostKeys": ["SHA256:" + "A" * 43]}}})["id"]
    g.ok("POST", "/v1/mapper/jobout", {
        "name": "orders", "active": True, "entity": "ORDER",
        "exportMethod": "SFTP_CLIENT", "clientId": client, "outputFolder": "/",
        "format": "XML", "triggerStatuses": ["ACCEPTED_BY_SUPPLIER"]})
    g.ok("POST", "/v1/orders/bulk", b"".join(orders.lines(STORED, 0)),
         headers={"Content-Type": "application/x-ndjson"}, timeout=60)


def pages(g):
    export = g.ok("GET", "/v1/mapper/exports?size=1")["content"][0]["id"]
    return {
        "one export": f"/v1/mapper/exports/{export}",
        "one order": f"/v1/orders/{orders.reference(7)}",
        "a page of 20 exports": "/v1/mapper/exports",
    }


def length_of(g, path):
    connection = http.client.HTTPConnection(g.host, g.port)
    connection.request("GET", path, headers={"dj-api-key": g.admin_key()})
    response = connection.getresponse()
    length = len(response.read())
    connection.close()
    assert response.status == 200, f"GET {path}: {response.status}"
    return length


def get(g, options, log):
    paths = pages(g)
    lengths = {what: length_of(g, path) for what, path in paths.items()}
    with nginx(sorted(set(lengths.values()))) as port:
        for what, path in paths.items():
            section = Section(f"GET of {what} ({lengths[what]:,} bytes)",
                              "requests/s", {BEST: 0.6})
            for n in range(options.rounds):
                log(f"round {n + 1}: {what}")
                section.contender("Sluice", ours=True).add(
                    wrk(options.seconds, f"http://{g.host}:{g.port}{path}",
                        "-H", f"dj-api-key: {g.admin_key()}"))
                section.contender("nginx, return 200").add(
                    wrk(options.seconds, f"http://127.0.0.1:{port}/{lengths[what]}"))
            yield section


def put(g, options, log):
    section = Section("PUT of a new order, durable when answered", "requests/s")
    body = orders.order(1, status="WAITING_SUPPLIER_APPROVAL")
    text = orders.line(body).replace(orders.reference(1).encode(), b"@@@")
    with bed.folder(on_disk=False) as work:
        (work / "order").write_bytes(text)
        for n in range(options.rounds):
            log(f"round {n + 1}: PUT")
            section.contender("Sluice", ours=True).add(wrk(
                options.seconds, f"http://{g.host}:{g.port}",
                "-s", str(HERE / "put.lua"), "--", g.admin_key(),
                str(work / "order"), str(1_000_000 * (n + 1))))
    section.remark(f"{len(text):,} bytes per order, 64 clients; a write of 64 KiB and "
                   f"its fdatasync took {bed.flush_ms():.2g} ms.")
    return section


def question(options, log):
    if not options.ours:
        return
    assert shutil.which("wrk") and shutil.which("nginx"), "install wrk and nginx"
    with bed.gateway() as g:
        fill(g)
        yield from get(g, options, log)
        yield put(g, options, log)
