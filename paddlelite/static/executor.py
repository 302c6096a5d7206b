"""``paddle.static.Executor``: runs a Program on fed arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakSet

import numpy as np

from .. import dims as D
from ..dtypes import bfloat16
from ..errors import InvalidArgumentError, InvalidTypeError, NotFoundError, UnimplementedError
from ..framework.random import default_generator
from ..ir import Persistable, Program, Value
from ..mode import mode
from ..prune import cut
from ..tensor.tensor import Tensor, _wrap_array
from .compiled import CompiledProgram
from .programs import default_main_program
from .scope import LoDTensor, Scope, global_scope

__all__ = ["Executor", "bind_program", "chosen", "find"]


#: So many compiled forms of one program are kept, the latest.
_KEPT = 32


class MissingFeedError(InvalidArgumentError, KeyError):
    """A program's input that was not fed. PaddlePaddle raises KeyError."""

    __str__ = Exception.__str__


class UnknownFeedError(InvalidArgumentError, KeyError):
    """What was fed is no input; PaddlePaddle raises KeyError when another one is missing for it."""

    __str__ = Exception.__str__


class Executor:
    """Runs programs. All places are the CPU.

    >>> import paddlelite as paddle
    >>> paddle.enable_static()
    >>> with paddle.static.program_guard(paddle.static.Program()):
    ...     x = paddle.static.data("x", [None], "float32")
    ...     y = x * 2
    ...     exe = paddle.static.Executor(paddle.CPUPlace())
    ...     exe.run(feed={"x": np.array([1.0, 2.0], "float32")}, fetch_list=[y])
    [array([2., 4.], dtype=float32)]
    >>> paddle.disable_static()
    """

    def __init__(self, place: Any = None) -> None:
        self.place = place
        self._programs: WeakSet[Program] = WeakSet()

    def run(
        self,
        program: Any = None,
        feed: Mapping[str, Any] | None = None,
        fetch_list: Any = None,
        feed_var_name: str = "feed",
        fetch_var_name: str = "fetch",
        scope: Scope | None = None,
        return_numpy: bool = True,
        use_program_cache: bool = False,
        return_merged: bool = True,
        use_prune: bool = False,
    ) -> list[Any]:
        """The values of ``fetch_list`` for the arrays or tensors in ``feed``, by the names of the program's inputs.

        What the program writes (parameters, statistics, counters) is kept in ``scope`` for the next run. ``program``
        is the default main program when None; ``fetch_list`` has variables or their names.

        Raises MissingFeedError (a KeyError), InvalidArgumentError when an input is unknown or of another dtype or
        shape than declared or a variable to fetch is not in the program, NotFoundError for a variable without a value
        (the startup program was not run), InvalidTypeError for arguments of the wrong type.
        """
        program = chosen(program)
        if scope is not None and not isinstance(scope, Scope):
            raise InvalidTypeError(f"Executor.run's scope must be a Scope, but is {scope!r}")
        if feed is not None and not isinstance(feed, Mapping):
            feed = _only(feed)
        run = self._run(program, fetch_list, scope or global_scope())
        was, mode.capture = mode.capture, None
        try:
            arrays = run(feed or {}, program.random_seed)
        finally:
            mode.capture = was
        if return_numpy:
            return [np.asarray(array) for array in arrays]
        return [LoDTensor(_wrap_array(np.asarray(array))) for array in arrays]

    def _run(self, program: Program, fetch_list: Any, scope: Scope) -> _Run:
        items = (
            []
            if fetch_list is None
            else fetch_list
            if isinstance(fetch_list, (list, tuple))
            else [fetch_list]
        )
        version = None if program._builder is None else program._builder.version
        names = tuple(item if isinstance(item, str) else id(item) for item in items)
        runs = program._runs
        key = (names, id(scope))
        run = runs.get(key)
        if (
            run is None
            or run.version != version
            or run.scope_version != scope.version
            or run.scope is not scope
        ):
            self._programs.add(program)
            for old in [k for k, r in runs.items() if r.version != version]:
                del runs[old]
            while len(runs) >= _KEPT:
                del runs[next(iter(runs))]
            run = runs[key] = _Run(program, items, scope, version)
        return run  # type: ignore[no-any-return]

    def close(self) -> None:
        """Lets go of what was compiled."""
        for program in self._programs:
            program._runs.clear()

    def train_from_dataset(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: feed batches in a loop."""
        raise UnimplementedError(
            "Executor.train_from_dataset: read batches (paddle.io.DataLoader) and call run() for each"
        )

    infer_from_dataset = train_from_dataset


def chosen(given: Any) -> Program:
    """The program that ``run`` is given, the default one for None. Raises InvalidTypeError for what is none."""
    if given is None:
        return default_main_program()
    if isinstance(given, CompiledProgram):
        given = given._program
    if not isinstance(given, Program):
        raise InvalidTypeError(
            f"Executor.run needs a Program (of load_inference_model or to_static), got {type(given).__name__}."
        )
    return given


def _only(feed: Any) -> Mapping[str, Any]:
    """The one feed of a list: 1.x's data-parallel runs took one a device."""
    if isinstance(feed, (list, tuple)) and len(feed) == 1 and isinstance(feed[0], Mapping):
        return feed[0]  # type: ignore[no-any-return]
    raise InvalidTypeError(
        f"feed requires dict as its Parameter. But you passed in {type(feed)}"
        if not isinstance(feed, (list, tuple))
        else f"feed has {len(feed)} parts, for as many devices; there is one: feed a dict"
    )


class _Run:
    """A program compiled for what is fetched and for one scope."""

    def __init__(self, program: Program, fetch_list: Sequence[Any], scope: Scope, version: Any) -> None:
        from ..export.executor import Executor as Runner

        self.version, self.scope = version, scope
        self.items = list(fetch_list)  # so that their ids stay theirs
        fetched = [find(program, item, at) for at, item in enumerate(fetch_list)]
        self.inputs = list(program.inputs)
        part = _effective(program, fetched)
        self.needed = [v for v in part.inputs if _reads(part, v)]
        part.inputs = self.needed
        part.block.params = [*part.inputs, *part.captures]
        self.known = {v.name for v in self.inputs}
        self.program = bind_program(part, scope)
        self.scope_version = scope.version
        builder = program._builder
        self.schedules = (
            []
            if builder is None
            else [
                (held, schedule)
                for variable, schedule in builder.schedules
                if (held := scope.held(variable.name)) is not None
            ]
        )
        rates = [] if builder is None else [scope.held(v.name) for v in builder.rates]
        self.runner = Runner(self.program, volatile=[t for t in rates if t is not None])

    def __call__(self, feed: Mapping[str, Any], seed: int) -> list[Any]:
        """Run on ``feed``. With a ``seed`` every run draws the same numbers; else the generator's next ones."""
        try:
            arrays = [_fed(value, feed) for value in self.needed]
        except MissingFeedError:
            self._check_others(feed)  # it may be there under a wrong name
            raise
        if len(feed) > len(arrays):
            self._check_others(feed)
        for tensor, schedule in self.schedules:
            rate = np.asarray(schedule(), tensor._data.dtype).reshape(tensor._data.shape)
            if rate != tensor._data:
                tensor._data = rate
                tensor._touch()
        if not seed:
            return self.runner.run(arrays)
        generator = default_generator()
        was = generator.get_state()
        generator.manual_seed(seed)
        try:
            return self.runner.run(arrays)
        finally:
            generator.set_state(was)

    def _check_others(self, feed: Mapping[str, Any]) -> None:
        """What is fed and not needed must be right all the same."""
        for name in feed:
            if not isinstance(name, str):
                raise InvalidTypeError(
                    f"feed is a dict by the names of inputs, but has the key {name!r}: write {{variable.name: ...}}"
                )
        unknown = sorted(set(feed) - self.known)
        if unknown:
            missing = sorted(v.name for v in self.needed if v.name not in feed)
            raise UnknownFeedError(
                f"feed has {unknown}, which are no inputs of the program; it has {sorted(self.known)}"
                + (f", of which {missing} are missing in feed." if missing else ".")
            )
        for value in self.inputs:
            if value.name in feed:
                _fed(value, feed)


def _effective(program: Program, fetched: Sequence[Value]) -> Program:
    """The part of a program that a run of it needs: for what is fetched and for what it writes."""
    if program._builder is not None:
        program._builder.settle()
    kept = [*program.state, *_kept(program)]
    return cut(program, program.inputs, fetched, kept)


def _kept(program: Program) -> list[tuple[Tensor, Value]]:
    """Results that the user marked persistable: a scope keeps them too."""
    return [
        (v, v)
        for n in program.block.nodes
        for v in n.outputs
        if v.persistable and not isinstance(v, Persistable)
    ]


def _reads(program: Program, value: Value) -> bool:
    return any(v is value for n in program.block.nodes for v in n.read()) or any(
        v is value for v in program.results
    )


def bind_program(program: Program, scope: Scope) -> Program:
    """A program whose variables are the tensors that ``scope`` has under their names.

    Raises NotFoundError for one that is read and has no value there.
    """
    bound = Program()
    bound.block, bound.inputs = program.block, program.inputs
    for value, tensor in program.captures.items():
        if not isinstance(tensor, Persistable):
            bound.captures[value] = tensor
            continue
        held = scope.held(tensor.name)
        if held is None:
            raise NotFoundError(
                f"Cannot find {tensor.name} in scope: it has no value yet. Run the startup program first: "
                "exe.run(paddle.static.default_startup_program())."
            )
        if tuple(held._data.shape) != tuple(tensor.dims) or held.dtype is not tensor.dtype:
            raise InvalidArgumentError(
                f"the variable {tensor.name} is {tensor.dtype.name}{list(tensor.dims)} in the program, but the scope "
                f"holds {held.dtype.name}{list(held._data.shape)}"
            )
        bound.captures[value] = held
    bound.state = [(t if t._data is not None else scope.tensor(t.name), v) for t, v in program.state]
    return bound


def find(program: Program, item: Any, at: int = 0) -> Value:
    """The value that ``item`` (a variable or a name) has at the end of a run."""
    builder = program._builder
    if builder is not None and id(item) in builder.constants:
        return builder.read(item)  # type: ignore[no-any-return]
    if not isinstance(item, (str, Value)):
        raise InvalidTypeError(
            f"Require fetch_list[{at}] 's type shall be one of (Value, str), but received {type(item).__name__}."
        )
    found = _named(program, item)
    if found is None:
        raise InvalidArgumentError(f"fetch_list has {item!r}, which is not in the program.")
    if builder is None:
        return found
    tensor = program.captures.get(found, found)
    return builder.read(tensor)  # type: ignore[no-any-return]


def _named(program: Program, item: Any) -> Value | None:
    name = item if isinstance(item, str) else item.name
    for value in (*program.outputs, *program.inputs, *program.captures):
        if value is item or value.name == name:
            return value
    for node in program.block.nodes:
        for value in node.outputs:
            if value is item or value.name == name:
                return value
    return None


def _fed(value: Value, feed: Mapping[str, Any]) -> np.ndarray:
    name = value.name
    if name not in feed:
        raise MissingFeedError(f"the input '{name}' of the program is missing in feed.")
    given = feed[name]
    if given is None:
        raise MissingFeedError(f"the input '{name}' of the program is fed None.")
    array = given if type(given) is np.ndarray else _array(value, given)
    if value.dtype is bfloat16 and array.dtype == np.uint16:
        array = array.view(bfloat16.np)  # NumPy has no bfloat16: PaddlePaddle exchanges its bits as uint16
    if array.dtype != value.dtype.np:
        raise InvalidArgumentError(
            f"the input '{name}' must be {value.dtype.name}, but received {array.dtype}."
        )
    if array.shape != value._dims:
        fits = len(array.shape) == len(value._dims) and all(
            not isinstance(want, int) or want == have for want, have in zip(value._dims, array.shape)
        )
        if not fits:
            raise InvalidArgumentError(
                f"the input '{name}' must have the shape {D.file_dims(value._dims)}, but received {list(array.shape)}."
            )
    return array


def _array(value: Value, given: Any) -> np.ndarray:
    """What was fed, as an array; lists and numbers get the input's dtype."""
    if isinstance(given, Tensor):
        if given._data is None:
            raise InvalidTypeError(
                f"the input '{value.name}' is fed a static Variable, which has no value: {given!r}"
            )
        return given._data
    if isinstance(given, LoDTensor):
        return given.numpy()
    if isinstance(given, (np.ndarray, np.generic)):
        return np.asarray(given)
    try:
        return np.asarray(given, value.dtype.np)
    except (TypeError, ValueError) as error:
        raise InvalidTypeError(
            f"the input '{value.name}' is fed a {type(given).__name__} that is no array: {error}"
        ) from error
