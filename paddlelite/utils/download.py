"""Files of trained weights, fetched once into ``~/.cache/paddle/hapi/weights``."""

from __future__ import annotations

import os

from ..dataset import common

__all__ = ["get_path_from_url", "get_weights_path_from_url"]

WEIGHTS_HOME = os.path.expanduser("~/.cache/paddle/hapi/weights")


def get_weights_path_from_url(url: str, md5sum: str | None = None) -> str:
    """The path of the file of ``url`` in `WEIGHTS_HOME`; raises as `paddle.dataset.common.download`."""
    return get_path_from_url(url, WEIGHTS_HOME, md5sum)


def get_path_from_url(url: str, root_dir: str, md5sum: str | None = None, check_exist: bool = True) -> str:
    """The path of the file of ``url`` in ``root_dir``, fetched if it is not there.

    ``check_exist=False`` fetches it anyway. Raises as `paddle.dataset.common.download`.
    """
    path = os.path.join(root_dir, url.rpartition("/")[2])
    return common.fetched(url, path, md5sum, again=not check_exist)
