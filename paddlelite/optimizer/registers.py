"""Update rules in a graph: the same functions that change arrays in place, run on registers.

An update is written once, with NumPy's ufuncs and ``out=``. Given arrays it changes them; given registers, which stand
for tensors of a static program, every ufunc becomes an op and ``out=`` says which register holds the result from then
on (NEP 13, ``__array_ufunc__``). Nothing is said twice, and the two can not come apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtypes import DType, float32, float64
from ..errors import UnimplementedError
from ..ops import binary, elementwise, unary
from ..ops.elementwise import cast
from ..ops.shape import reshape
from ..tensor.creation import full
from ..tensor.scattering import gather, scatter
from ..tensor.tensor import Tensor

__all__ = ["Register", "chosen", "sqrt", "wide"]


def sqrt(x: Any) -> Any:
    """The root of a number, which may be a register."""
    return np.sqrt(x) if isinstance(x, Register) else math.sqrt(x)


def wide(x: Any) -> Any:
    """A number in double precision, which Python's numbers are."""
    return Register(cast(x.value, out_dtype=float64)) if isinstance(x, Register) else x


def chosen(test: Any, x: Any, y: Any) -> Any:
    """``x`` where a number's test holds, else ``y``."""
    return _where(test, x, y) if isinstance(test, Register) else x if test else y


class Register(np.lib.mixins.NDArrayOperatorsMixin):
    """A place that holds a tensor; writing to it changes what it holds, never the tensor."""

    __array_priority__ = 1000

    def __init__(self, value: Tensor | None = None) -> None:
        self.value: Any = value

    @property
    def dtype(self) -> Any:
        return self.value.dtype.np

    def reshape(self, *shape: Any) -> Register:
        """Itself: updates are elementwise, so a register needs not be flat."""
        return self

    def item(self) -> Register:
        """A number, as which it takes part in arithmetic with tensors of any shape."""
        return Register(reshape(self.value, shape=[]) if self.value.dims else self.value)

    def _unknown(self, *args: Any) -> Any:
        raise UnimplementedError(
            "this optimizer decides by the values of a tensor, which a static program does not know while it is built; "
            "use it in dynamic mode"
        )

    __bool__ = __float__ = __int__ = _unknown

    def __getitem__(self, index: Any) -> Register:
        return _Row(self, index) if isinstance(index, Register) else self._unknown()

    def __setitem__(self, key: Any, value: Any) -> None:
        if key is not Ellipsis:
            self._unknown()
        self._hold(reshape(_as(value, self.value.dtype), shape=list(self.value.dims)), self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **kwargs: Any) -> Any:
        rule = _RULES.get(ufunc.__name__)
        if method != "__call__" or rule is None or kwargs:
            raise UnimplementedError(f"{ufunc.__name__} has no op that an optimizer's update could become")
        return self._hold(rule(*_operands(inputs)), out[0] if out else None)

    @staticmethod
    def _hold(value: Tensor, out: Any) -> Register:
        if out is None:
            return Register(value)
        if out.value is not None and out.value.dtype is not value.dtype:
            value = cast(value, out_dtype=out.value.dtype)
        out.value = value
        return out

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _FUNCTIONS[function](*args, **kwargs)


class _Row(Register):
    """A row of a register, as a view is one of an array: what it is given goes there."""

    def __init__(self, whole: Register, index: Register) -> None:
        self._whole = whole
        self._index = reshape(index.value, shape=[1])

    @property
    def value(self) -> Any:
        held = self._whole.value
        return reshape(gather(held, self._index), shape=list(held.dims[1:]))

    @value.setter
    def value(self, row: Any) -> None:
        held = self._whole.value
        self._whole.value = scatter(held, self._index, reshape(row, shape=[1, *held.dims[1:]]))


def _operands(inputs: Any) -> list[Tensor]:
    """Tensors of one dtype: that of the tensor with most axes. Numbers adapt."""
    tensors = [x.value for x in inputs if isinstance(x, Register)]
    leading = max(tensors, key=lambda t: len(t.dims))
    return [_as(x, leading.dtype) for x in inputs]


def _as(x: Any, dtype: DType) -> Tensor:
    if not isinstance(x, Register):
        return full([], float(x), dtype)
    return x.value if x.value.dtype is dtype else cast(x.value, out_dtype=dtype)  # type: ignore[no-any-return]


_RULES: dict[str, Callable[..., Tensor]] = {
    "add": elementwise.add,
    "subtract": elementwise.subtract,
    "multiply": elementwise.multiply,
    "divide": elementwise.divide,
    "maximum": binary.maximum,
    "minimum": binary.minimum,
    "power": binary.pow_,
    "remainder": binary.remainder,
    "negative": elementwise.negate,
    "sqrt": unary.sqrt,
    "absolute": unary.abs_,
    "sign": unary.sign,
    "greater": elementwise.greater_than,
    "less": elementwise.less_than,
}


def _clip(x: Any, low: Any, high: Any, out: Any = None) -> Register:
    return np.minimum(np.maximum(x, low), high, out=out)


def _dot(x: Register, y: Register) -> Register:
    from ..ops.reduce import reduce_sum

    return Register(reduce_sum(elementwise.multiply(x.value, y.value), dim=[], reduce_all=True))


def _copyto(out: Register, x: Register) -> None:
    out.value = x.value


def _where(test: Register, x: Any, y: Any) -> Register:
    from ..tensor.search import where

    dtype = next((v.value.dtype for v in (x, y) if isinstance(v, Register)), float32)
    return Register(where(test.value, _as(x, dtype), _as(y, dtype)))


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.clip: _clip,
    np.dot: _dot,
    np.copyto: _copyto,
    np.where: _where,
    np.empty_like: lambda x: Register(x.value),
}
