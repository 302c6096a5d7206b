"""``fluid.param_attr``."""

from __future__ import annotations

from ..param_attr import ParamAttr
from ..static.weight_norm import WeightNormParamAttr

__all__ = ["ParamAttr", "WeightNormParamAttr"]
