"""Locks that a crash cannot leave behind: the system drops them with the process that holds them."""

import fcntl
import os
from pathlib import Path
from typing import TextIO


class FileLock:
    """An advisory lock on a file, shared or exclusive, held by this process until released."""

    def __init__(self, path: Path):
        self.path = path
        self._file: TextIO | None = None
        self._owner: int | None = None

    def acquire(self, *, shared: bool = False, wait: bool = True) -> bool:
        """Take the lock, or change how we hold it; False when another process has it and `wait` is off."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a+")
            self._owner = os.getpid()
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._file, kind | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Give the lock back; a forked child that inherited it leaves it alone."""
        if self._file is None:
            return
        if self._owner == os.getpid():
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._file.close()
        self._file = None

    def write(self, text: str) -> None:
        """Replace the file's text, for others to read who holds the lock. Raises ValueError unless we do."""
        if self._file is None:
            raise ValueError(f"The lock {self.path} is not held.")
        self._file.seek(0)
        self._file.truncate()
        self._file.write(text)
        self._file.flush()

    def read(self) -> str:
        """Return what the holder wrote."""
        try:
            return self.path.read_text()
        except OSError:
            return ""

    def __enter__(self) -> "FileLock":
        self.acquire()
        return self

    def __exit__(self, *_error) -> None:
        self.release()
