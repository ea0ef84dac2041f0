"""The peers: the usual tools that bring files to an SFTP server, each run the
way its manual recommends for this work, all with the same key and server."""

import os
import pathlib
import re
import shutil
import subprocess

SSH_OPTIONS = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
               "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"]


class Peer:
    """program: what must be installed. All paths are absolute."""

    def __init__(self, name, program, many, up, down):
        self.name, self.program = name, program
        self._many, self._up, self._down = many, up, down

    def there(self):
        return shutil.which(self.program) is not None

    def version(self):
        flag = "-V" if self.program == "sftp" else "--version"
        program = "ssh" if self.program == "sftp" else self.program
        out = subprocess.run([program, flag], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True).stdout
        return f"{self.name} {re.search(r'[0-9]+[.][0-9.p]+', out).group()}"

    def many(self, server, source, target):
        """Starts the upload of all files of a folder into another."""
        return self._start(server, self._many(server, source, target))

    def up(self, server, source, target):
        """Starts the upload of one file to a path."""
        return self._start(server, self._up(server, source, target))

    def down(self, server, source, target):
        return self._start(server, self._down(server, source, target))

    def _start(self, server, command):
        argv, text = command
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=server.errors, env={**os.environ, "RCLONE_CONFIG": "/dev/null",
                                       "HOME": str(server.work)})
        if text:
            process.stdin.write(text.encode())
        process.stdin.close()
        return process


class Server:
    """An sshd of the fixtures as the peers are told of it, and where they may
    leave what they must; port: another one than its own (a proxy's)."""

    def __init__(self, sshd, work, port=None):
        self.sshd, self.work, self.port = sshd, pathlib.Path(work), port or sshd.port
        self.key = self.work / "key"
        self.key.write_text(sshd.private_key)
        self.key.chmod(0o600)
        self.errors_path = self.work / "errors"
        self.errors = open(self.errors_path, "ab")

    @property
    def address(self):
        return f"{self.sshd.user}@{self.sshd.host}"

    def ssh(self):
        return ["-i", str(self.key), *SSH_OPTIONS]

    def close(self):
        self.errors.close()


# OpenSSH: names one by one, since it has no parallel mode. -------------------

def _sftp(server, batch):
    return (["sftp", "-q", "-P", str(server.port), *server.ssh(), "-b", "-",
             server.address], batch)


def _sftp_many(server, source, target):
    """Renames as the gateway does: a reader never sees a half file."""
    names = sorted(os.listdir(source))
    return _sftp(server, "".join(
        f"put {source}/{n} {target}/.{n}\nrename {target}/.{n} {target}/{n}\n"
        for n in names))


def _sftp_up(server, source, target):
    return _sftp(server, f"put {source} {target}\n")


def _sftp_down(server, source, target):
    return _sftp(server, f"get {source} {target}\n")


# lftp ---------------------------------------------------------------------------

def _lftp(server, command):
    program = " ".join(["ssh", "-a", "-x", *server.ssh()])
    return (["lftp", "--norc", "-e",
             f"set sftp:connect-program '{program}'; set sftp:auto-confirm yes; "
             f"set net:max-retries 1; {command}; bye",
             f"sftp://{server.sshd.user}:@{server.sshd.host}:{server.port}"], None)


def _lftp_many(server, source, target):
    return _lftp(server, f"mirror -R -P 8 {source} {target}")


def _lftp_up(server, source, target):
    return _lftp(server, f"put {source} -o {target}")


def _lftp_down(server, source, target):
    return _lftp(server, f"get {source} -o {target}")


# rclone: without the checksum that it would have the server compute. ---------------

def _rclone(server, verb, source, target, *more):
    return (["rclone", verb, "--sftp-host", server.sshd.host,
             "--sftp-port", str(server.port), "--sftp-user", server.sshd.user,
             "--sftp-key-file", str(server.key), "--sftp-disable-hashcheck",
             "--retries", "1", *more, source, target], None)


def _rclone_many(server, source, target):
    return _rclone(server, "copy", source, f":sftp:{target}", "--transfers", "4")


def _rclone_up(server, source, target):
    return _rclone(server, "copyto", source, f":sftp:{target}")


def _rclone_down(server, source, target):
    return _rclone(server, "copyto", f":sftp:{source}", target)


PEERS = [
    Peer("OpenSSH sftp", "sftp", _sftp_many, _sftp_up, _sftp_down),
    Peer("lftp", "lftp", _lftp_many, _lftp_up, _lftp_down),
    Peer("rclone", "rclone", _rclone_many, _rclone_up, _rclone_down),
]
