"""Dropout and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import uint8
from ..errors import InvalidArgumentError, UnimplementedError
from ..op import Spec, op
from .elementwise import scale
from .random import keep_mask
from .samples import Lazy, f32, f64

__all__ = ["dropout", "dropout_grad"]

_STATE = np.array([7, 1], np.int64)


@op("dropout", out=("Out", "Mask"), detached="Mask")
def dropout(  # type: ignore[no-untyped-def]
    RngState=None,
    X=None,
    Seed=None,
    *,
    dropout_prob=0.5,
    is_test=False,
    dropout_implementation="downgrade_in_infer",
    seed=0,
    fix_seed=False,
):
    """Sets numbers to 0 with probability ``dropout_prob`` (Srivastava et al., 2014).

    ``upscale_in_train`` divides by the chance of being kept while training, ``downgrade_in_infer`` multiplies by it
    when testing. Mask is 1 where a number was kept. ONNX: Identity or Mul when testing.
    """
    upscale = dropout_implementation == "upscale_in_train"
    if is_test:
        return (X if upscale else X * X.dtype.type(1 - dropout_prob)), None
    if Seed is not None:
        seed = int(Seed.reshape(-1)[0])
    mask = keep_mask(RngState, X.shape, dropout_prob, seed if fix_seed or Seed is not None else 0)
    return _masked(X, mask, _factor(dropout_prob, upscale)), mask.view(np.uint8)


def _factor(prob: float, upscale: bool) -> float:
    return 1.0 if not upscale else 0.0 if prob >= 1 else 1.0 / (1.0 - prob)


def _masked(X: np.ndarray, mask: np.ndarray, factor: float) -> np.ndarray:
    out = X * X.dtype.type(factor) if factor != 1.0 else X.copy()
    # The product with 0 would keep NaN and inf.
    np.copyto(out, X.dtype.type(0), where=~mask)
    return out


@dropout.infer
def _(
    RngState: Any = None, X: Any = None, Seed: Any = None, *, dropout_prob: float, is_test: bool, **attrs: Any
) -> Any:
    if not 0 <= dropout_prob <= 1:
        raise InvalidArgumentError(f"'dropout_prob' must be between 0.0 and 1.0, but received {dropout_prob}")
    if attrs["dropout_implementation"] not in ("upscale_in_train", "downgrade_in_infer"):
        raise InvalidArgumentError(
            "dropout_implementation can only be downgrade_in_infer or upscale_in_train, got "
            f"{attrs['dropout_implementation']!r}"
        )
    if not is_test and RngState is None:
        raise InvalidArgumentError("dropout needs the generator's state while training: call F.dropout")
    return Spec(X.dims, X.dtype), None if is_test else Spec(X.dims, uint8)


@dropout.grad(saves="Mask")
def _(c: Any, g: Any, *rest: Any) -> Any:
    upscale = c.dropout_implementation == "upscale_in_train"
    if c.is_test:
        return None, g if upscale else scale(g, scale=1.0 - c.dropout_prob), None
    return None, dropout_grad(g, c.Mask, factor=_factor(c.dropout_prob, upscale)), None


@dropout.onnx
def _(b: Any, RngState: Any, X: Any, Seed: Any, *, dropout_prob: float, is_test: bool, **attrs: Any) -> Any:
    if not is_test:
        raise UnimplementedError(
            "ONNX has no dropout that draws the framework's random numbers: call eval() first"
        )
    if attrs["dropout_implementation"] == "upscale_in_train":
        return b.Identity(X)
    return b.Mul(X, b.const(1.0 - dropout_prob, X.dtype))


@op("dropout_grad", out="X@GRAD")
def dropout_grad(G, Mask, *, factor=1.0):  # type: ignore[no-untyped-def]
    """The gradient of ``dropout``: ``G * factor`` where Mask is 1, else 0. ONNX: Cast, Mul."""
    return _masked(G, Mask.view(np.bool_), factor)


dropout_grad.infer(lambda G, Mask, *, factor=1.0: Spec(G.dims, G.dtype))
dropout_grad.grad(lambda c, g: (dropout_grad(g, c.Mask, factor=c.factor), None), saves="Mask")


@dropout_grad.onnx
def _(b: Any, G: Any, Mask: Any, *, factor: float = 1.0) -> Any:
    # onnxruntime's Where takes eight times as long. Only for a dropped infinity this is NaN instead of 0.
    kept = b.cast(Mask, G.dtype)
    return b.Mul(G, b.Mul(kept, b.const(factor, G.dtype)) if factor != 1.0 else kept)


dropout.sample(_STATE, f32(3, 4), None, dropout_prob=0.3, dropout_implementation="upscale_in_train", grad="X")
dropout.sample(_STATE, f64(2, 5), None, dropout_prob=0.5, grad="X").sample(_STATE, f32(0, 2), None, grad="X")
dropout.sample(None, f32(2, 3), None, dropout_prob=0.3, is_test=True, grad="X")
dropout.sample(_STATE, f32(3, 2), None, seed=5, fix_seed=True, grad="X")
dropout.sample(_STATE, f32(2, 2), None, dropout_prob=1.0, dropout_implementation="upscale_in_train", grad="X")
dropout_grad.sample(f32(3, 4), Lazy((3, 4), np.uint8, 0, 1), factor=2.0, grad="G")
