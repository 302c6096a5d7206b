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

from .api import *
from .api import __all__ as __all__
