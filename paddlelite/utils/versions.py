"""What is installed, and what a script needs."""

from __future__ import annotations

import functools
import importlib
import re
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..errors import InvalidArgumentError, InvalidTypeError

__all__ = ["deprecated", "require_version", "try_import"]

#: The release of PaddlePaddle whose names and behaviour are followed.
FOLLOWED = (3, 3, 1, 0)


def require_version(min_version: str, max_version: str | None = None) -> None:
    """Do nothing if the release of PaddlePaddle that is followed here, 3.3.1, lies between the two.

    Raises TypeError for what is no text, ValueError for text that is no version, Exception if it does not.

    >>> import paddlelite as paddle
    >>> paddle.utils.require_version("2.0")
    """
    least = _version("min_version", min_version)
    most = None if max_version is None else _version("max_version", max_version)
    if least > FOLLOWED or (most is not None and most < FOLLOWED):
        wanted = f"in [{min_version}, {max_version}]" if most else f">= {min_version}"
        followed = ".".join(map(str, FOLLOWED[:3]))
        raise Exception(
            f"VersionError: PaddlePaddle version {wanted} required, but {followed} is followed here."
        )


def _version(name: str, text: str) -> tuple[int, ...]:
    if not isinstance(text, str):
        raise InvalidTypeError(
            f"The type of '{name}' in require_version must be str, but received {type(text)}."
        )
    if not re.fullmatch(r"\d+(\.\d+){0,3}", text):
        raise InvalidArgumentError(
            f"The value of '{name}' in require_version must be in format '\\d+(\\.\\d+){{0,3}}', like '1.5.2.0', but "
            f"received {text}"
        )
    numbers = [int(number) for number in text.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


def try_import(module_name: str, err_msg: str | None = None) -> ModuleType:
    """Import a module, or raise ImportError saying how to get it (or ``err_msg``)."""
    try:
        return importlib.import_module(module_name)
    except ImportError as error:
        package = {"cv2": "opencv-python"}.get(module_name, module_name)
        raise ImportError(
            err_msg
            or f"Failed importing {module_name}. This likely means that some paddle modules require additional "
            f"dependencies that have to be manually installed (usually with `pip install {package}`)."
        ) from error


def deprecated(
    update_to: str = "", since: str = "", reason: str = "", level: int = 0
) -> Callable[[Any], Any]:
    """A decorator: the function warns at each call that it is deprecated (``level`` 2: it raises RuntimeError).

    >>> import paddlelite as paddle
    >>> @paddle.utils.deprecated(update_to="new", since="2.0")
    ... def old():
    ...     return 1
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        said = f"API {function.__module__}.{function.__qualname__} is deprecated"
        said += f" since {since}" if since else ""
        said += (
            f", and will be removed in future versions. Please use {update_to} instead." if update_to else "."
        )
        said += f" Reason: {reason}" if reason else ""

        @functools.wraps(function)
        def warned(*args: Any, **kwargs: Any) -> Any:
            if level == 2:
                raise RuntimeError(said)
            warnings.warn(said, DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        return warned

    return decorate
