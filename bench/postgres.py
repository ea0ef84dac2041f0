"""A PostgreSQL server of the measurement's own: a fresh cluster, out of the box
but for its socket, in a temporary folder; never on a network."""

import contextlib
import glob
import os
import pwd
import shutil
import subprocess

import process
from wait import wait_until

HOME = "/usr/lib/postgresql/*/bin"


def binary(name):
    found = sorted(glob.glob(f"{HOME}/{name}"))
    return found[-1] if found else shutil.which(name)


def version():
    """None if it isn't installed."""
    if binary("postgres") is None:
        return None
    out = subprocess.run([binary("postgres"), "--version"], text=True, check=True,
                         stdout=subprocess.PIPE).stdout
    return f"PostgreSQL {out.split()[2]}"


def _owner():
    """It refuses to run as root: then as somebody who has nothing."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("no user to run PostgreSQL as")


def _as(owner, argv):
    if os.getuid() == owner.pw_uid:
        return argv
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups",
            *argv]


class Server:
    """folder: where it lives; everybody must be able to reach it."""

    def __init__(self, folder):
        self.folder, self.owner = folder / "postgres", _owner()
        self.folder.mkdir()
        os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)

    def __enter__(self):
        # A cluster made by an installed locale would compare texts more slowly.
        subprocess.run(_as(self.owner, [
            binary("initdb"), "-D", str(self.folder / "data"), "-U", "bench", "-A", "trust",
            "--locale=C", "-E", "UTF8"]), check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.process = process.spawn(_as(self.owner, [
            binary("postgres"), "-D", self.folder / "data", "-k", self.folder,
            "-c", "listen_addresses="]), self.folder / "log", cwd="/")
        wait_until(lambda: subprocess.run(
            [binary("pg_isready"), "-h", self.folder], stdout=subprocess.DEVNULL,
            ).returncode == 0, 30, what="PostgreSQL")
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait()

    def run(self, script):
        """psql, in one session, ending at the first error."""
        subprocess.run([binary("psql"), "-X", "-q", "-h", self.folder, "-U", "bench", "-d",
                        "postgres", "-v", "ON_ERROR_STOP=1", "-f", "-"],
                       input=script, text=True, check=True, stdout=subprocess.DEVNULL)
