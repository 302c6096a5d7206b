"""What users call, under the module's name in PaddlePaddle: `from paddle.jit.api import to_static`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paddlelite.export.translated import TranslatedLayer, load
from paddlelite.nn.layer.layers import Layer
from paddlelite.static import BuildStrategy, InputSpec

from .convert import leave_alone, mark_left_alone
from .explain import set_code_level, set_verbosity
from .function import StaticFunction, Switch
from .saving import save

__all__ = [
    "InputSpec", "StaticFunction", "TranslatedLayer", "enable_to_static", "ignore_module", "load", "not_to_static",
    "save", "set_code_level", "set_verbosity", "to_static",
]  # fmt: skip


def to_static(
    function: Any = None,
    input_spec: Sequence[Any] | None = None,
    build_strategy: Any = None,
    backend: str | None = None,
    **kwargs: Any,
) -> Any:
    """Capture a function as a graph at its first call, Python control flow included.

    Args:
        function: a function, method or Layer (whose forward is replaced; the layer is returned). Without it, the
            result is a decorator.
        input_spec: InputSpecs (nested as the arguments are), one per argument; without it the arguments of each call
            decide.
        build_strategy, backend: a BuildStrategy and "CINN" are accepted; there is one backend.
        full_graph: True or None. False would run in Python what cannot be captured, which is not done here.
        property: True for a method that gives a Python value: it is called as it is, and not saved.

    Raises TypeError for something that cannot be captured, CaptureError (at the call) for Python that cannot become
    a graph, naming the line.

    >>> import paddlelite as paddle
    >>> @paddle.jit.to_static
    ... def relu_or_square(x):
    ...     if x.sum() > 0:
    ...         return x
    ...     return x * x
    >>> relu_or_square(paddle.to_tensor([-3.0])).numpy()
    array([9.], dtype=float32)
    """
    _check_options(build_strategy, backend, kwargs)
    if function is None:
        return lambda f: to_static(f, input_spec, build_strategy, backend, **kwargs)
    if isinstance(function, Layer) or (isinstance(function, type) and issubclass(function, Layer)):
        function.forward = StaticFunction(function.forward, input_spec, **kwargs)  # type: ignore[method-assign]
        return function
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(to_static(function.__func__, input_spec, build_strategy, backend, **kwargs))
    if not callable(function):
        raise TypeError(f"to_static() takes a function, a method or a Layer, not {type(function).__name__}")
    return StaticFunction(function, input_spec, **kwargs)


def _check_options(build_strategy: Any, backend: Any, options: dict[str, Any]) -> None:
    unknown = options.keys() - {"full_graph", "property"}
    if unknown:
        raise TypeError(f"to_static() got unexpected arguments {sorted(unknown)}")
    if build_strategy is not None and not isinstance(build_strategy, BuildStrategy):
        raise TypeError(
            "Required type(build_strategy) shall be `paddle.static.BuildStrategy`, but received "
            f"{type(build_strategy).__name__}"
        )
    if backend not in (None, "CINN", "PHI"):
        raise ValueError(f"Unknown backend {backend}. Only support 'CINN' or None for PHI.")
    for name, value in options.items():
        if value is not None and not isinstance(value, bool):
            raise TypeError(f"to_static({name}=...) takes a bool, not {type(value).__name__}")


def not_to_static(func: Any = None) -> Any:
    """Leave a function as it is: it is called, not rewritten, when a captured function calls it.

    >>> import paddlelite as paddle
    >>> @paddle.jit.not_to_static
    ... def helper(x):
    ...     return x + 1
    """
    return mark_left_alone(func) if func is not None else not_to_static


def ignore_module(modules: list[Any]) -> None:
    """Call the functions of these modules as they are, without rewriting them.

    >>> import paddlelite as paddle, json
    >>> paddle.jit.ignore_module([json])
    """
    leave_alone(*(m if isinstance(m, str) else m.__name__ for m in modules))


def enable_to_static(enable_to_static_bool: bool) -> None:
    """Switch capturing on or off for the whole process; while off, decorated functions simply run.

    >>> import paddlelite as paddle
    >>> paddle.jit.enable_to_static(False)
    >>> paddle.jit.enable_to_static(True)
    """
    if not isinstance(enable_to_static_bool, bool):
        raise TypeError(f"enable_to_static() takes a bool, not {type(enable_to_static_bool).__name__}")
    Switch.on = enable_to_static_bool
