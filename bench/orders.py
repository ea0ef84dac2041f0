"""Orders whose XML files have one size, as many as wanted."""

import json
import pathlib

ORDER = pathlib.Path(__file__).resolve().parent.parent / "tests/demo/order.json"
FILE_SIZE = 4096


def reference(number):
    return f"172-{number:07d}-1"


def order(number, padding=0, status="ACCEPTED_BY_SUPPLIER"):
    """The demo's order under another reference, which comes first, and without
    what would make its file larger than FILE_SIZE."""
    body = {"reference": reference(number), **json.loads(ORDER.read_text("utf-8"))}
    body.update(reference=reference(number), status=status)
    del body["billingAddressSnapshot"], body["customFieldValues"]
    body["supplierSnapshot"]["description"] = "x" * (1 + padding)
    return body


def line(body):
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def lines(count, padding, first=1, **more):
    """So many orders as newline-delimited JSON."""
    one = line(order(first, padding, **more))
    name = reference(first).encode()
    return [one.replace(name, reference(n).encode())
            for n in range(first, first + count)]
