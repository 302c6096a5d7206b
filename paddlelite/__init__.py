"""paddlelite: the PaddlePaddle programming model as a light Python package."""

from __future__ import annotations

from pathlib import Path as _Path

# In a bare checkout the packages paddlelite.jit and paddlelite.export stand beside this one.
_root = _Path(__file__).resolve().parent.parent
if (_root / "jit" / "__init__.py").exists() and (_root / "export").is_dir() and str(_root) not in __path__:
    __path__.append(str(_root))

__version__ = "0.1.0"

from . import bind as _bind  # noqa: E402, F401  (before ops: bind and Tensor close the circle of imports)
from . import ops as _ops  # noqa: E402, F401
from .aliasing import install_as_paddle as install_as_paddle  # noqa: E402
from .autograd import enable_grad, grad, is_grad_enabled, no_grad, set_grad_enabled  # noqa: E402
from .dtypes import (  # noqa: E402
    DType as dtype,
)
from .dtypes import (  # noqa: E402
    bfloat16,
    complex64,
    complex128,
    finfo,
    float16,
    float32,
    float64,
    get_default_dtype,
    iinfo,
    int8,
    int16,
    int32,
    int64,
    set_default_dtype,
    uint8,
)
from .dtypes import bool_ as bool  # noqa: E402, A004
from .tensor.creation import *  # noqa: E402, F403
from .tensor.operators import *  # noqa: E402, F403
from .tensor.attribute import *  # noqa: E402, F403
from .tensor.tensor import Tensor  # noqa: E402
from .framework.random import get_rng_state as get_rng_state  # noqa: E402
from .framework.random import seed as seed  # noqa: E402
from .framework.random import set_rng_state as set_rng_state  # noqa: E402
from .framework.random import get_cuda_rng_state as get_cuda_rng_state  # noqa: E402
from .framework.random import set_cuda_rng_state as set_cuda_rng_state  # noqa: E402
from .tensor import indexing as _indexing  # noqa: E402
from .tensor.manipulation import *  # noqa: E402, F403
from .tensor.printing import set_printoptions as set_printoptions  # noqa: E402
from .tensor.rearrange import *  # noqa: E402, F403
from .tensor.scattering import *  # noqa: E402, F403
from .tensor.random import *  # noqa: E402, F403
from .tensor.math import *  # noqa: E402, F403
from .tensor.reduction import *  # noqa: E402, F403
from .tensor.stat import *  # noqa: E402, F403
from .tensor.search import *  # noqa: E402, F403
from .tensor.logic import *  # noqa: E402, F403
from .tensor.scan import *  # noqa: E402, F403
from .tensor.linalg import *  # noqa: E402, F403
from . import linalg  # noqa: E402
from . import amp, io, metric, nn, optimizer, regularizer, static  # noqa: E402
from .framework.io import load as load  # noqa: E402
from .framework.io import save as save  # noqa: E402
from .hapi import summary as summary  # noqa: E402
from .nn.parameter import create_parameter as create_parameter  # noqa: E402
from .param_attr import ParamAttr as ParamAttr  # noqa: E402
from .place import CPUPlace as CPUPlace  # noqa: E402
from .place import CUDAPinnedPlace as CUDAPinnedPlace  # noqa: E402
from .place import CUDAPlace as CUDAPlace  # noqa: E402
from .place import get_device as get_device  # noqa: E402
from .place import set_device as set_device  # noqa: E402
