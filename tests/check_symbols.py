#!/usr/bin/env python3
"""Two objects of one name are an error in a program, but not in an archive: the
linker takes the first and is silent. check_symbols.py ARCHIVE finds them."""

import collections
import subprocess
import sys


def main(archive):
    out = subprocess.run(["nm", "--defined-only", "--extern-only", archive], check=True,
                         text=True, stdout=subprocess.PIPE).stdout
    names = collections.Counter(
        f[2] for f in map(str.split, out.splitlines()) if len(f) == 3 and f[1] in "BDRT")
    doubled = sorted(name for name, count in names.items() if count > 1)
    for name in doubled:
        print(f"{archive}: {name} is defined {names[name]} times", file=sys.stderr)
    return 1 if doubled or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
