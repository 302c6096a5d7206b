"""The cache folder of data sets, and the checks on the files in it."""

from __future__ import annotations

import hashlib
import os

from ..errors import InvalidArgumentError, NotFoundError

__all__ = ["DATA_HOME", "download", "md5file"]

# PaddlePaddle's own folder: files it has downloaded are found. Assign another one to look elsewhere.
DATA_HOME = os.path.expanduser(os.path.join("~", ".cache", "paddle", "dataset"))

_CHUNK = 1 << 20


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
    """The path of the file of ``url`` in the cache folder, ``DATA_HOME/module_name``. Nothing is downloaded.

    Raises:
        NotFoundError: there is no such file; the message says where to put it.
        InvalidArgumentError: its MD5 is not ``md5sum``: it is damaged, or another file.
    """
    path = os.path.join(DATA_HOME, module_name, save_name or url.rpartition("/")[2])
    if not os.path.isfile(path):
        raise NotFoundError(
            f"There is no file {path}, and paddlelite does not download data sets. Download {url} and put it there, "
            "or give the path of the file where the data set is made."
        )
    found = md5file(path) if md5sum else md5sum
    if found != md5sum:
        raise InvalidArgumentError(
            f"The MD5 of {path} is {found}, but should be {md5sum}: the file is damaged or is another one. "
            f"Replace it with {url}, or give the path of your own file where the data set is made."
        )
    return path
