"""Random changes of colour, place and size, made once and drawn for each image.

They draw as PaddlePaddle's do: from Python's `random`, `RandomResizedCrop` and `RandomErasing` also from NumPy's.
"""

from __future__ import annotations

import math
import numbers
import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError, InvalidTypeError
from ...tensor.tensor import Tensor
from ..image import BadArgument, is_pil, size_of
from . import color, functional, geometry
from .transforms import BaseTransform, Compose

__all__ = [
    "BrightnessTransform", "ColorJitter", "ContrastTransform", "HueTransform", "RandomAffine", "RandomErasing",
    "RandomPerspective", "RandomResizedCrop", "RandomRotation", "SaturationTransform",
]  # fmt: skip

_METHODS = ("nearest", "bilinear", "bicubic")


def _range(value: Any, name: str, center: float, least: float, most: float) -> tuple[float, float] | None:
    """The range a factor is drawn from; None where it always is ``center``, which changes nothing."""
    if isinstance(value, numbers.Real):
        if value < 0:
            raise InvalidArgumentError(
                f"If {name} is a single number, it must be non negative, but is {value}."
            )
        low, high = max(center - float(value), least), center + float(value)
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        low, high = value
    else:
        raise InvalidTypeError(
            f"{name} should be a single number or a list/tuple with length 2, but is {value!r}"
        )
    if not least <= low <= high <= most:
        raise InvalidArgumentError(f"{name} values should be between {(least, most)}, but are {(low, high)}")
    return None if low == high == center else (low, high)


class _ColorTransform(BaseTransform):
    """Colours changed by a factor drawn from ``self.value``."""

    name, center, least, most = "", 1.0, 0.0, math.inf
    adjust: Any

    def __init__(self, value: Any, keys: Sequence[str] | None = None) -> None:
        super().__init__(keys)
        self.value = _range(value, self.name, self.center, self.least, self.most)

    def _get_params(self, inputs: tuple[Any, ...]) -> float | None:
        return None if self.value is None else random.uniform(*self.value)

    def _apply_image(self, img: Any) -> Any:
        return img if self.params is None else type(self).adjust(img, self.params)


class BrightnessTransform(_ColorTransform):
    """`functional.adjust_brightness` by a factor from 1 - ``value`` to 1 + ``value``, or from a given range.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.BrightnessTransform((2, 2))(np.array([[10]], "uint8")).tolist()
    [[20]]
    """

    name, adjust = "brightness", staticmethod(color.adjust_brightness)


class ContrastTransform(_ColorTransform):
    """`functional.adjust_contrast` by a factor from 1 - ``value`` to 1 + ``value``, or from a given range."""

    name, adjust = "contrast", staticmethod(color.adjust_contrast)


class SaturationTransform(_ColorTransform):
    """`functional.adjust_saturation` by a factor from 1 - ``value`` to 1 + ``value``, or from a given range."""

    name, adjust = "saturation", staticmethod(color.adjust_saturation)


class HueTransform(_ColorTransform):
    """`functional.adjust_hue` by a factor from -``value`` to ``value``, at most 0.5, or from a given range."""

    name, adjust, center, least, most = "hue", staticmethod(color.adjust_hue), 0.0, -0.5, 0.5


class ColorJitter(BaseTransform):
    """Brightness, contrast, saturation and hue, each by a random factor, in random order.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.ColorJitter(0.4, 0.4, 0.4, 0.1)(np.zeros((4, 6, 3), "uint8")).shape
    (4, 6, 3)
    """

    def __init__(
        self,
        brightness: Any = 0,
        contrast: Any = 0,
        saturation: Any = 0,
        hue: Any = 0,
        keys: Sequence[str] | None = None,
    ) -> None:
        super().__init__(keys)
        self.brightness, self.contrast, self.saturation, self.hue = brightness, contrast, saturation, hue
        kinds = {
            BrightnessTransform: brightness,
            ContrastTransform: contrast,
            SaturationTransform: saturation,
            HueTransform: hue,
        }
        self._parts = [kind(value) for kind, value in kinds.items() if value is not None]

    def _get_params(self, inputs: tuple[Any, ...]) -> Compose:
        return Compose(random.sample(self._parts, len(self._parts)))

    def _apply_image(self, img: Any) -> Any:
        return self.params(img)


def _ordered(
    pair: Sequence[float], what: str, least: float = 0.0, most: float = math.inf
) -> tuple[float, float]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise BadArgument(f"{what} should be a tuple or list of two, but is {pair!r}")
    if not least <= pair[0] <= pair[1] <= most:
        within = f" and in range [{least:g}, {most:g}]" if most < math.inf else ""
        raise BadArgument(f"{what} should be of kind (min, max){within}, but is {pair!r}")
    return pair[0], pair[1]


class RandomResizedCrop(BaseTransform):
    """A rectangle of random size and place, resized to ``size``: the share of the image it covers is drawn from
    ``scale``, its width by its height from ``ratio``. Where ten draws do not fit, the middle.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.RandomResizedCrop((5, 7))(np.zeros((20, 30, 3), "uint8")).shape
    (5, 7, 3)
    """

    def __init__(
        self,
        size: int | Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3.0 / 4, 4.0 / 3),
        interpolation: str = "bilinear",
        keys: Sequence[str] | None = None,
    ) -> None:
        super().__init__(keys)
        self.size = functional.pair(size, "size")
        self.scale = _ordered(scale, "scale")
        self.ratio = _ordered(ratio, "ratio", least=1e-6)
        self.interpolation = interpolation

    def _get_params(self, inputs: tuple[Any, ...]) -> tuple[int, int, int, int]:
        tall, wide = size_of(inputs[0])
        for _ in range(10):
            area = np.random.uniform(*self.scale) * tall * wide
            aspect = math.exp(np.random.uniform(math.log(self.ratio[0]), math.log(self.ratio[1])))
            width, height = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if 0 < width <= wide and 0 < height <= tall:
                return random.randint(0, tall - height), random.randint(0, wide - width), height, width
        aspect = min(max(wide / tall, self.ratio[0]), self.ratio[1])
        width, height = min(wide, round(tall * aspect)), min(tall, round(wide / aspect))
        return (tall - height) // 2, (wide - width) // 2, height, width

    def _apply_image(self, img: Any) -> Any:
        return functional.resize(functional.crop(img, *self.params), self.size, self.interpolation)


def _angles(value: Any, name: str, sizes: tuple[int, ...] = (2,)) -> tuple[float, ...]:
    if isinstance(value, numbers.Real):
        if value < 0:
            raise InvalidArgumentError(f"If {name} is a single number, it must be positive, but is {value}.")
        return -float(value), float(value)
    _sequence(value, name, sizes)
    return tuple(float(each) for each in value)


def _sequence(value: Any, name: str, sizes: tuple[int, ...] = (2,)) -> None:
    wanted = f"{name} should be a sequence of length {' or '.join(map(str, sizes))}"
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InvalidTypeError(f"{wanted}, but is {value!r}.")
    if len(value) not in sizes:
        raise InvalidArgumentError(f"{wanted}, but is {value!r}.")


def _one_of(interpolation: str) -> str:
    if interpolation not in _METHODS:
        raise BadArgument(f"interpolation should be one of {list(_METHODS)}, but got {interpolation}")
    return interpolation


class RandomRotation(BaseTransform):
    """`functional.rotate` by an angle from -``degrees`` to ``degrees``, or from a given range.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.RandomRotation(90)(np.zeros((4, 6, 3), "uint8")).shape
    (4, 6, 3)
    """

    def __init__(
        self,
        degrees: float | Sequence[float],
        interpolation: str = "nearest",
        expand: bool = False,
        center: Sequence[float] | None = None,
        fill: Any = 0,
        keys: Sequence[str] | None = None,
    ) -> None:
        super().__init__(keys)
        self.degrees = _angles(degrees, "degrees")
        self.interpolation = interpolation
        self.expand = expand
        self.center = center
        self.fill = fill

    def _get_params(self, inputs: tuple[Any, ...]) -> float:
        return random.uniform(*self.degrees)

    def _apply_image(self, img: Any) -> Any:
        return geometry.rotate(img, self.params, self.interpolation, self.expand, self.center, self.fill)


class RandomAffine(BaseTransform):
    """`functional.affine` by an angle drawn from ``degrees``, and where they are given by a shift of at most the shares
    ``translate`` of width and height, a factor of the range ``scale`` and angles of the ranges ``shear`` (one number,
    two, or four for both directions).

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.RandomAffine(15, translate=(0.1, 0.1), scale=(0.9, 1.1), shear=5)(
    ...     np.zeros((4, 6, 3), "uint8")
    ... ).shape
    (4, 6, 3)
    """

    def __init__(
        self,
        degrees: float | Sequence[float],
        translate: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        shear: float | Sequence[float] | None = None,
        interpolation: str = "nearest",
        fill: Any = 0,
        center: Sequence[float] | None = None,
        keys: Sequence[str] | None = None,
    ) -> None:
        super().__init__(keys)
        self.degrees = _angles(degrees, "degrees")
        self.interpolation = _one_of(interpolation)
        for value, name in ((translate, "translate"), (scale, "scale"), (center, "center")):
            if value is not None:
                _sequence(value, name)
        if translate is not None and not all(0.0 <= share <= 1.0 for share in translate):
            raise InvalidArgumentError(f"translation values should be between 0 and 1, but are {translate!r}")
        if scale is not None and min(scale) <= 0:
            raise InvalidArgumentError(f"scale values should be positive, but are {scale!r}")
        if fill is not None and not isinstance(fill, (Sequence, numbers.Real)):
            raise InvalidTypeError(f"Fill should be either a sequence or a number, but is {fill!r}")
        self.translate = translate
        self.scale = scale
        self.shear = None if shear is None else _angles(shear, "shear", (2, 4))
        self.fill = 0 if fill is None else fill
        self.center = center

    def _get_params(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        height, width = size_of(inputs[0])
        angle = random.uniform(*self.degrees)
        move = (0, 0)
        if self.translate is not None:
            limits = self.translate[0] * width, self.translate[1] * height
            move = (int(random.uniform(-limits[0], limits[0])), int(random.uniform(-limits[1], limits[1])))
        scale = 1.0 if self.scale is None else random.uniform(*self.scale)
        shear = [0.0, 0.0]
        if self.shear is not None:
            for axis in range(len(self.shear) // 2):
                shear[axis] = random.uniform(*self.shear[2 * axis : 2 * axis + 2])
        return angle, move, scale, tuple(shear)

    def _apply_image(self, img: Any) -> Any:
        angle, move, scale, shear = self.params
        return geometry.affine(img, angle, move, scale, shear, self.interpolation, self.fill, self.center)


class RandomPerspective(BaseTransform):
    """`functional.perspective`, with probability ``prob``: each corner goes inwards by at most the share
    ``distortion_scale`` of half the width and half the height.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.RandomPerspective(1.0)(np.zeros((14, 16, 3), "uint8")).shape
    (14, 16, 3)
    """

    def __init__(
        self,
        prob: float = 0.5,
        distortion_scale: float = 0.5,
        interpolation: str = "nearest",
        fill: Any = 0,
        keys: Sequence[str] | None = None,
    ) -> None:
        super().__init__(keys)
        for value, name in ((prob, "probability"), (distortion_scale, "distortion_scale")):
            if not 0 <= value <= 1:
                raise BadArgument(f"{name} must be between 0 and 1, but is {value}")
        self.prob = prob
        self.distortion_scale = distortion_scale
        self.interpolation = _one_of(interpolation)
        self.fill = fill

    def get_params(self, width: int, height: int, distortion_scale: float) -> tuple[Any, Any]:
        """The corners and where they go, as `functional.perspective` takes them."""
        x, y = int(distortion_scale * (width // 2)), int(distortion_scale * (height // 2))
        left, top = (lambda: int(random.uniform(0, x + 1))), (lambda: int(random.uniform(0, y + 1)))
        right = lambda: int(random.uniform(width - x - 1, width))
        bottom = lambda: int(random.uniform(height - y - 1, height))
        start = [[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]]
        return start, [[left(), top()], [right(), top()], [right(), bottom()], [left(), bottom()]]

    def _get_params(self, inputs: tuple[Any, ...]) -> Any:
        height, width = size_of(inputs[0])
        return self.get_params(width, height, self.distortion_scale) if random.random() < self.prob else None

    def _apply_image(self, img: Any) -> Any:
        if self.params is None:
            return img
        start, end = self.params
        return geometry.perspective(img, start, end, self.interpolation, self.fill)


class RandomErasing(BaseTransform):
    """`functional.erase` of a random rectangle, with probability ``prob``: the share of the image it covers is drawn
    from ``scale``, its height by its width from ``ratio``. Where ten draws do not fit, nothing is erased.

    ``value``: the colour, a number or three, or ``"random"``. ``inplace`` changes an array or tensor itself.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.RandomErasing(1.0)(np.ones((14, 16, 3), "uint8")).min().item()
    0
    """

    def __init__(
        self,
        prob: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
        keys: Sequence[str] | None = None,
    ) -> None:
        super().__init__(keys)
        if not 0 <= prob <= 1:
            raise BadArgument(f"The probability should be in range [0, 1], but is {prob}")
        if isinstance(value, str):
            if value != "random":
                raise InvalidArgumentError(f"value must be 'random' when type is str, but is {value!r}")
        elif not isinstance(value, numbers.Real) and (
            not isinstance(value, (tuple, list)) or len(value) not in (1, 3)
        ):
            raise InvalidArgumentError(
                "Value should be a single number or a sequence with length equals to image's channel, "
                f"but is {value!r}"
            )
        self.prob = prob
        self.scale = _ordered(scale, "scale", most=1.0)
        self.ratio = _ordered(ratio, "ratio", least=1e-6)
        self.value = value
        self.inplace = inplace

    def _get_params(self, inputs: tuple[Any, ...]) -> tuple[int, int, int, int] | None:
        if random.random() >= self.prob:
            return None
        tall, wide = size_of(inputs[0])
        for _ in range(10):
            area = np.random.uniform(*self.scale) * tall * wide
            aspect = math.exp(np.random.uniform(math.log(self.ratio[0]), math.log(self.ratio[1])))
            height, width = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
            if height < tall and width < wide:
                top = np.random.randint(0, tall - height + 1)
                return top, np.random.randint(0, wide - width + 1), height, width
        return None

    def _apply_image(self, img: Any) -> Any:
        if self.params is None:
            return img
        top, left, height, width = self.params
        colour = self._colour(img, height, width)
        return geometry.erase(img, top, left, height, width, colour, self.inplace)

    def _colour(self, img: Any, height: int, width: int) -> Any:
        """What goes into the rectangle, in the order of the image's axes."""
        if isinstance(img, Tensor):
            from ...tensor.creation import to_tensor
            from ...tensor.random import randn

            if self.value == "random":
                return randn([img.dims[-3], height, width]).astype(img.dtype)
            return to_tensor(np.atleast_1d(self.value).astype(img.dtype.np)[:, None, None])
        array = np.asarray(img) if is_pil(img) else img
        if self.value == "random":
            return (np.random.normal(size=[height, width, *array.shape[2:]]) * 255).astype(array.dtype)
        colour = np.atleast_1d(self.value)
        return colour if array.ndim == 3 or colour.size > 1 else colour[0]
