#!/usr/bin/env python3
"""Holds the house to its floors (docs/architecture.md).

    check_floors.py [ROOT]       walks ROOT/src and ROOT/include
    check_floors.py --self-test  only tries the rules on made-up breaches

A file includes its own floor and lower ones; store and loop, side by side, never
include each other; each third-party header has one floor that may see it.
The rules are tried on made-up breaches before every run, since a check that
has stopped finding anything looks just like a clean tree.
"""

import pathlib
import re
import sys
import tempfile

FLOORS = {"base": 1, "text": 2, "model": 3, "store": 4, "loop": 4,
          "jobs": 5, "admin": 6, "app": 7}

# header (by its beginning): the only folder that may include it
THIRD_PARTY = {
    "lmdb.h": "src/store",
    "uv.h": "src/loop",
    "uv/": "src/loop",
    "curl/": "src/loop",
    "libssh2": "src/loop",
    "microhttpd": "src/loop",
    "libxml/": "src/text",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]*>|"[^"\n]*")', re.M)
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)


def without_comments(text):
    """The text with comments blanked, lines kept in place."""
    def blank(match):
        found = match.group()
        return found if found.startswith('"') else re.sub(r"[^\n]", " ", found)
    return COMMENT_OR_STRING.sub(blank, text)


def floor_of(path):
    """src/<floor>/... or include/sluice/<floor>/...: the floor, or None."""
    parts = path.parts
    depth = 1 if parts[0] == "src" else 2
    if len(parts) <= depth + 1 or (depth == 2 and parts[1] != "sluice"):
        return None
    return parts[depth] if parts[depth] in FLOORS else None


def fault_of(path, floor, name, angled):
    """What is wrong with this include, as a sentence; None if nothing is."""
    for beginning, folder in THIRD_PARTY.items():
        if name.startswith(beginning) and angled:
            if not path.as_posix().startswith(folder + "/"):
                return f"<{name}> may be included in {folder} only"
            return None
    if name.startswith("sluice/"):
        other = name.split("/")[1]
        if other not in FLOORS:
            return f'"{name}": there is no floor "{other}"'
        if {floor, other} == {"store", "loop"}:
            return f'"{name}": store and loop stand side by side and never include each other'
        if FLOORS[other] > FLOORS[floor]:
            return f'"{name}": {floor} (floor {FLOORS[floor]}) must not include {other} ' \
                   f"(floor {FLOORS[other]}), which stands above it"
        return None
    if not angled:
        if any(name.startswith(beginning) for beginning in THIRD_PARTY):
            return f'"{name}": write third-party headers in <>'
        if ".." in name.split("/") or name.startswith("/"):
            return f'"{name}": name a header by its path below include/, not through ..'
    return None


def check(root):
    """The breaches in a tree: ["file:line: sentence", ...]."""
    root = pathlib.Path(root)
    faults = []
    files = [p for top in ("src", "include") for kind in ("*.c", "*.h", "*.inc", "*.def")
             for p in (root / top).rglob(kind)]
    for file in sorted(files):
        path = file.relative_to(root)
        floor = floor_of(path)
        if floor is None:
            faults.append(f"{path}:1: stands on no floor; the floors are {', '.join(FLOORS)}")
            continue
        text = without_comments(file.read_text(encoding="utf-8"))
        for match in INCLUDE.finditer(text):
            name, angled = match.group(1)[1:-1], match.group(1)[0] == "<"
            fault = fault_of(path, floor, name, angled)
            if fault:
                line = text.count("\n", 0, match.start(1)) + 1
                faults.append(f"{path}:{line}: {fault}")
    return faults


# (file, its text, part of the complaint or None when it is fine)
CASES = [
    ("src/base/buf.c", '#include "sluice/base/buf.h"\n#include <string.h>\n', None),
    ("src/text/xml.c", "#include <libxml/parser.h>\n", None),
    ("src/store/env.c", '#include <lmdb.h>\n#include "sluice/model/entity.h"\n', None),
    ("src/loop/loop.c", "#include <uv.h>\n#include <libssh2_sftp.h>\n"
                        "#include <curl/curl.h>\n#include <microhttpd.h>\n", None),
    ("src/jobs/a.c", '#include "sluice/store/env.h"\n#include "sluice/loop/op.h"\n', None),
    ("src/jobs/b.c", '#include "local.h"\n', None),
    ("src/base/c.c", '/* #include <uv.h>\n#include <lmdb.h> */\n// #include <uv.h>\n', None),
    ("src/base/d.c", 'const char *s = "/*";\n#include <uv.h>\n', "d.c:2: <uv.h> may be"),
    ("src/base/up.c", '\n\n#include "sluice/text/csv.h"\n', "up.c:3: "),
    ("src/model/up.c", '#include "sluice/store/env.h"\n', "floor 4"),
    ("src/admin/up.c", '# include "sluice/app/config.h"\n', "which stands above"),
    ("src/store/side.c", '#include "sluice/loop/loop.h"\n', "side by side"),
    ("src/loop/side.c", '  #  include "sluice/store/env.h"\n', "side by side"),
    ("include/sluice/loop/up.h", '#include "sluice/jobs/x.h"\n', "which stands above"),
    ("include/sluice/loop/uv.h", "#include <uv.h>\n", "src/loop only"),
    ("include/sluice/store/lmdb.h", "#include <lmdb.h>\n", "src/store only"),
    ("src/jobs/lmdb.c", "#include <lmdb.h>\n", "src/store only"),
    ("src/admin/mhd.c", "#include <microhttpd.h>\n", "src/loop only"),
    ("src/app/curl.c", "#include <curl/curl.h>\n", "src/loop only"),
    ("src/jobs/ssh.c", "#include <libssh2.h>\n", "src/loop only"),
    ("src/jobs/sftp.c", "#include <libssh2_sftp.h>\n", "src/loop only"),
    ("src/model/xml.c", "#include <libxml/tree.h>\n", "src/text only"),
    ("src/jobs/quote.c", '#include "uv.h"\n', "in <>"),
    ("src/jobs/dots.c", '#include "../store/env_private.h"\n', "not through .."),
    ("src/jobs/none.c", '#include "sluice/cellar/x.h"\n', 'no floor "cellar"'),
    ("src/cellar/x.c", "", "stands on no floor"),
    ("src/stray.c", "", "stands on no floor"),
    ("include/sluice/stray.h", "", "stands on no floor"),
]


def self_test():
    for path, text, complaint in CASES:
        with tempfile.TemporaryDirectory() as root:
            file = pathlib.Path(root, path)
            file.parent.mkdir(parents=True)
            file.write_text(text)
            faults = check(root)
        if complaint is None:
            assert faults == [], f"{path} is fine, but: {faults}"
        else:
            assert len(faults) == 1 and complaint in faults[0], \
                f"{path} must be refused with '{complaint}', but: {faults}"


def main(arguments):
    self_test()
    if arguments[:1] == ["--self-test"]:
        print(f"check_floors: {len(CASES)} made-up files judged rightly")
        return 0
    root = pathlib.Path(arguments[0] if arguments else ".")
    if not (root / "src").is_dir():
        print(f"check_floors: {root} has no src/", file=sys.stderr)
        return 2
    faults = check(root)
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
