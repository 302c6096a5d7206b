"""What an image is here: a Pillow image, a NumPy array (H×W or H×W×C) or a tensor (C×H×W); and how one is read.

Pillow and OpenCV are imported when a call needs them; paddlelite works without either.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, UnimplementedError
from ..tensor.tensor import Tensor

__all__ = ["get_image_backend", "image_load", "set_image_backend"]

_BACKENDS = ("pil", "cv2", "tensor")
_backend = "pil"


class BadArgument(InvalidArgumentError, AssertionError):
    """A bad value where PaddlePaddle raises AssertionError; as an InvalidArgumentError it is a ValueError too."""


def need(module: str) -> Any:
    """Import Pillow or OpenCV, or say how to get it and how to do without."""
    try:
        return import_module(module)
    except ImportError as error:
        package = "pillow" if module.startswith("PIL.") else "opencv-python"
        other = (
            "backend='cv2' gives NumPy arrays instead"
            if package == "pillow"
            else "backend='pil' needs pillow instead"
        )
        raise ImportError(f"this needs {package}: pip install {package} ({other})") from error


def is_pil(image: Any) -> bool:
    """Whether it is a Pillow image. Where Pillow was never imported nothing is."""
    pillow = sys.modules.get("PIL.Image")
    return pillow is not None and isinstance(image, pillow.Image)


def is_array(image: Any) -> bool:
    return isinstance(image, np.ndarray) and image.ndim in (2, 3)


def check_image(image: Any, what: str = "img") -> None:
    if not (is_pil(image) or is_array(image) or isinstance(image, Tensor)):
        got = f"an array of shape {image.shape}" if isinstance(image, np.ndarray) else type(image)
        raise TypeError(f"{what} should be PIL Image or Tensor Image or ndarray with dim=[2 or 3]. Got {got}")


def size_of(image: Any) -> tuple[int, int]:
    """Height and width."""
    if is_pil(image):
        return image.size[1], image.size[0]
    height, width = image.dims[-2:] if isinstance(image, Tensor) else image.shape[:2]
    return height, width


def set_image_backend(backend: str) -> None:
    """Choose what data sets and `image_load` give: ``"pil"`` (Pillow images, the default) or ``"cv2"`` (arrays).

    Raises ValueError for another name.
    """
    global _backend
    _backend = _checked(backend, _BACKENDS)


def get_image_backend() -> str:
    """The chosen backend.

    >>> import paddlelite as paddle
    >>> paddle.vision.get_image_backend()
    'pil'
    """
    return _backend


def _checked(backend: str, known: tuple[str, ...]) -> str:
    if backend not in known:
        raise InvalidArgumentError(f"Expected backend are one of {list(known)}, but got {backend}")
    return backend


def dataset_backend(backend: str | None) -> str:
    """The backend of a data set, by default the chosen one."""
    return _checked(_backend if backend is None else backend, _BACKENDS[:2])


def decoded(source: Any, name: str) -> Any:
    """The Pillow image in a file or stream, read to its end. Raises InvalidArgumentError for a damaged one."""
    pillow = need("PIL.Image")
    try:
        image = pillow.open(source)
        image.load()
    except (OSError, SyntaxError, ValueError, pillow.DecompressionBombError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the system's: no such file, no permission
        raise InvalidArgumentError(f"{name} cannot be read as an image: {error}") from error
    return image


def image_load(path: str, backend: str | None = None) -> Any:
    """Read an image file: a Pillow image, or with ``backend="cv2"`` OpenCV's H×W×3 uint8 array (blue first).

    Raises ValueError for an unknown backend, ImportError where Pillow (OpenCV) is not installed.
    """
    backend = _checked(_backend if backend is None else backend, _BACKENDS)
    if backend == "pil":
        return need("PIL.Image").open(path)
    if backend == "cv2":
        image = need("cv2").imread(path)
        if image is None:
            raise InvalidArgumentError(f"OpenCV cannot read {path} as an image.")
        return image
    raise UnimplementedError(
        "image_load gives no tensors: load with backend='pil' and use paddle.vision.transforms.to_tensor"
    )
