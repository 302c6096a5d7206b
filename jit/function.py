"""StaticFunction: what `to_static` makes of a function, a method or a layer's forward.

A call flattens its arguments, looks for a program captured for such arguments, captures one if there is none, and
runs it: `paddlelite.export.executor` runs and differentiates it.
"""

from __future__ import annotations

import copy
import functools
import inspect
import sys
import types
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from paddlelite.capture import LOCK
from paddlelite.dims import Dims
from paddlelite.errors import InvalidArgumentError, users_traceback
from paddlelite.ir import Program
from paddlelite.mode import mode
from paddlelite.nested import Flat, key_of
from paddlelite.nn.layer.layers import Layer
from paddlelite.op import Spec
from paddlelite.static import InputSpec
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from .cache import Cache, ConcreteProgram
from .explain import code_of, explain, note_capture
from .trace import flatten, rewritten_calls, trace

#: So many calls of different types and sizes are remembered for a quick answer.
_MOST_SIGNATURES = 256


class Switch:
    """Whether decorated functions are captured."""

    on = True


@contextmanager
def switched_off() -> Iterator[None]:
    """Decorated functions simply run inside the ``with``: for those who want to see every layer being called."""
    was, Switch.on = Switch.on, False
    try:
        yield
    finally:
        Switch.on = was


class StaticFunction:
    """A function that is captured as a Program at its first call with arguments of new types.

    Made by :func:`to_static`. Works as a method: bound to each instance it is a StaticFunction of its own.
    """

    __name__: str

    def __init__(self, function: Callable[..., Any], input_spec: Any = None, **options: Any) -> None:
        self._function = function.dygraph_function if isinstance(function, StaticFunction) else function
        if input_spec is not None and not isinstance(input_spec, (list, tuple)):
            kind = type(input_spec).__name__
            raise TypeError(f"The type(input_spec) should be one of (tuple, list), but received {kind}.")
        self._input_spec = None if input_spec is None else tuple(input_spec)
        self._options = options
        self._cache = Cache()
        self._fast: dict[Any, ConcreteProgram] = {}  # for calls with nothing but tensors
        self._last: ConcreteProgram | None = None
        self._bound: dict[int, tuple[weakref.ref[Any], StaticFunction]] = {}
        self.__name__ = type(function).__name__  # for what has no name
        functools.update_wrapper(self, self._function, updated=())

    # Binding

    def __get__(self, instance: Any, owner: type | None = None) -> StaticFunction:
        if instance is None:
            return self
        known = self._bound.get(id(instance))
        if known is not None and known[0]() is instance:
            return known[1]
        bound = StaticFunction(types.MethodType(self._function, instance), self._input_spec, **self._options)
        number = id(instance)
        self._bound[number] = (weakref.ref(instance, lambda _: self._bound.pop(number, None)), bound)
        return bound

    @property
    def class_instance(self) -> Any:
        """The object the function is bound to, or None."""
        return getattr(self._function, "__self__", None)

    @property
    def dygraph_function(self) -> Callable[..., Any]:
        """The function as it was written."""
        return self._function

    def rollback(self) -> Callable[..., Any]:
        """Undo :func:`to_static`: a layer gets its own forward back; returns the function as it was written."""
        owner = self.class_instance
        if isinstance(owner, Layer) and owner.__dict__.get("forward") is self:
            del owner.__dict__["forward"]
        return self._function

    def __deepcopy__(self, memo: dict[int, Any]) -> StaticFunction:
        function = self._function
        if isinstance(function, types.MethodType):
            function = types.MethodType(function.__func__, copy.deepcopy(function.__self__, memo))
        return StaticFunction(function, self._input_spec, **self._options)

    def __reduce__(self) -> str | tuple[Any, ...]:
        if getattr(sys.modules.get(self.__module__), self.__name__, None) is self:
            return self.__name__  # a function of a module is found there again
        return functools.partial(StaticFunction, **self._options), (self._function, self._input_spec)

    @functools.cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self._function)

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not Switch.on or self.is_property:
            return self._function(*args, **kwargs)
        if mode.capture is not None:
            with rewritten_calls(mode.capture) as rewritten:
                return rewritten(self._function)(*args, **kwargs)
        try:
            if kwargs:
                args, kwargs = self._bind(args, kwargs)
            program, tensors = self._entry(args, kwargs)
            return program(tensors, (args, kwargs))
        except Exception as error:
            raise users_traceback(error)  # noqa: B904 - it is the same error

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Arguments as the function binds them, so that `f(x, k=1)` and `f(x, 1)` are one call."""
        try:
            bound = self._signature.bind(*args, **kwargs)
        except TypeError as problem:
            raise TypeError(f"{self.__name__}() {problem}") from None
        return bound.args, bound.kwargs

    def _entry(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[ConcreteProgram, list[Any]]:
        """The program for a call (captured if need be) and the tensors to run it on."""
        quick = [(t._data.dtype, t._data.shape, t.stop_gradient) for t in args if type(t) is Tensor]
        signature = tuple(quick) if len(quick) == len(args) and not kwargs else None
        program, tensors = self._fast.get(signature), list(args)
        if program is None or not program.holds:
            program, tensors = self._find(args, kwargs)
            if len(self._fast) >= _MOST_SIGNATURES:
                self._fast.clear()
            if signature is not None:
                self._fast[signature] = program
        self._last = program
        return program, tensors

    def _find(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[ConcreteProgram, list[Any]]:
        """:meth:`_entry` by the structure of the arguments; InputSpecs may stand for the tensors."""
        found = flatten((args, kwargs))
        given = [t if isinstance(t, (Tensor, InputSpec)) else to_tensor(t) for t in found.tensors]
        key = (key_of(found.template), tuple(map(_kind, given)))
        program = self._cache.find(key, given)
        if program is None:
            with LOCK:  # another thread may have captured it meanwhile
                program = self._cache.find(key, given) or self._capture(
                    key, found.template, self._inputs(found, given, key)
                )
        return program, given

    def _inputs(self, found: Flat, given: list[Any], key: Any) -> list[tuple[Spec, str, bool]]:
        """Spec, name and stop_gradient of each input: of the InputSpec that is given for it, else of the tensor."""
        names, specs = self._names(found.paths), given
        sizes: list[Dims] = [()] * len(given)
        if not any(isinstance(t, InputSpec) for t in given):
            constants = dict(zip(self._names(found.rest), found.rest.values()))
            sizes = self._cache.sizes_for(key, given, names, constants)
            if self._input_spec is not None:
                self._bind(*found.template)  # what does not fit the function does not fit its specs
            declared = flatten((self._input_spec or (), {}))
            specs = list(map(dict(zip(declared.paths, declared.tensors)).get, found.paths))
        return list(map(self._input, given, specs, names, sizes))

    def _input(self, given: Any, spec: Any, name: str, sizes: Dims) -> tuple[Spec, str, bool]:
        if spec is None:
            return Spec(sizes, given.dtype), name, given.stop_gradient
        if not isinstance(spec, InputSpec):
            problem = f"give an InputSpec for {name} too, or tensors for all"
            raise InvalidArgumentError(f"{self.__name__}(): {problem}")
        if isinstance(given, Tensor) and not spec.fits(given):
            raise InvalidArgumentError(
                f"{self.__name__}(): the argument {name} is {given.dtype.name}{list(given.dims)}, which does not fit "
                f"its {spec!r}. Change input_spec, or the argument."
            )
        name = spec.name or name
        return spec.spec(name), name, given.stop_gradient

    def _names(self, paths: Iterable[str]) -> list[str]:
        """Names of the inputs: the parameter's, with the place inside a container after it."""
        params = dict(enumerate(self._signature.parameters))

        def name(path: str) -> str:
            side, _, place = path.partition("_")  # 0: by position, 1: by keyword
            number, *inner = place.split("_", 1)
            return place if side == "1" else "_".join([params.get(int(number), f"x{number}"), *inner])

        return list(map(name, paths))

    def _capture(self, *call: Any) -> ConcreteProgram:
        note_capture(self._function, self._cache)
        program = trace(self._function, *call)
        program.guards.settle()
        self._cache.add(call[0], program)
        return program

    # Looking inside

    def get_concrete_program(self, *args: Any, **kwargs: Any) -> tuple[ConcreteProgram, Any]:
        """The program for these arguments (tensors or InputSpecs; without any: `input_spec`), and what runs it."""
        args = args if args or kwargs else self._input_spec or ()
        program, _ = self._entry(*self._bind(args, kwargs))
        return program, program.run

    def for_files(self, spec: Sequence[Any] | None) -> ConcreteProgram:
        """The program that files have: for InputSpecs, else of the last call, with the hooks of the layer whose forward
        this is.
        """
        program = self.concrete_program if spec is None else self.get_concrete_program(*spec)[0]
        layer = self.class_instance
        if not isinstance(layer, Layer) or self.__name__ != "forward":
            return program
        if not layer._forward_pre_hooks and not layer._forward_post_hooks:
            return program
        whole = functools.wraps(self._function)(lambda *args, **kwargs: layer(*args, **kwargs))
        return trace(whole, *program.call)

    @property
    def concrete_program(self) -> ConcreteProgram:
        """The program of the last call (or of `input_spec`). Raises InvalidArgumentError when there is neither."""
        last = self._last
        if last is not None and last.holds:
            return last
        if self._input_spec is not None:
            return self.get_concrete_program()[0]
        if last is None:
            raise InvalidArgumentError(
                f"No valid transformed program for function: {self.__name__}. Please specific `input_spec` in "
                "`@paddle.jit.to_static`, give it to what saves or exports, or call the decorated function once."
            )
        # It was called in another mode (trained, and is now saved): the same call, captured as things are now.
        self._last = self._capture(*last.call)
        return self._last

    @property
    def main_program(self) -> Program:
        """The Program of :attr:`concrete_program`."""
        return self.concrete_program.main_program

    @property
    def inputs(self) -> list[Any]:
        """The program's inputs."""
        return self.concrete_program.inputs

    @property
    def outputs(self) -> list[Any]:
        """The program's outputs."""
        return self.concrete_program.outputs

    @property
    def program_cache(self) -> Cache:
        """All programs captured so far."""
        return self._cache

    def get_traced_count(self) -> int:
        """How often the function has been captured."""
        return len(self._cache.log)

    @property
    def is_property(self) -> bool:
        """Whether the function is called for a Python value, which is never captured."""
        return bool(self._options.get("property"))

    @property
    def function_spec(self) -> types.SimpleNamespace:
        """What was given to :func:`to_static`, and the names of the parameters."""
        given = self._input_spec
        return types.SimpleNamespace(
            args_name=list(self._signature.parameters),
            input_spec=given,
            flat_input_spec=None if given is None else flatten(given).tensors,
            dygraph_function=self._function,
        )

    @property
    def code(self) -> str:
        """The rewritten function as text. It is for reading; what runs was compiled from the tree."""
        return code_of(self._function)

    def explain(self) -> str:
        """What became of each `if` and loop, and why each capture was made."""
        return explain(self._function, self._cache, self._last)

    def __repr__(self) -> str:
        return f"<StaticFunction {getattr(self._function, '__qualname__', self._function)!s}>"


def _kind(given: Any) -> Any:
    """What the key of a call has of a tensor, or of an InputSpec in its place."""
    if isinstance(given, InputSpec):
        return given
    grad = "" if given.stop_gradient else " with gradient"
    return f"{given.dtype.name} of {given._data.ndim} axes{grad}"
