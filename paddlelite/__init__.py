"""paddlelite: the PaddlePaddle programming model as a light Python package.

>>> import paddlelite as paddle
>>> x = paddle.to_tensor([1.0, 2.0], stop_gradient=False)
>>> (x * x).sum().backward()
>>> x.grad.numpy()
array([2., 4.], dtype=float32)
"""

from __future__ import annotations

import math as _math
from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

# In a bare checkout the packages paddlelite.jit and paddlelite.export stand beside this one.
_root = _Path(__file__).resolve().parent.parent
if (_root / "jit" / "__init__.py").exists() and (_root / "export").is_dir() and str(_root) not in __path__:
    __path__.append(str(_root))

__version__ = "0.1.0"

from .memory import keep_freed_memory as _keep_freed_memory

_keep_freed_memory()

# bind before ops: it brings in Tensor, which the ops need and which gets its methods from them.
from . import bind as _bind
from . import ops as _ops
from .aliasing import install_as_paddle
from .autograd import enable_grad, grad, is_grad_enabled, no_grad, set_grad_enabled
from .dtypes import DType as dtype
from .dtypes import (
    bfloat16,
    complex64,
    complex128,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
)
from .dtypes import bool_ as bool
from .dtypes import finfo, get_default_dtype, iinfo, set_default_dtype
from .framework.random import get_cuda_rng_state, get_rng_state, seed, set_cuda_rng_state, set_rng_state
from .param_attr import ParamAttr
from .place import (
    CPUPlace,
    CUDAPinnedPlace,
    CUDAPlace,
    CustomPlace,
    IPUPlace,
    XPUPlace,
    get_device,
    set_device,
)
from .tensor import indexing as _indexing
from .tensor.attribute import *
from .tensor.creation import *
from .tensor.factor import *
from .tensor.linalg import *
from .tensor.logic import *
from .tensor.conversion import *
from .tensor.manipulation import *
from .tensor.math import *
from .tensor.names import *
from .tensor.operators import *
from .tensor.pairs import *
from .tensor.printing import set_printoptions
from .tensor.random import *
from .tensor.stacking import *
from .tensor.rearrange import *
from .tensor.reduction import *
from .tensor.scan import *
from .tensor.scattering import *
from .tensor.search import *
from .tensor.stat import *
from .tensor.tensor import Tensor

from .framework.execution import DataParallel, in_dynamic_mode

if _TYPE_CHECKING:
    from . import (
        amp,
        callbacks,
        dataset,
        device,
        distributed,
        distribution,
        export,
        hapi,
        io,
        jit,
        linalg,
        metric,
        nn,
        onnx,
        optimizer,
        reader,
        regularizer,
        text,
        utils,
    )
    from . import static, vision
    from .device import is_compiled_with_cuda, is_compiled_with_rocm, is_compiled_with_xpu
    from .framework.io import load, save
    from .hapi import Model, flops, summary
    from .nn.parameter import create_parameter
    from .reader import batch
    from .static.programs import disable_static, enable_static

#: What is imported when it is first asked for, so that a small script pays for what it uses.
_PACKAGES = {
    "amp", "callbacks", "dataset", "device", "distributed", "distribution", "export", "fluid", "hapi", "io",
    "jit", "linalg", "metric", "nn", "onnx", "optimizer", "reader", "regularizer", "static", "text", "utils",
    "vision",
}  # fmt: skip
_HOME = {
    "autocast": "amp",
    "get_autocast_cpu_dtype": "amp",
    "get_autocast_dtype": "amp",
    "get_autocast_gpu_dtype": "amp",
    "get_cudnn_version": "device",
    "get_flags": "framework.flags",
    "is_autocast_enabled": "amp",
    "is_compiled_with_cinn": "device",
    "is_compiled_with_custom_device": "device",
    "is_compiled_with_distribute": "device",
    "is_compiled_with_ipu": "device",
    "set_flags": "framework.flags",
    "softmax": "nn.functional",
    "Model": "hapi",
    "flops": "hapi",
    "batch": "reader",
    "create_parameter": "nn.parameter",
    "disable_static": "static.programs",
    "enable_static": "static.programs",
    "is_compiled_with_cuda": "device",
    "is_compiled_with_rocm": "device",
    "is_compiled_with_xpu": "device",
    "load": "framework.io",
    "pdist": "nn.functional",
    "save": "framework.io",
    "summary": "hapi",
}


def __getattr__(name: str) -> _Any:
    """Import the package or the function ``name`` at its first use."""
    if name in _PACKAGES:
        return _import_module(f"{__name__}.{name}")
    if name in _HOME:
        value = globals()[name] = getattr(_import_module(f"{__name__}.{_HOME[name]}"), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PACKAGES, *_HOME})


# PaddlePaddle 3.x's short names of dtypes.
cdouble, cfloat, double, half, long, short = complex128, complex64, float64, float16, int64, int16
manual_seed = seed
e, inf, nan, newaxis, pi = _math.e, _math.inf, _math.nan, None, _math.pi
