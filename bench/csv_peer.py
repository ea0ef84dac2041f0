#!/usr/bin/env python3
"""Reading a CSV file of 1,000,000 suppliers with 13 columns, beside Python's csv
module, which is written in C, too.

    bench/csv_peer.py           builds nothing: wants build/release

(Not csv.py: in this folder it would take the place of the module it measures.)
"""

import argparse
import os
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests" / "fixture")]
os.environ.setdefault("SLUICE_BIN", str(HERE.parent / "build/release/sluice"))

import bed  # noqa: E402
from report import BEST, Section  # noqa: E402

PYTHON = """
import csv, sys, time
start = time.perf_counter()
rows = fields = 0
with open(sys.argv[1], newline="", encoding="utf-8") as f:
    for row in csv.reader(f, delimiter=";"):
        rows += 1
        fields += len(row)
assert fields == 13 * rows
print((rows - 1) / (time.perf_counter() - start))
"""


def ours(path):
    """Rows per second, out of "file ... s   12345 rows/s   678 MB/s"."""
    out = subprocess.run([bed.program("csv"), "read", path], check=True, text=True,
                         stdout=subprocess.PIPE).stdout.split()
    return float(out[out.index("rows/s") - 1])


def python(path):
    out = subprocess.run([sys.executable, "-c", PYTHON, path], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    return float(out)


def question(options, log):
    if bed.program("csv") is None:
        return
    rates = Section("Reading 1,000,000 rows of CSV, one core", "rows/s",
                    targets={BEST: 1})
    with bed.folder(on_disk=False) as d:
        path = d / "suppliers.csv"
        subprocess.run([bed.program("csv"), "write", path], check=True)
        size = path.stat().st_size / 1e6
        for i in range(options.rounds):
            log(f"csv, round {i + 1}")
            rates.contender("Sluice's scanner", ours=True).add(ours(path))
            rates.contender("Python's csv module").add(python(path))
    rates.remark(f"A file of {size:.0f} MB in memory, 13 columns, no quotes; every field "
                 "is looked at, nothing is done with it.")
    yield rates


def main():
    parser = argparse.ArgumentParser(description="Reading CSV, beside Python's csv module.")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if bed.program("csv") is None:
        sys.exit(f"bench: there is no {bed.build() / 'bench' / 'bench_csv'}: make build")
    for section in question(options, lambda text: print("  " + text, file=sys.stderr)):
        print(section.text())


if __name__ == "__main__":
    main()
