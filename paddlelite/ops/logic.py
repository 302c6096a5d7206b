"""Logical and bitwise ops, shifts, and comparisons of whole tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import bool_
from ..errors import NotFoundError
from ..op import Op, Spec, op
from . import rules
from .samples import b, f32, f64, i32, i64

__all__ = ["allclose", "bitwise_and", "bitwise_or", "bitwise_xor", "equal_all", "isclose"]
__all__ += ["left_shift", "logical_and", "logical_or", "logical_xor", "right_shift"]


def _logical(type: str, function: Any, onnx: str) -> Op:
    @op(type, total=True)
    def call(X, Y):  # type: ignore[no-untyped-def]
        return function(X, Y)

    call.__doc__ = (
        f"``{type}`` of two tensors (of any dtype: not 0 is true), with broadcasting. ONNX: {onnx}."
    )
    call.infer(lambda X, Y: rules.broadcast(X, Y)._replace(dtype=bool_))

    @call.onnx
    def lower(b: Any, X: Any, Y: Any) -> Any:
        x, y = (t if t.dtype.is_bool else b.cast(t, "bool") for t in (X, Y))
        return getattr(b, onnx)(x, y)

    return (
        call.sample(b(2, 3), b(3))
        .sample(b(), b())
        .sample(f32(3), f32(3))
        .sample(i64(3), i64(3))
        .sample(b(0, 2), b(2))
    )


logical_and = _logical("logical_and", np.logical_and, "And")
logical_or = _logical("logical_or", np.logical_or, "Or")
logical_xor = _logical("logical_xor", np.logical_xor, "Xor")


def _require_bits(type: str, X: Any, booleans: bool = True) -> None:
    if not (X.dtype.is_integer or (booleans and X.dtype.is_bool)):
        raise NotFoundError(
            f"The kernel with key (CPU, Undefined(AnyLayout), {X.dtype.name}) of kernel `{type}` is not registered: it "
            f"takes {'booleans or ' if booleans else ''}integers."
        )


def _bitwise(type: str, function: Any, onnx: str, logical: str) -> Op:
    @op(type)
    def call(X, Y):  # type: ignore[no-untyped-def]
        return function(X, Y)

    call.__doc__ = f"``{type}`` of integers or booleans, with broadcasting. ONNX: {onnx}, {logical}."

    @call.infer
    def infer(X: Any, Y: Any) -> Spec:
        _require_bits(type, X)
        return rules.broadcast(X, Y)

    call.onnx(lambda b, X, Y: getattr(b, logical if X.dtype.is_bool else onnx)(X, Y))
    return call.sample(i64(2, 3), i64(3)).sample(b(2), b(2)).sample(i32(), i32())


bitwise_and = _bitwise("bitwise_and", np.bitwise_and, "BitwiseAnd", "And")
bitwise_or = _bitwise("bitwise_or", np.bitwise_or, "BitwiseOr", "Or")
bitwise_xor = _bitwise("bitwise_xor", np.bitwise_xor, "BitwiseXor", "Xor")


def _shift(type: str, function: Any, direction: str) -> Op:
    @op(type, out="out")
    def call(x, y, *, is_arithmetic=True):  # type: ignore[no-untyped-def]
        if is_arithmetic or x.dtype.kind == "u":
            return function(x, y)
        unsigned = np.dtype(f"u{x.dtype.itemsize}")
        return function(x.view(unsigned), y.view(unsigned)).view(x.dtype)

    call.__doc__ = f"x shifted {direction} by y bits; arithmetically (keeping the sign) or logically."

    @call.infer
    def infer(x: Any, y: Any, *, is_arithmetic: bool = True) -> Spec:
        _require_bits(type, x, booleans=False)
        return rules.broadcast(x, y)

    @call.onnx
    def lower(b: Any, x: Any, y: Any, *, is_arithmetic: bool = True) -> Any:
        unsigned = x.dtype.name == "uint8"
        if direction == "left":
            factor = b.cast(b.Pow(b.const(2, "int64"), b.cast(y, "int64")), x.dtype)
            return b.Mul(x, factor)
        if not (is_arithmetic or unsigned):
            raise _no_lowering()
        power = b.Pow(b.const(2, "int64"), b.cast(y, "int64"))
        wide = b.cast(x, "int64")
        return b.cast(b.Div(b.Sub(wide, b.Mod(wide, power)), power), x.dtype)

    return call.sample(i64(4, low=-9, high=9), i64(4, low=0, high=3)).sample(i32(2, 3), i32(3, low=0))


def _no_lowering() -> Exception:
    from ..errors import UnimplementedError

    return UnimplementedError(
        "a logical right shift of signed integers has no ONNX form; use is_arithmetic=True"
    )


left_shift = _shift("bitwise_left_shift", np.left_shift, "left")
right_shift = _shift("bitwise_right_shift", np.right_shift, "right")


@op("equal_all")
def equal_all(X, Y):  # type: ignore[no-untyped-def]
    """Whether two tensors have the same shape and values: one boolean. ONNX: Equal, ReduceMin."""
    return np.array(np.array_equal(X, Y))


@equal_all.infer
def _(X: Any, Y: Any) -> Spec:
    return Spec((), bool_)


@equal_all.onnx
def _(b: Any, X: Any, Y: Any) -> Any:
    if X.dims != Y.dims:
        same = len(X.dims) == len(Y.dims)
        known = all(isinstance(d, int) for d in (*X.dims, *Y.dims))
        if not same or known:
            return b.const(False)
        raise _unknown_shapes()
    return _all(b, b.Equal(X, Y))


def _unknown_shapes() -> Exception:
    from ..errors import UnimplementedError

    return UnimplementedError("equal_all of tensors whose shapes are not known to agree has no ONNX form")


def _all(b: Any, x: Any) -> Any:
    flat = b.Concat(b.Reshape(b.cast(x, "int32"), b.const([-1], "int64")), b.const([1], "int32"), axis=0)
    return b.cast(b.ReduceMin(flat, keepdims=0), "bool")


equal_all.sample(f32(2, 3), f32(2, 3)).sample(np.int64([1, 2]), np.int64([1, 2])).sample(i64(3), i64(2))


def _close(
    X: np.ndarray, Y: np.ndarray, Rtol: Any, Atol: Any, rtol: Any, atol: Any, equal_nan: bool
) -> np.ndarray:
    r = float(rtol if Rtol is None else Rtol.reshape(()))
    a = float(atol if Atol is None else Atol.reshape(()))
    return np.isclose(X.astype(np.float64), Y.astype(np.float64), rtol=r, atol=a, equal_nan=equal_nan)


@op("isclose")
def isclose(Input, Other, Rtol=None, Atol=None, *, rtol="1e-5", atol="1e-8", equal_nan=False):  # type: ignore[no-untyped-def]
    """``|x - y| <= atol + rtol * |y|``, elementwise. ONNX: Sub, Abs, LessOrEqual."""
    return _close(Input, Other, Rtol, Atol, rtol, atol, equal_nan)


@op("allclose")
def allclose(Input, Other, Rtol=None, Atol=None, *, rtol="1e-5", atol="1e-8", equal_nan=False):  # type: ignore[no-untyped-def]
    """Whether :func:`isclose` holds everywhere: one boolean. ONNX: Sub, Abs, LessOrEqual, ReduceMin."""
    return np.array(_close(Input, Other, Rtol, Atol, rtol, atol, equal_nan).all())


isclose.infer(
    lambda Input, Other, Rtol=None, Atol=None, **attrs: rules.broadcast(Input, Other)._replace(dtype=bool_)
)


@allclose.infer
def _(Input: Any, Other: Any, Rtol: Any = None, Atol: Any = None, **attrs: Any) -> Spec:
    rules.broadcast(Input, Other)
    return Spec((), bool_)


def _onnx_close(b: Any, X: Any, Y: Any, Rtol: Any, Atol: Any, rtol: Any, atol: Any, equal_nan: bool) -> Any:
    x, y = b.cast(X, "float64"), b.cast(Y, "float64")
    r = b.const(float(rtol), "float64") if Rtol is None else b.cast(Rtol, "float64")
    a = b.const(float(atol), "float64") if Atol is None else b.cast(Atol, "float64")
    near = b.LessOrEqual(b.Abs(b.Sub(x, y)), b.Add(a, b.Mul(r, b.Abs(y))))
    # An infinity is close to itself only; inf <= inf would make everything close to it.
    near = b.And(near, b.Not(b.IsInf(y)))
    found = b.Or(b.Equal(x, y), near)
    return b.Or(found, b.And(b.IsNaN(x), b.IsNaN(y))) if equal_nan else found


@isclose.onnx
def _(
    b: Any,
    Input: Any,
    Other: Any,
    Rtol: Any = None,
    Atol: Any = None,
    *,
    rtol: Any,
    atol: Any,
    equal_nan: bool,
) -> Any:
    return _onnx_close(b, Input, Other, Rtol, Atol, rtol, atol, equal_nan)


@allclose.onnx
def _(
    b: Any,
    Input: Any,
    Other: Any,
    Rtol: Any = None,
    Atol: Any = None,
    *,
    rtol: Any,
    atol: Any,
    equal_nan: bool,
) -> Any:
    return _all(b, _onnx_close(b, Input, Other, Rtol, Atol, rtol, atol, equal_nan))


_SPECIAL = np.float32([1, np.inf, np.nan, 2, np.inf])
for _record in (isclose, allclose):
    _record.sample(f32(2, 3), f32(2, 3)).sample(_SPECIAL, np.float32([1, np.inf, np.nan, 2.1, 3]))
    _record.sample(_SPECIAL, np.float32([1, np.inf, np.nan, 2.1, np.inf]), rtol="0.1", equal_nan=True).sample(
        f64(3), f64(3), atol="10"
    )
