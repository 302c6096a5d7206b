"""``fluid.param_attr``."""

from __future__ import annotations

from typing import Any

from ..errors import UnimplementedError
from ..param_attr import ParamAttr

__all__ = ["ParamAttr", "WeightNormParamAttr"]


class WeightNormParamAttr(ParamAttr):
    """Refused: a weight of a direction and a length."""

    def __init__(self, dim: int | None = None, **options: Any) -> None:
        raise UnimplementedError(
            "WeightNormParamAttr is not supported: use ParamAttr, and paddle.nn.utils.weight_norm on a layer of 2.x"
        )
