"""When files arrive in a folder, by inotify: no looking in turns, which would
take processor time from those who are measured.

    with Arrivals(folder) as arrivals:
        ... something uploads ...
        seconds_since_boot = arrivals.wait(5000, timeout=60)
"""

import ctypes
import os
import select
import struct
import time

IN_CLOSE_WRITE = 0x8
IN_MOVED_TO = 0x80
IN_Q_OVERFLOW = 0x4000
_EVENT = struct.Struct("iIII")
_libc = ctypes.CDLL(None, use_errno=True)


class Arrivals:
    """A file has arrived when it was closed, or renamed, under a name that
    doesn't begin with a dot."""

    def __init__(self, folder):
        self.folder = folder
        self.names = set()

    def __enter__(self):
        self.fd = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        mask = IN_CLOSE_WRITE | IN_MOVED_TO
        path = os.fsencode(self.folder)
        if self.fd < 0 or _libc.inotify_add_watch(self.fd, path, mask) < 0:
            raise OSError(ctypes.get_errno(), f"inotify on {self.folder}")
        return self

    def __exit__(self, *unused):
        os.close(self.fd)

    def wait(self, count, timeout, alive=lambda: True):
        """Waits for so many files; answers time.monotonic() of the last one.
        Fails when the time is up or nobody who could bring one is alive."""
        deadline = time.monotonic() + timeout
        while len(self.names) < count:
            lives = alive()
            ready = select.select([self.fd], [], [], 0.2)[0]
            if ready:
                self._read()
            elif not lives or time.monotonic() > deadline:
                raise AssertionError(
                    f"{len(self.names)} of {count} files came to {self.folder}")
            # What comes meanwhile is read in one go: 2 ms more or less.
            if len(self.names) < count:
                time.sleep(0.002)
        return time.monotonic()

    def _read(self):
        try:
            data = os.read(self.fd, 1 << 20)
        except BlockingIOError:
            return
        at = 0
        while at < len(data):
            _, mask, _, length = _EVENT.unpack_from(data, at)
            at += _EVENT.size
            if mask & IN_Q_OVERFLOW:
                raise AssertionError("inotify lost events")
            name = data[at:at + length].split(b"\0", 1)[0]
            at += length
            if not name.startswith(b"."):
                self.names.add(name)
