"""What tensors do otherwise inside ``fluid.dygraph.guard()``, as in PaddlePaddle 1.x.

There is one Tensor for 1.x, 2.x and 3.x. Where 1.x differs, the core asks ``mode.tracer``, which is one of these
inside a guard and None everywhere else.
"""

from __future__ import annotations

import operator
import weakref
from typing import Any

import numpy as np

from ..mode import mode

__all__ = ["BackwardStrategy", "Single", "Tracer"]


class Single(np.ndarray):
    """A loss or an accuracy of shape [1], as the programs of 1.x's time could use it.

    They print ``"{:.7}".format(loss.numpy())``, which Python 2 applied to the text of any object, and take
    ``float(acc.numpy())``, which NumPy allowed for any single number. Today's refuses both for arrays with an axis.
    What is computed from the array is an ordinary array or number again.
    """

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __index__(self) -> int:
        return operator.index(self.view(np.ndarray)[0])

    @staticmethod
    def of(array: np.ndarray) -> np.ndarray:
        """``array`` as one of these if it has one element and one axis, else itself."""
        return array.view(Single) if array.shape == (1,) else array

    def __array_wrap__(self, array: np.ndarray, context: Any = None, return_scalar: bool = False) -> Any:
        plain = array.view(np.ndarray)
        return plain if plain.ndim else plain[()]

    def __repr__(self) -> str:
        return repr(self.view(np.ndarray))

    def __reduce__(self) -> Any:
        return self.view(np.ndarray).__reduce__()


class BackwardStrategy:
    """The argument of 1.5's ``backward()``: gradients are always added in one order, as ``sort_sum_gradient`` asks."""

    sort_sum_gradient = False


class Tracer:
    """One guard's: the parameters made in it, whether layers are training, and how its tensors behave."""

    def __init__(self) -> None:
        self._parameters: list[weakref.ref[Any]] = []
        #: What ``Layer.train()`` and ``Layer.eval()`` set: 1.x has one switch for the whole guard.
        self.training = True

    def made(self, parameter: Any) -> None:
        """Note a new parameter: an optimizer without a list of parameters updates all of the guard's."""
        self._parameters.append(weakref.ref(parameter))

    def parameters(self) -> list[Any]:
        """The guard's parameters that are still in use, in the order they were made."""
        return [p for ref in self._parameters if (p := ref()) is not None]

    def train(self, training: bool) -> None:
        """Switch between training and evaluation, in which 1.x records nothing for backward."""
        self.training = mode.grad = training

    def array(self, array: np.ndarray) -> np.ndarray:
        """What ``numpy()`` gives."""
        return Single.of(array)

    def seed(self, given: Any) -> Any:
        """The gradient that ``backward()`` starts from: in 1.x its argument was a strategy."""
        return None if isinstance(given, BackwardStrategy) else given

    def ranked(self, tensor: Any) -> Any:
        """``tensor``, with shape [1] where later releases have none: 1.x knows no 0-D tensor."""
        return tensor if tensor.dims else tensor.reshape([1])

    def text(self, tensor: Any) -> str:
        """What a tensor prints."""
        array = tensor._data
        sizes, kind = ", ".join(map(str, array.shape)), tensor.dtype.name
        numbers = " ".join(_NUMBER.get(array.dtype.kind, str)(v) for v in array.reshape(-1).tolist())
        return (
            f"name {tensor.name}, dtype: VarType.{_VAR_TYPE.get(kind, kind.upper())} shape: [{sizes}] \tlod: {{}}\n"
            f"\tdim: {sizes}\n\tlayout: NCHW\n\tdtype: {_C_TYPE.get(kind, kind)}\n\tdata: [{numbers}]\n"
        )


_VAR_TYPE = {"float32": "FP32", "float64": "FP64", "float16": "FP16", "bfloat16": "BF16"}
_C_TYPE = {
    "float32": "float",
    "float64": "double",
    "float16": "::paddle::platform::float16",
    "int8": "int8_t",
    "int32": "int",
    "int64": "int64_t",
    "uint8": "uint8_t",
}
#: C++ streams print six significant digits, and truth as a number.
_NUMBER = {"f": "{:g}".format, "b": lambda v: str(int(v))}
