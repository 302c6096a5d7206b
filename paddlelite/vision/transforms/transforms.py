"""Transforms as objects: made once, called for each image. The functions of `functional` do the work.

Random ones draw from Python's `random`, as in PaddlePaddle: `random.seed` makes them repeat.
"""

from __future__ import annotations

import numbers
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError, UnimplementedError
from ...tensor.manipulation import transpose
from ...tensor.tensor import Tensor
from ..image import check_image, size_of
from . import functional as F

__all__ = [
    "BaseTransform", "CenterCrop", "Compose", "Grayscale", "Normalize", "Pad", "RandomCrop", "RandomHorizontalFlip",
    "RandomVerticalFlip", "Resize", "ToTensor", "Transpose",
]  # fmt: skip

_KEYS = ("image", "coords", "boxes", "mask")


class Compose:
    """Several transforms, one after the other.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> prepare = T.Compose([T.Resize((8, 8)), T.ToTensor()])
    >>> prepare(np.zeros((4, 4, 3), "uint8")).shape
    paddle.Size([3, 8, 8])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, data: Any) -> Any:
        for each in self.transforms:
            data = each(data)
        return data

    def __repr__(self) -> str:
        return "\n".join(["Compose(", *(f"    {each}" for each in self.transforms), ")"])


class BaseTransform:
    """A transform of an image, or of a tuple of an image and what belongs to it.

    Args:
        keys: what each part of the tuple is: ``"image"``, ``"coords"``, ``"boxes"``, ``"mask"``. Parts without a key,
            and parts whose ``_apply_<key>`` is not defined, are passed on. By default ``("image",)``.

    A subclass defines ``_apply_image(self, image)`` and, where they change with it, the others;
    ``_get_params(self, inputs)`` is called first and its result kept in ``self.params``, so that one random draw
    serves all parts.

    Raises:
        InvalidArgumentError: keys that are no sequence of names.
        UnimplementedError: another key.

    Example:
        >>> import numpy as np
        >>> import paddlelite.vision.transforms as T
        >>> class Negative(T.BaseTransform):
        ...     def _apply_image(self, image):
        ...         return 255 - image
        >>> Negative()((np.array([[1, 2]]), "label"))
        (array([[254, 253]]), 'label')
    """

    def __init__(self, keys: Sequence[str] | None = None) -> None:
        if keys is None:
            keys = ("image",)
        elif not isinstance(keys, Sequence):
            raise InvalidArgumentError(f"keys should be a sequence, but got {keys!r}")
        for key in keys:
            if key not in _KEYS:
                raise UnimplementedError(
                    f"{key} is unsupported data structure: the keys are {', '.join(_KEYS)}"
                )
        self.keys = keys
        self.params: Any = None

    def _get_params(self, inputs: tuple[Any, ...]) -> Any:
        """What this call does to all parts, drawn once."""
        return None

    def _get_apply(self, key: str) -> Callable[[Any], Any] | None:
        return getattr(self, f"_apply_{key}", None)

    def __call__(self, inputs: Any) -> Any:
        parts = inputs if isinstance(inputs, tuple) else (inputs,)
        self.params = self._get_params(parts)
        results = list(parts)
        for at, key in enumerate(self.keys[: len(parts)]):
            apply = self._get_apply(key)
            if apply is not None:
                results[at] = apply(parts[at])
        return results[0] if len(results) == 1 else tuple(results)


class ToTensor(BaseTransform):
    """Images to tensors: `functional.to_tensor`.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.ToTensor()(np.full((1, 1, 3), 255, "uint8")).tolist()
    [[[1.0]], [[1.0]], [[1.0]]]
    """

    def __init__(self, data_format: str = "CHW", keys: Sequence[str] | None = None) -> None:
        super().__init__(keys)
        self.data_format = data_format

    def _apply_image(self, img: Any) -> Tensor:
        return F.to_tensor(img, self.data_format)


class Resize(BaseTransform):
    """`functional.resize`: ``size`` is (height, width), or an int for the shorter side.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.Resize(2, "nearest")(np.array([[1, 2, 3, 4]] * 4)).tolist()
    [[1, 3], [1, 3]]
    """

    def __init__(
        self, size: int | Sequence[int], interpolation: str = "bilinear", keys: Sequence[str] | None = None
    ) -> None:
        super().__init__(keys)
        self.size = size
        self.interpolation = interpolation

    def _apply_image(self, img: Any) -> Any:
        return F.resize(img, self.size, self.interpolation)


class CenterCrop(BaseTransform):
    """`functional.center_crop`: ``size`` is (height, width), or an int for a square.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.CenterCrop(1)(np.array([[1, 2, 3]] * 3)).tolist()
    [[2]]
    """

    def __init__(self, size: int | Sequence[int], keys: Sequence[str] | None = None) -> None:
        super().__init__(keys)
        self.size = F.pair(size, "size")

    def _apply_image(self, img: Any) -> Any:
        return F.center_crop(img, self.size)


class RandomCrop(BaseTransform):
    """A rectangle of ``size`` (an int for a square) from a random place.

    Args:
        padding, fill, padding_mode: a border to add before: `functional.pad`.
        pad_if_needed: enlarge images that are too small, on both sides, by what they lack.

    Raises InvalidArgumentError where an image is smaller than ``size``.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.RandomCrop((5, 7))(np.zeros((9, 9, 3), "uint8")).shape
    (5, 7, 3)
    """

    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: Any = 0,
        padding_mode: str = "constant",
        keys: Sequence[str] | None = None,
    ) -> None:
        super().__init__(keys)
        self.size = F.pair(size, "size")
        self.padding = padding
        self.pad_if_needed = pad_if_needed
        self.fill = fill
        self.padding_mode = padding_mode

    def _get_params(self, inputs: tuple[Any, ...]) -> tuple[int, int, int, int]:
        image = self._padded(inputs[0])
        (tall, wide), (height, width) = size_of(image), self.size
        if tall < height or wide < width:
            raise InvalidArgumentError(
                f"RandomCrop: {height}x{width} is larger than the image, {tall}x{wide}: set pad_if_needed=True"
            )
        if (tall, wide) == (height, width):
            return 0, 0, height, width
        return random.randint(0, tall - height), random.randint(0, wide - width), height, width

    def _padded(self, img: Any) -> Any:
        check_image(img)
        if self.padding is not None:
            img = F.pad(img, self.padding, self.fill, self.padding_mode)
        if self.pad_if_needed:
            for axis in (1, 0):
                lacking = self.size[axis] - size_of(img)[axis]
                if lacking > 0:
                    border = (lacking, 0) if axis == 1 else (0, lacking)
                    img = F.pad(img, border, self.fill, self.padding_mode)
        return img

    def _apply_image(self, img: Any) -> Any:
        return F.crop(self._padded(img), *self.params)


class _RandomFlip(BaseTransform):
    def __init__(self, prob: float = 0.5, keys: Sequence[str] | None = None) -> None:
        super().__init__(keys)
        if not isinstance(prob, numbers.Real) or not 0 <= prob <= 1:
            raise InvalidArgumentError(f"prob should be a probability, but got {prob!r}")
        self.prob = prob

    def _get_params(self, inputs: tuple[Any, ...]) -> bool:
        return random.random() < self.prob


class RandomHorizontalFlip(_RandomFlip):
    """Left and right exchanged, with probability ``prob``.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.RandomHorizontalFlip(1.0)(np.array([[1, 2]])).tolist()
    [[2, 1]]
    """

    def _apply_image(self, img: Any) -> Any:
        return F.hflip(img) if self.params else img


class RandomVerticalFlip(_RandomFlip):
    """Upside down, with probability ``prob``.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.RandomVerticalFlip(1.0)(np.array([[1], [2]])).tolist()
    [[2], [1]]
    """

    def _apply_image(self, img: Any) -> Any:
        return F.vflip(img) if self.params else img


class Normalize(BaseTransform):
    """`functional.normalize`: ``(img - mean) / std``; a number stands for three equal ones.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.Normalize([127.5], [127.5])(np.array([[0, 255]], "uint8")).tolist()
    [[[-1.0, 1.0]]]
    """

    def __init__(
        self,
        mean: float | Sequence[float] = 0.0,
        std: float | Sequence[float] = 1.0,
        data_format: str = "CHW",
        to_rgb: bool = False,
        keys: Sequence[str] | None = None,
    ) -> None:
        super().__init__(keys)
        self.mean = [mean] * 3 if isinstance(mean, numbers.Real) else mean
        self.std = [std] * 3 if isinstance(std, numbers.Real) else std
        self.data_format = data_format
        self.to_rgb = to_rgb

    def _apply_image(self, img: Any) -> Any:
        return F.normalize(img, self.mean, self.std, self.data_format, self.to_rgb)


class Transpose(BaseTransform):
    """The axes in another ``order``, by default H×W×C to C×H×W; a Pillow image becomes an array.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.Transpose()(np.zeros((4, 6, 3))).shape
    (3, 4, 6)
    """

    def __init__(self, order: Sequence[int] = (2, 0, 1), keys: Sequence[str] | None = None) -> None:
        super().__init__(keys)
        self.order = order

    def _apply_image(self, img: Any) -> Any:
        check_image(img)
        if isinstance(img, Tensor):
            return transpose(img, list(self.order))
        array = np.asarray(img)
        array = array[:, :, None] if array.ndim == 2 else array
        return array.transpose(tuple(self.order))


class Pad(BaseTransform):
    """`functional.pad`: a border of ``padding`` pixels.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.Pad(1)(np.ones((1, 1))).tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """

    def __init__(
        self,
        padding: int | Sequence[int],
        fill: Any = 0,
        padding_mode: str = "constant",
        keys: Sequence[str] | None = None,
    ) -> None:
        super().__init__(keys)
        self.padding = padding
        self.fill = fill
        self.padding_mode = padding_mode

    def _apply_image(self, img: Any) -> Any:
        return F.pad(img, self.padding, self.fill, self.padding_mode)


class Grayscale(BaseTransform):
    """`functional.to_grayscale`: grey, with one channel or three equal ones.

    >>> import numpy as np
    >>> import paddlelite.vision.transforms as T
    >>> T.Grayscale(3)(np.zeros((4, 6, 3), "uint8")).shape
    (4, 6, 3)
    """

    def __init__(self, num_output_channels: int = 1, keys: Sequence[str] | None = None) -> None:
        super().__init__(keys)
        self.num_output_channels = num_output_channels

    def _apply_image(self, img: Any) -> Any:
        return F.to_grayscale(img, self.num_output_channels)
