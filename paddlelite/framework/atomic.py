"""Files that are whole: written under a temporary name beside their place, flushed to disk, then renamed.

A crash, a full disk or an exception while writing leaves the old file as it was. A *set* of files is renamed only
when all of it is on disk; if the machine stops between two renames each file is still whole, old or new, and the
readers of a set (`export/pdmodel.py`) notice by a digest that its files do not belong together.
"""

from __future__ import annotations

import contextlib
import os
from types import TracebackType
from typing import BinaryIO

from ..errors import InvalidArgumentError

__all__ = ["FileSet"]


class FileSet:
    """Several files that appear together when the `with` block ends well, in the order they were opened.

    Missing directories are made. Raises OSError (with the name of the file) when a file cannot be written;
    nothing is changed then.
    """

    def __init__(self) -> None:
        self._open: list[tuple[BinaryIO, str, str]] = []  # file, temporary name, final name

    def __enter__(self) -> FileSet:
        return self

    def open(self, path: str | os.PathLike[str]) -> BinaryIO:
        """A new binary file that will become `path`."""
        target = os.path.realpath(os.fspath(path))  # a symbolic link keeps pointing where it does
        if os.path.exists(target) and not os.path.isfile(target):
            raise InvalidArgumentError(f"{os.fspath(path)} is not a regular file, so it cannot be written.")
        folder = os.path.dirname(target)
        os.makedirs(folder, exist_ok=True)
        temporary = os.path.join(folder, f".paddlelite-{os.urandom(8).hex()}.tmp")
        try:
            file = open(temporary, "xb")  # noqa: SIM115 - closed in __exit__
        except OSError as error:
            raise _named(error, target) from error
        self._open.append((file, temporary, target))
        if os.path.exists(target):
            os.chmod(temporary, os.stat(target).st_mode & 0o7777)
        return file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._publish()
            elif isinstance(error, OSError) and error.filename is None and self._open:
                raise _named(error, self._open[-1][2]) from error
        finally:
            self._discard()

    def _publish(self) -> None:
        for file, _, target in self._open:
            _to_disk(file, target)
        for _, temporary, target in self._open:
            os.replace(temporary, target)
        for folder in {os.path.dirname(target) for _, _, target in self._open}:
            _sync_folder(folder)

    def _discard(self) -> None:
        for file, temporary, _ in self._open:
            with contextlib.suppress(OSError):  # closing flushes, which is what may have failed before
                file.close()
            with contextlib.suppress(FileNotFoundError):  # renamed already
                os.unlink(temporary)
        self._open.clear()


def _to_disk(file: BinaryIO, target: str) -> None:
    try:
        file.flush()
        os.fsync(file.fileno())
        file.close()
    except OSError as error:
        raise _named(error, target) from error


def _named(error: OSError, path: str) -> OSError:
    """The same error with the name of the file the user knows."""
    return OSError(error.errno, error.strerror or str(error), path)


def _sync_folder(folder: str) -> None:
    """Makes a rename survive a power cut, where the system can do that for a directory."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems refuse; the rename itself has happened
            os.fsync(handle)
    finally:
        os.close(handle)
