"""paddlelite.jit: Python functions become programs.

>>> import paddlelite as paddle
>>> @paddle.jit.to_static
... def f(x):
...     return x if x.sum() > 0 else -x
>>> f(paddle.to_tensor([-2.0])).numpy()
array([2.], dtype=float32)
"""

if __name__ != "paddlelite.jit":
    raise ImportError("this folder is the package paddlelite.jit: import it by that name")

from paddlelite.export.translated import TranslatedLayer, load
from paddlelite.static import InputSpec

from .convert import leave_alone as _leave_alone
from .explain import set_code_level, set_verbosity
from .function import StaticFunction, enable_to_static, not_to_static, to_static
from .saving import save

__all__ = [
    "InputSpec",
    "StaticFunction",
    "TranslatedLayer",
    "enable_to_static",
    "ignore_module",
    "load",
    "not_to_static",
    "save",
    "set_code_level",
    "set_verbosity",
    "to_static",
]


def ignore_module(modules: list) -> None:
    """Call the functions of these modules as they are, without rewriting them.

    >>> import paddlelite as paddle, json
    >>> paddle.jit.ignore_module([json])
    """
    _leave_alone(*(m if isinstance(m, str) else m.__name__ for m in modules))
