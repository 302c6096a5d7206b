"""Other names of the same layers, which PaddlePaddle 3.x has for users of other frameworks."""

from . import padding as _padding
from .container import LayerDict, LayerList
from .conv import Conv1D, Conv2D, Conv3D
from .layers import Layer
from .pooling import (
    AdaptiveAvgPool1D,
    AdaptiveAvgPool2D,
    AdaptiveAvgPool3D,
    AdaptiveMaxPool1D,
    AdaptiveMaxPool2D,
    AdaptiveMaxPool3D,
)
from .unpooling import MaxUnPool1D, MaxUnPool2D, MaxUnPool3D
from .vision import UpsamplingBilinear2D, UpsamplingNearest2D, ZeroPad1D, ZeroPad2D, ZeroPad3D

Module, ModuleDict, ModuleList = Layer, LayerDict, LayerList
Conv1d, Conv2d, Conv3d = Conv1D, Conv2D, Conv3D
AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d = (
    AdaptiveAvgPool1D,
    AdaptiveAvgPool2D,
    AdaptiveAvgPool3D,
)
AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d = (
    AdaptiveMaxPool1D,
    AdaptiveMaxPool2D,
    AdaptiveMaxPool3D,
)
MaxUnpool1d, MaxUnpool2d, MaxUnpool3d = MaxUnPool1D, MaxUnPool2D, MaxUnPool3D
UpsamplingBilinear2d, UpsamplingNearest2d = UpsamplingBilinear2D, UpsamplingNearest2D
ZeroPad1d, ZeroPad2d, ZeroPad3d = ZeroPad1D, ZeroPad2D, ZeroPad3D
CircularPad1d, CircularPad2d, CircularPad3d = (
    _padding.CircularPad1D,
    _padding.CircularPad2D,
    _padding.CircularPad3D,
)
ConstantPad1d, ConstantPad2d, ConstantPad3d = (
    _padding.ConstantPad1D,
    _padding.ConstantPad2D,
    _padding.ConstantPad3D,
)
ReflectionPad1d, ReflectionPad2d = _padding.ReflectionPad1D, _padding.ReflectionPad2D
ReflectionPad3d = _padding.ReflectionPad3D
ReplicationPad1d, ReplicationPad2d = _padding.ReplicationPad1D, _padding.ReplicationPad2D
ReplicationPad3d = _padding.ReplicationPad3D
