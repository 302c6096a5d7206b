"""Rotations, affine and perspective maps, and erasing, on images of all three kinds, with PaddlePaddle's results.

Pillow images are left to Pillow. Arrays are what OpenCV would make of them (it rounds places to 1/32 of a pixel, these
functions do not), tensors are sampled by `nn.functional.grid_sample`.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError, InvalidTypeError, UnimplementedError
from ...nn import functional as F
from ...tensor.creation import to_tensor as as_tensor
from ...tensor.manipulation import concat
from ...tensor.tensor import Tensor
from ..image import check_image, is_pil, need, size_of

__all__ = ["affine", "erase", "perspective", "rotate"]

Point = Sequence[float]
Matrix = np.ndarray  # 2×3 or 3×3: from a place in the result to a place in the image

_PIL_FILTERS = {"nearest": 0, "bilinear": 2, "bicubic": 3}


def rotate(
    img: Any,
    angle: float,
    interpolation: str = "nearest",
    expand: bool = False,
    center: Point | None = None,
    fill: Any = 0,
) -> Any:
    """Turned by ``angle`` degrees against the clock, about ``center`` (x, y), by default the middle.

    ``expand``: the result is large enough for all of the image. ``fill``: the colour of what was outside, a number or
    one for each channel. ``interpolation``: nearest, bilinear, or for Pillow images and arrays bicubic.

    Raises ValueError for another ``interpolation``, TypeError for what is no image.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> image = paddle.to_tensor([[[1.0, 2.0], [3.0, 4.0]]])
    >>> paddle.vision.transforms.rotate(image, 90).tolist()
    [[[2.0, 4.0], [1.0, 3.0]]]
    """
    check_image(img)
    method = _method(img, interpolation)
    if is_pil(img):
        place = None if center is None else tuple(center)
        return img.rotate(angle, _PIL_FILTERS[method], expand, place, fillcolor=_pil_fill(img, fill))
    height, width = size_of(img)
    if isinstance(img, Tensor):
        about = (0.0, 0.0) if center is None else (center[0] - width * 0.5, center[1] - height * 0.5)
        matrix = _about(about, _turn(-angle % 360))
        if not expand:
            return _warp_tensor(img, _affine_grid(matrix, width, height, width, height), method, fill)
        corners = np.array(
            [[x * width, y * height, 1.0] for x in (-0.5, 0.5) for y in (-0.5, 0.5)], np.float32
        )
        places = corners @ matrix.T.astype(np.float32)
        wide, tall = (int(size) for size in np.ceil(places.max(0)) - np.floor(places.min(0)))
        return _warp_tensor(img, _affine_grid(matrix, width, height, wide, tall), method, fill)
    x, y = (width / 2.0, height / 2.0) if center is None else center
    forward = _about((x, y), _turn(angle))
    wide, tall = width, height
    if expand:
        wide, tall = _expanded(width, height, angle, (x, y))
        forward[:, 2] += (wide - width) * 0.5, (tall - height) * 0.5
    return _warp_array(img, _inverse(forward), (wide, tall), method, fill)


def affine(
    img: Any,
    angle: float,
    translate: Sequence[float],
    scale: float,
    shear: float | Sequence[float],
    interpolation: str = "nearest",
    fill: Any = 0,
    center: Point | None = None,
) -> Any:
    """Turned by ``angle`` degrees, moved by ``translate`` (x, y) pixels, enlarged ``scale`` times, and sheared by
    ``shear`` degrees (along x, or along x and y); ``interpolation``, ``fill``, ``center`` as for `rotate`.

    As in PaddlePaddle, angles count with the clock for Pillow images and tensors and against it for arrays, where
    ``translate`` takes the place of everything else that moves the image. (It does not
    use ``fill`` for Pillow images.)

    Raises ValueError for a ``scale`` that is not positive or sequences that are not of length 2, TypeError for other
    types.

    >>> import paddlelite as paddle
    >>> image = paddle.to_tensor([[[1.0, 2.0], [3.0, 4.0]]])
    >>> paddle.vision.transforms.affine(image, 0, (1, 0), 1.0, 0).tolist()
    [[[0.0, 1.0], [0.0, 3.0]]]
    """
    check_image(img)
    if not isinstance(angle, numbers.Real):
        raise InvalidTypeError(f"angle should be a number, but is {angle!r}")
    move, lean = _two(translate, "translate"), _two(shear, "shear", single=True)
    place = None if center is None else _two(center, "center")
    if scale <= 0:
        raise InvalidArgumentError(f"scale should be positive, but is {scale}")
    method = _method(img, interpolation)
    height, width = size_of(img)
    if is_pil(img):
        matrix = _affine_matrix(place or (width * 0.5, height * 0.5), angle, move, scale, lean)
        return img.transform(
            img.size, 0, tuple(matrix.ravel()), _PIL_FILTERS[method], fill=1, fillcolor=_pil_fill(img, fill)
        )
    if isinstance(img, Tensor):
        # PaddlePaddle takes half the height from x and half the width from y.
        about = (0.0, 0.0) if place is None else (place[0] - height * 0.5, place[1] - width * 0.5)
        matrix = _affine_matrix(about, angle, move, scale, lean)
        return _warp_tensor(img, _affine_grid(matrix, width, height, width, height), method, fill)
    turn = _about(place or (height * 0.5, width * 0.5), _turn(angle) * scale)
    x, y = (math.tan(math.radians(each)) for each in lean)
    forward = np.stack([turn[0] + y * turn[1], turn[1] + x * turn[0]])
    forward[:, 2] = move
    return _warp_array(img, _inverse(forward), (width, height), method, fill)


def perspective(
    img: Any,
    startpoints: Sequence[Point],
    endpoints: Sequence[Point],
    interpolation: str = "nearest",
    fill: Any = 0,
) -> Any:
    """Distorted so that the four ``startpoints`` (x, y), clockwise from the upper left, come to the ``endpoints``.

    ``interpolation`` and ``fill`` as for `rotate`. Raises ValueError for other numbers of points or points that no
    perspective joins, TypeError for what is no image.

    >>> import paddlelite as paddle
    >>> image = paddle.to_tensor([[[1.0, 2.0], [3.0, 4.0]]])
    >>> corners = [[0, 0], [2, 0], [2, 2], [0, 2]]
    >>> paddle.vision.transforms.perspective(image, corners, corners[1:] + corners[:1]).tolist()
    [[[3.0, 1.0], [4.0, 2.0]]]
    """
    check_image(img)
    method = _method(img, interpolation)
    matrix = _perspective_matrix(startpoints, endpoints)
    height, width = size_of(img)
    if is_pil(img):
        coefficients = tuple(matrix.ravel()[:8])
        return img.transform(
            img.size, 2, coefficients, _PIL_FILTERS[method], fill=1, fillcolor=_pil_fill(img, fill)
        )
    if isinstance(img, Tensor):
        places = _places(matrix, width, height, 0.5)
        grid = places / np.array([0.5 * width, 0.5 * height], np.float32) - 1.0
        return _warp_tensor(img, grid, method, fill)
    return _warp_array(img, matrix, (width, height), method, fill)


def erase(img: Any, i: int, j: int, h: int, w: int, v: Any, inplace: bool = False) -> Any:
    """``v`` in place of the rectangle of ``h``×``w`` whose upper left corner is at row ``i``, column ``j``.

    ``v`` is a number, one for each channel, or an image of that size, in the order of axes of ``img``.
    ``inplace`` changes an array or tensor itself. Raises TypeError for what is no image.

    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.erase(paddle.ones([1, 2, 2]), 0, 1, 2, 1, 0.0).tolist()
    [[[1.0, 0.0], [1.0, 0.0]]]
    """
    check_image(img)
    if is_pil(img):
        array = np.array(img)
        array[i : i + h, j : j + w] = v
        return need("PIL.Image").fromarray(array)
    result = img if inplace else img.clone() if isinstance(img, Tensor) else img.copy()
    if isinstance(img, Tensor):
        result[..., i : i + h, j : j + w] = v
    else:
        result[i : i + h, j : j + w] = v
    return result


def _method(img: Any, interpolation: str) -> str:
    if not isinstance(interpolation, str):
        raise InvalidTypeError(f"interpolation should be a string, but is {interpolation!r}")
    method = interpolation.lower()
    if method not in _PIL_FILTERS:
        raise InvalidArgumentError(
            f"interpolation should be one of {list(_PIL_FILTERS)} here, but got {interpolation}"
        )
    if method == "bicubic" and isinstance(img, Tensor):
        raise UnimplementedError("tensors are sampled by 'nearest' or 'bilinear', not 'bicubic'")
    return method


def _two(value: Any, name: str, single: bool = False) -> tuple[float, float]:
    if single and isinstance(value, numbers.Real):
        return float(value), 0.0
    if not isinstance(value, (list, tuple)):
        raise InvalidTypeError(f"Argument {name} should be a sequence, but is {value!r}")
    if single and len(value) == 1:
        value = [value[0], value[0]]
    if len(value) != 2:
        raise InvalidArgumentError(f"Argument {name} should be a sequence of length 2, but is {value!r}")
    return float(value[0]), float(value[1])


def _pil_fill(img: Any, fill: Any) -> Any:
    """A number stands for all channels."""
    bands = len(img.getbands())
    if fill is None or (bands == 1 and isinstance(fill, numbers.Real)):
        return fill
    return tuple(int(part) for part in _colour(fill, bands))


def _colour(fill: Any, channels: int) -> np.ndarray:
    """``fill``, a number or one for each channel, as one for each channel."""
    parts = np.asarray(fill)
    if parts.dtype.kind not in "biuf" or parts.ndim > 1 or parts.size not in (1, channels):
        raise InvalidArgumentError(f"fill should be a number or one for each channel, but is {fill!r}")
    return np.broadcast_to(parts, (channels,))


def _turn(angle: float) -> np.ndarray:
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return np.array([[cos, sin], [-sin, cos]])


def _about(center: Point, linear: np.ndarray) -> Matrix:
    """A linear map about a point."""
    place = np.asarray(center, np.float64)
    return np.column_stack([linear, place - linear @ place])


def _affine_matrix(center: Point, angle: float, translate: Point, scale: float, shear: Point) -> Matrix:
    """Back from the result: away from its new place, then the inverse of turning, shearing and scaling."""
    rot, sx, sy = (math.radians(each) for each in (angle, *shear))
    a = math.cos(rot - sy) / math.cos(sy)
    b = -a * math.tan(sx) - math.sin(rot)
    c = math.sin(rot - sy) / math.cos(sy)
    d = -c * math.tan(sx) + math.cos(rot)
    linear = np.array([[d, -b], [-c, a]]) / scale  # the determinant of [[a, b], [c, d]] is 1
    place = np.asarray(center, np.float64)
    return np.column_stack([linear, place - linear @ (place + np.asarray(translate, np.float64))])


def _perspective_matrix(startpoints: Sequence[Point], endpoints: Sequence[Point]) -> Matrix:
    start, end = (np.asarray(points, np.float64) for points in (startpoints, endpoints))
    if start.shape != (4, 2) or end.shape != (4, 2):
        raise InvalidArgumentError(
            f"startpoints and endpoints should be four points (x, y) each, but have shapes {start.shape}, {end.shape}"
        )
    rows = np.zeros((8, 8))
    rows[::2, :2] = rows[1::2, 3:5] = end
    rows[::2, 2] = rows[1::2, 5] = 1
    rows[:, 6:] = -np.repeat(end, 2, axis=0) * start.reshape(8, 1)
    if np.linalg.matrix_rank(rows) < 8:
        raise InvalidArgumentError(f"no perspective brings {startpoints} to {endpoints}: three are on a line")
    return np.append(np.linalg.lstsq(rows, start.ravel(), rcond=None)[0], 1.0).reshape(3, 3)


def _inverse(forward: Matrix) -> Matrix:
    return np.linalg.inv(np.vstack([forward, [0.0, 0.0, 1.0]]))


def _expanded(width: int, height: int, angle: float, center: Point) -> tuple[int, int]:
    matrix = np.round(_about(center, np.round(_turn(-angle), 15)), 12)
    corners = np.array([[x, y, 1.0] for x in (0, width) for y in (0, height)])
    places = corners @ matrix.T
    wide, tall = np.ceil(places.max(0)) - np.floor(places.min(0))
    return int(wide), int(tall)


def _places(matrix: Matrix, width: int, height: int, offset: float) -> np.ndarray:
    """Where the pixels of a result [height, width, 2] come from, as x and y."""
    x, y = np.meshgrid(np.arange(width) + offset, np.arange(height) + offset)
    places = np.stack([x, y, np.ones_like(x)], axis=-1) @ matrix.T
    return places if matrix.shape[0] == 2 else places[..., :2] / places[..., 2:]


def _affine_grid(matrix: Matrix, width: int, height: int, wide: int, tall: int) -> np.ndarray:
    """The places of an affine map about the middle, from -1 to 1 across the image."""
    x = np.arange(wide) - wide * 0.5 + 0.5
    y = np.arange(tall) - tall * 0.5 + 0.5
    grid = np.stack([*np.meshgrid(x, y), np.ones((tall, wide))], axis=-1).astype(np.float32)
    scaled = (matrix.astype(np.float32).T / np.array([0.5 * width, 0.5 * height], np.float32)).astype(
        np.float32
    )
    return grid @ scaled


def _warp_tensor(img: Tensor, grid: np.ndarray, method: str, fill: Any) -> Tensor:
    if not img.dtype.is_floating:
        raise InvalidTypeError(
            f"a tensor to be moved should have a floating point dtype, but has {img.dtype}: use astype('float32')"
        )
    batch = img.unsqueeze(0)
    places = as_tensor(grid.astype(img.dtype.np)[None])
    inside = batch[:, :1] * 0.0 + 1.0
    sampled = F.grid_sample(concat([batch, inside], axis=1), places, method, "zeros", align_corners=False)
    moved, share = sampled[:, :-1], sampled[:, -1:]
    if fill is None:
        return moved.squeeze(0)
    color = as_tensor(_colour(fill, img.dims[0]).astype(img.dtype.np).reshape(1, -1, 1, 1))
    if method == "nearest":
        share = (share >= 0.5).astype(img.dtype)
    filled = moved * share if method == "bilinear" else moved
    return (filled + color * (1.0 - share)).squeeze(0)


def _warp_array(img: np.ndarray, matrix: Matrix, size: tuple[int, int], method: str, fill: Any) -> np.ndarray:
    """``img`` at the places that ``matrix`` says, the pixels around them weighted; outside is ``fill``."""
    places = _places(matrix, *size, 0.0)
    planes = img[..., None] if img.ndim == 2 else img
    color = _colour(0 if fill is None else fill, planes.shape[2])
    columns, rows = (_TAPS[method](np.round(places[..., axis], 6)) for axis in (0, 1))
    result = np.zeros((*places.shape[:2], planes.shape[2]))
    for row, share in rows:
        for column, part in columns:
            within = (row >= 0) & (row < planes.shape[0]) & (column >= 0) & (column < planes.shape[1])
            pixels = planes[np.where(within, row, 0), np.where(within, column, 0)]
            result += (share * part)[..., None] * np.where(within[..., None], pixels, color)
    if img.dtype.kind in "iu":
        limits = np.iinfo(img.dtype)
        result = np.clip(np.rint(result), limits.min, limits.max)
    return result.astype(img.dtype).reshape(*places.shape[:2], *img.shape[2:])


Taps = list[tuple[np.ndarray, np.ndarray]]  # pixels and their weights


def _nearest(place: np.ndarray) -> Taps:
    return [(np.floor(place + 0.5).astype(int), np.ones_like(place))]


def _linear(place: np.ndarray) -> Taps:
    base = np.floor(place)
    return [(base.astype(int), 1 - (place - base)), (base.astype(int) + 1, place - base)]


def _cubic(place: np.ndarray) -> Taps:
    """Keys' cubic with a = -0.75, as OpenCV has it."""
    base = np.floor(place)

    def weight(distance: np.ndarray) -> np.ndarray:
        near = (1.25 * distance - 2.25) * distance**2 + 1
        far = ((-0.75 * distance + 3.75) * distance - 6) * distance + 3
        return np.where(distance <= 1, near, far)

    return [((base + step).astype(int), weight(np.abs(place - base - step))) for step in (-1, 0, 1, 2)]


_TAPS: dict[str, Callable[[np.ndarray], Taps]] = {"nearest": _nearest, "bilinear": _linear, "bicubic": _cubic}
