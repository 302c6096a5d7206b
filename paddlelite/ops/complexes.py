"""Complex numbers: their parts, the conjugate, and putting them together."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import complex64, complex128, float32, float64
from ..errors import NotFoundError
from ..op import Op, Spec, op
from . import rules
from .creation import fill_any_like
from .samples import c64, f32, f64

__all__ = ["complex_", "complex_of", "conj", "imag", "real", "real_of"]


def real_of(dtype: Any) -> Any:
    """The dtype of a complex dtype's parts; itself for a real dtype."""
    return {complex64: float32, complex128: float64}.get(dtype, dtype)


def complex_of(g: Any, dtype: Any) -> Any:
    """A real gradient as ``dtype``."""
    from .elementwise import cast

    return g if g.dtype is dtype else cast(g, out_dtype=dtype)


@op("complex")
def complex_(X, Y):  # type: ignore[no-untyped-def]
    """The complex tensor of two real ones, its parts, which broadcast."""
    out = np.empty(
        np.broadcast_shapes(X.shape, Y.shape), np.complex128 if X.dtype == np.float64 else np.complex64
    )
    out.real, out.imag = X, Y
    return out


@complex_.infer
def _(X: Any, Y: Any) -> Spec:
    spec = rules.broadcast(X, Y)
    rules.require_float("complex", X)
    return spec._replace(dtype=complex128 if X.dtype is float64 else complex64)


complex_.grad(lambda c, g: (rules.sum_to(real(g), c.like("X")), rules.sum_to(imag(g), c.like("Y"))), saves="")
complex_.sample(f32(2, 3), f32(3), grad="").sample(f64(), f64(), grad="").sample(
    f32(0, 2), f32(1, 2), grad=""
)


def _part(type: str, function: Any) -> Op:
    @op(type)
    def part(X):  # type: ignore[no-untyped-def]
        if X.dtype.kind != "c":
            raise TypeError(f"{type} takes a complex tensor")
        return np.ascontiguousarray(function(X)).reshape(X.shape)

    part.__doc__ = f"The {type} part of a complex tensor."

    @part.infer
    def infer(X: Any) -> Spec:
        if not X.dtype.is_complex:
            raise NotFoundError(
                f"the kernel `{type}` is not registered for {X.dtype.name}: it takes a complex tensor"
            )
        return Spec(X.dims, real_of(X.dtype))

    return part.sample(c64(2, 3), grad="").sample(c64(), grad="")


def _zero(g: Any) -> Any:
    return fill_any_like(g, value=0.0)


real = _part("real", np.real)
imag = _part("imag", np.imag)
real.grad(lambda c, g: complex_(g, _zero(g)), saves="")
imag.grad(lambda c, g: complex_(_zero(g), g), saves="")


@op("conj")
def conj(X):  # type: ignore[no-untyped-def]
    """The complex conjugate; a real tensor is itself."""
    return np.conjugate(X)


conj.infer(rules.like_first)
conj.grad(lambda c, g: conj(g), saves="")
conj.onnx(lambda b, X: b.Identity(X))
conj.sample(c64(2, 3), grad="").sample(f32(3))
