"""What ``act="relu"`` means."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidArgumentError

__all__ = ["apply"]


def apply(x: Any, act: Any) -> Any:
    """``act`` applied to ``x``: the name of one of ``fluid.layers``, a dict with it and its attributes, or None."""
    if act is None:
        return x
    options = dict(act) if isinstance(act, dict) else {"type": act}
    name = options.pop("type", None)
    from .. import layers

    if not isinstance(name, str) or name not in _NAMES:
        raise InvalidArgumentError(f"act={act!r} is not supported: it must be one of {sorted(_NAMES)}")
    return getattr(layers, name)(x, **options)


_TEXT = """
abs brelu ceil cos elu exp floor gelu hard_shrink hard_sigmoid hard_swish leaky_relu log logsigmoid mish reciprocal
relu relu6 round rsqrt selu sigmoid sin soft_relu softmax softplus softshrink softsign sqrt square stanh swish tanh
tanh_shrink thresholded_relu
"""
_NAMES = frozenset(_TEXT.split())
