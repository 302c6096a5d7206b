"""What every reader of a data set's file shares: one clear error for a damaged one, and archives read in order."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from ..errors import InvalidArgumentError

__all__ = ["damaged", "Member", "member", "members", "numbered", "reading"]


def damaged(path: str, why: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"The file {path} cannot be read as this data set: {why}.")


@contextmanager
def reading(path: str, kind: str = "archive") -> Iterator[None]:
    """What is wrong with the bytes of ``path`` becomes one error that names it; the system's stay as they are."""
    try:
        yield
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, f"it is no whole {kind} ({error})") from error
    except UnicodeDecodeError as error:
        raise damaged(path, f"its text cannot be decoded ({error})") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise damaged(path, f"it is no whole {kind} ({error})") from error


class Member:
    """A file in an archive, to be read before the next one is asked for."""

    def __init__(self, path: str, file: BinaryIO) -> None:
        self._path = path
        self._file = file

    def read(self) -> bytes:
        """All of it."""
        with reading(self._path, "tar archive"):
            return self._file.read()

    def __iter__(self) -> Iterator[bytes]:
        with reading(self._path, "tar archive"):
            yield from self._file

    def texts(self) -> Iterator[str]:
        """The lines, decoded and without what surrounds them."""
        with reading(self._path, "tar archive"):
            for line in self._file:
                yield line.decode().strip()


def members(path: str, wanted: Callable[[str], object]) -> Iterator[tuple[str, Member]]:
    """The files of a tar archive whose name is ``wanted``, in the archive's order: going back would unpack it again.

    Names are given without a leading ``./``. Raises InvalidArgumentError for a damaged archive.
    """
    with reading(path, "tar archive"), tarfile.open(path, "r:*") as archive:
        for member in archive:
            name = member.name.removeprefix("./")
            if member.isfile() and wanted(name):
                yield name, Member(path, cast(BinaryIO, archive.extractfile(member)))
        _check_end(path, cast(BinaryIO, archive.fileobj))


def _check_end(path: str, file: BinaryIO) -> None:
    """tarfile takes a damaged header for the end of the archive. After the end there are zeros, and packed files have
    a checksum there, which is compared when they are read so far."""
    while rest := file.read(1 << 20):
        if rest.strip(b"\0"):
            raise damaged(path, "it is no whole tar archive (one of its headers is damaged)")


def member(path: str, name: str) -> Iterator[Member]:
    """One file of a tar archive. Raises InvalidArgumentError where it is not in there."""
    found = False
    for _, file in members(path, lambda each: each == name):
        found = True
        yield file
    if not found:
        raise damaged(path, f"it holds no file {name}")


def numbered(words: dict[bytes | str, int], least: int) -> dict[bytes | str, int]:
    """The words counted more than ``least`` times, numbered by count and then by name; ``<unk>`` comes last."""
    kept = [(word, count) for word, count in words.items() if count > least]
    # Words of a file are bytes, the marks are text, as in PaddlePaddle; to be put in order they have to be alike.
    kept.sort(key=lambda item: (-item[1], item[0] if isinstance(item[0], bytes) else item[0].encode()))
    numbers: dict[bytes | str, int] = {word: number for number, (word, _) in enumerate(kept)}
    numbers["<unk>"] = len(numbers)
    return numbers
