"""The cache folder of data sets: files are fetched into it once, checked, and found again."""

from __future__ import annotations

import glob
import hashlib
import os
import pickle
import re
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from importlib import import_module
from typing import Any, BinaryIO

from ..errors import InvalidArgumentError, NotFoundError
from ..framework.atomic import FileSet

__all__ = ["DATA_HOME", "cluster_files_reader", "download", "fetch_all", "md5file", "split"]


def _home() -> str:
    home = os.path.expanduser("~")
    home = home if os.access(home, os.W_OK) else tempfile.gettempdir()
    return os.path.join(home, ".cache", "paddle", "dataset")


# PaddlePaddle's own folder: files it has downloaded are found. Assign another one to look elsewhere.
DATA_HOME = _home()

_CHUNK = 1 << 20
_ATTEMPTS = 3
_TIMEOUT = 30  # seconds without a byte


class MissingFile(NotFoundError, FileNotFoundError):
    """A file a data set is to be read from is not there."""


class _Failed(Exception):
    """Why a file could not be fetched, and whether asking again may help."""

    def __init__(self, why: str, again: bool) -> None:
        super().__init__(why)
        self.again = again


def md5file(fname: str | os.PathLike[str]) -> str:
    """The MD5 of a file, as 32 hexadecimal digits.

    >>> import paddlelite as paddle
    >>> with open("empty", "wb"):
    ...     paddle.dataset.common.md5file("empty")
    'd41d8cd98f00b204e9800998ecf8427e'
    """
    digest = hashlib.md5(usedforsecurity=False)
    with open(fname, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def download(url: str, module_name: str, md5sum: str | None, save_name: str | None = None) -> str:
    """The path of the file of ``url`` in the cache folder, ``DATA_HOME/module_name``; fetched if it is not there.

    A file that is there and has the MD5 ``md5sum`` (any, if None) is not fetched again. A fetched file appears under
    its name only when it is whole and its MD5 is right; until then one that was there is left as it is. Progress is
    shown on stderr, as a bar where tqdm is installed.

    Raises:
        NotFoundError: there is no such file and it cannot be fetched; the message says where to put it.
        InvalidArgumentError: the file that is there, or was sent, has another MD5: it is damaged, or another one.
    """
    return fetched(url, _place(url, module_name, save_name), md5sum)


def fetched(url: str, path: str, md5sum: str | None, again: bool = False) -> str:
    """``path``, where the file of ``url`` is; fetched if it is not there, or ``again``. See `download`."""
    there = os.path.isfile(path)
    found = md5file(path) if there and md5sum else None
    if there and not again and md5sum in (None, found):
        return path
    try:
        _fetch(url, path, md5sum)
    except _Failed as failure:
        if not there:
            raise MissingFile(
                f"There is no file {path}, and {url} cannot be downloaded ({failure}). Download it where there is "
                "a network and put it there, or give the path of the file where the data set is made."
            ) from failure
        raise InvalidArgumentError(
            f"The MD5 of {path} is {found}, but should be {md5sum}: the file is damaged or is another one, and "
            f"{url} cannot be downloaded ({failure}). Replace it, or give the path of your own file where the data "
            "set is made."
        ) from failure
    return path


def _place(url: str, folder: str, name: str | None) -> str:
    name = url.rpartition("/")[2] if name is None else name
    for part, what in ((folder, "module_name"), (name, "save_name")):
        if os.path.isabs(part) or ".." in part.split("/") or not part or "\\" in part:
            raise InvalidArgumentError(f"{what} should be a name inside {DATA_HOME}, but is {part!r}.")
    return os.path.join(DATA_HOME, folder, name)


def _fetch(url: str, path: str, md5sum: str | None) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _fetch_once(url, path, md5sum)
        except _Failed as failure:  # noqa: PERF203 (three times at most)
            if not failure.again or attempt == _ATTEMPTS:
                raise
            print(f"Downloading {url} failed ({failure}), trying again", file=sys.stderr)  # noqa: T201


def _fetch_once(url: str, path: str, md5sum: str | None) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    with _opened(url) as (answer, size), FileSet() as files:
        file = files.open(path)
        received = 0
        with _progress(url, size) as advance:
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                digest.update(chunk)
                received += len(chunk)
                advance(len(chunk))
        if size is not None and received != size:
            raise _Failed(f"the connection ended after {received} of {size} bytes", again=True)
        if md5sum not in (None, digest.hexdigest()):
            raise InvalidArgumentError(
                f"The MD5 of {url} is {digest.hexdigest()}, but should be {md5sum}: what was sent is damaged or is "
                f"another file. Nothing was written to {path}."
            )


@contextmanager
def _opened(url: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """The answer of a server and its length, if it tells; failures of the network while it is read are `_Failed`."""
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as answer:
            length = answer.headers.get("Content-Length")
            yield answer, int(length) if length is not None and length.isdigit() else None
    except urllib.error.HTTPError as error:
        error.close()
        raise _Failed(f"the server says {error.code} {error.reason}", again=error.code >= 500) from error
    except urllib.error.URLError as error:
        raise _Failed(str(error.reason), again=isinstance(error.reason, TimeoutError)) from error
    except (HTTPException, TimeoutError, ConnectionError) as error:
        raise _Failed(str(error) or type(error).__name__, again=True) from error


@contextmanager
def _progress(url: str, size: int | None) -> Iterator[Callable[[int], Any]]:
    """A bar on stderr where tqdm is installed, otherwise one line before and one after."""
    try:
        tqdm = import_module("tqdm").tqdm
    except ImportError:
        print(f"Downloading {url}", file=sys.stderr)  # noqa: T201
        yield lambda count: None
        print("Download finished", file=sys.stderr)  # noqa: T201
        return
    with tqdm(total=size, unit="B", unit_scale=True, desc=url.rpartition("/")[2]) as bar:
        yield bar.update


def fetch_all() -> None:
    """Fetch the files of every data set that has a ``fetch()``. Raises as `download`."""
    package = import_module(__package__)
    for name in package.__all__:
        fetch = getattr(getattr(package, name), "fetch", None)
        if fetch is not None:
            fetch()


def split(
    reader: Callable[[], Any],
    line_count: int,
    suffix: str = "%05d.pickle",
    dumper: Callable[[Any, BinaryIO], Any] = pickle.dump,
) -> None:
    """Write the samples of ``reader`` to files of ``line_count`` samples each, named ``suffix % number``.

    Raises TypeError if ``dumper`` cannot be called, ValueError if ``suffix`` has no place for the number or
    ``line_count`` is not positive.
    """
    if not callable(dumper):
        raise TypeError("dumper should be callable.")
    if line_count < 1:
        raise InvalidArgumentError(f"line_count should be positive, but is {line_count}")
    if not re.search(r"%\d*d", suffix):
        raise InvalidArgumentError(f"suffix should have %d in it, for the file's number, but is {suffix!r}")
    number, lines = 0, []
    for sample in reader():
        lines.append(sample)
        if len(lines) == line_count:
            _dump(lines, suffix % number, dumper)
            number, lines = number + 1, []
    if lines:
        _dump(lines, suffix % number, dumper)


def _dump(lines: list[Any], path: str, dumper: Callable[[Any, BinaryIO], Any]) -> None:
    with FileSet() as files:
        dumper(lines, files.open(path))


def cluster_files_reader(
    files_pattern: str,
    trainer_count: int,
    trainer_id: int,
    loader: Callable[[BinaryIO], Any] | None = None,
) -> Callable[[], Iterator[Any]]:
    """A reader of one trainer's share of the files that `split` wrote: every ``trainer_count``-th, in order of names.

    Without ``loader`` files are read as `split` writes them, as data only: a pickle that would run code is refused.
    Raises TypeError if ``loader`` cannot be called.
    """
    if loader is not None and not callable(loader):
        raise TypeError("loader should be callable.")
    from ..framework import pickles

    load = pickles.load if loader is None else loader

    def reader() -> Iterator[Any]:
        for name in sorted(glob.glob(files_pattern))[trainer_id::trainer_count]:
            with open(name, "rb") as file:
                yield from load(file)

    return reader
