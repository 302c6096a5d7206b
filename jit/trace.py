"""Tracing: run a function's rewritten twin on symbolic inputs and keep the Program."""

from __future__ import annotations

import copy
import inspect
import itertools
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from paddlelite.capture import LOCK, Capture
from paddlelite.errors import CaptureError, PreconditionNotMetError
from paddlelite.ir import Program, Value
from paddlelite.mode import mode
from paddlelite.nested import Flat, Leaf, Object, fill, mapped, parts
from paddlelite.nested import flatten as flatten_nested
from paddlelite.op import Spec
from paddlelite.ops.array import array_length, array_stack
from paddlelite.ops.control import cond
from paddlelite.prune import cut
from paddlelite.refusal import refuse, report
from paddlelite.staged.iterables import Source
from paddlelite.staged.journal import Journal
from paddlelite.staged.lists import List
from paddlelite.staged.merge import dummy
from paddlelite.staged.places import CONTAINERS, Place
from paddlelite.staged.undecided import Text, Undecided
from paddlelite.static import InputSpec
from paddlelite.tensor.tensor import Tensor

from . import convert as _convert
from .blame import assignments
from .guards import Guards, contents, note_rebound
from .overloads import Overloads


def flatten(value: Any) -> Flat:
    """Arguments or results as a template and the tensors (or InputSpecs, arrays) in them."""
    flat = flatten_nested(value, _is_tensor)
    flat.tensors = [t.array if isinstance(t, list) else t for t in flat.tensors]  # type: ignore[attr-defined]
    return flat


def _is_tensor(part: Any) -> bool:
    if isinstance(part, list):
        return getattr(part, "array", None) is not None
    return isinstance(part, (Tensor, InputSpec, np.ndarray))


@dataclass(frozen=True)
class _Rows(Leaf):
    """The place of a list of unknown length: the rows of the i-th tensor."""

    def filled(self, values: Sequence[Any]) -> Any:
        stacked = values[self.index]
        return [stacked[i, ...] for i in range(stacked.shape[0])]


@dataclass
class Traced:
    """A captured function: its program, the structure of its result, and what it depends on besides arguments."""

    program: Program
    result: Any
    count: int  # how many outputs are the result's; the rest is written back to where the function wrote
    guards: Guards
    decisions: dict[tuple[str, int], str]  # file and line -> what became of the construct there
    writes: list[tuple[int, int]]  # an input that was written to in place, and the output that says what
    effects: list[tuple[Place, Any]]  # variables, attributes and containers outside, and what they get
    changed: list[tuple[int, Any]]  # which of the containers in the arguments are changed, and what they get

    @property
    def inference(self) -> Program:
        """The program without what is written back: a file has no caller to give it to."""
        program, own = self.program, self.program.outputs[: self.count]
        return program if len(own) == len(program.outputs) else cut(program, program.inputs, own)

    def write_back(self, tensors: Sequence[Tensor], results: Sequence[Any], arguments: Any) -> None:
        """After a run, give arguments and what is outside the values that the function writes there."""
        for i, output in self.writes:
            tensors[i]._write(results[output])
        for place, value in self.effects:
            place.put(fill(value, results))
        containers = _containers(arguments) if self.changed else []
        for i, value in self.changed:
            _refill(containers[i], fill(value, results))


class _Run(Capture):
    """A capture that rewrites what is called and notes what that depends on."""

    lists = List

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[CaptureError] = []
        self.guards = Guards()
        self.effects = Journal()
        self.overloads = Overloads()
        self.convert, self.assignments = self.converted, assignments

    def converted(self, target: Callable[..., Any]) -> Callable[..., Any]:
        """What is called in place of `target`, a function or a layer's forward."""
        made, plain = _convert.convert(target), bare(target)
        inner = plain is not None and _convert.is_twin(plain)
        self.guards.called(target, made is not target or inner, inner)
        self.overloads.meet(getattr(target, "__self__", None))
        if plain is not None and (made is not target or inner):
            self.overloads.around(plain)
        return made


@contextmanager
def rewritten_calls(capture: Any) -> Iterator[None]:
    """Rewrite what is called inside the ``with``, for a capture that makes a program of static mode."""
    capture.guards, capture.overloads, capture.convert = Guards(), Overloads(), _convert.convert
    capture.assignments = assignments
    try:
        yield
    finally:
        capture.overloads.restore()
        capture.convert = None


def trace(function: Callable[..., Any], template: Any, inputs: Sequence[tuple[Spec, str, bool]]) -> Traced:
    """Capture `function(*args, **kwargs)`, where `template` is `(args, kwargs)` with leaves for the tensors.

    `inputs` gives each leaf's spec, name and stop_gradient. Raises CaptureError, or what the function itself raises.
    """
    _check_kind(function)
    with LOCK:
        outer, was_grad = mode.capture, mode.grad
        if outer is not None and outer.static:
            raise PreconditionNotMetError(
                "in static mode there is nothing to translate: call the function, which becomes part of the program, "
                "or call paddle.disable_static() first"
            )
        if outer is not None:
            raise CaptureError("a capture cannot begin inside another one")
        run = _Run()
        held: list[tuple[Any, Any]] = []
        try:
            with run, _reported(run, function):
                mode.grad = True
                values = [run.input(spec, name, stop) for spec, name, stop in inputs]
                args, kwargs = fill(template, values)
                held += [(each, _contents(each)) for each in _containers((args, kwargs))]
                run.guards.depend(getattr(function, "__self__", None), "self")
                note_rebound(function)
                for value in (*args, *kwargs.values()):
                    run.overloads.meet(value)
                result = run.converted(function)(*args, **kwargs)
                result, outputs = _result(result)
                count, outputs = len(outputs), list(map(run.read, outputs))
                written = [i for i, v in enumerate(values) if id(v) in run.frame.state]
                writes = list(zip(written, itertools.count(count)))
                outputs += [values[i] for i in written]
                run.settle_rebound()
                changed = _changed(held, run, outputs)
                effects = _effects(run, outputs)
                program = run.finish(outputs)
        except BaseException:
            for entry in run.effects.entries.values():
                if entry.place.key[1] in run.guards.outside:
                    entry.place.put(entry.before)
            raise
        finally:
            mode.grad = was_grad
            run.overloads.restore()
            _effects(run, [])
            for container, before in held:
                _refill(container, before)
            run.effects = Journal()  # and let go of what the capture made
        return Traced(program, result, count, run.guards, run.decisions, writes, effects, changed)


def _result(value: Any) -> tuple[Any, list[Any]]:
    """A function's result as a template and the program's outputs.

    Raises CaptureError for tensors of the graph inside what is no list, tuple or dict: nobody would replace them.
    """
    found = flatten(value)
    lists = [bool(getattr(t, "array", "")) for t in found.tensors]
    row = lambda part: _Rows(part.index) if type(part) is Leaf and lists[part.index] else part
    for value in found.rest.values():
        if type(value) is Undecided:
            continue  # a problem since it was asked what it is
        if type(value) in (Text, Source):
            raise refuse(
                "the function's result is no tensor, but what it is depends on one",
                "Return the tensor itself.",
            )
        inner = value if isinstance(value, (set, frozenset)) else getattr(value, "__dict__", {}).values()
        cells = map(contents, getattr(value, "__closure__", None) or ())
        held = any(isinstance(part, Value) for part in (*inner, *cells)) or isinstance(value, _SUSPENDS)
        if held and not isinstance(value, (type, types.ModuleType)):
            raise refuse(
                f"the function returns a {type(value).__name__} with tensors of the graph in it",
                "Return them in a list, tuple or dict.",
            )
    outputs = [_stacked(t) if is_list else t for t, is_list in zip(found.tensors, lists, strict=True)]
    return mapped(row, found.template), outputs


def _effects(run: _Run, outputs: list[Any]) -> list[tuple[Place, Any]]:
    """Take tensors of the graph back out of what was there before the capture, to the `outputs`: a run will put its
    own there.
    """
    taken = []
    for entry in run.effects.entries.values():
        after = flatten(entry.place.get())
        computed = [t for t in after.tensors if isinstance(t, Value)]
        if entry.place.key[1] in run.guards.outside and computed:
            places = map(Leaf, itertools.count(len(outputs)))
            values = [next(places) if isinstance(t, Value) else t for t in after.tensors]
            taken.append((entry.place, fill(after.template, values)))
            outputs += computed
            entry.place.put(entry.before)
    return taken


def _containers(arguments: Any) -> list[Any]:
    """The lists, dicts, sets and users' objects among some arguments, in an order that their structure gives."""
    found: dict[int, Any] = {}

    def walk(value: Any) -> None:
        own = Object.of(value)
        if isinstance(value, CONTAINERS) or own is not None:
            if id(value) in found:
                return
            found[id(value)] = value
        for part in parts(own or value) or ():
            walk(part)

    walk(arguments)
    return list(found.values())


def _contents(container: Any) -> Any:
    return copy.copy(container if isinstance(container, CONTAINERS) else container.__dict__)


def _refill(container: Any, contents: Any) -> None:
    if isinstance(container, list):
        container[:] = contents
        return
    table: Any = container if isinstance(container, (dict, set)) else container.__dict__
    table.clear()
    table.update(contents)


def _moved(template: Any, by: int) -> Any:
    """A template for tensors that stand further back."""
    return mapped(
        lambda part: replace(part, index=part.index + by) if isinstance(part, Leaf) else part, template
    )


def _changed(held: list[tuple[Any, Any]], run: _Run, outputs: list[Any]) -> list[tuple[int, Any]]:
    """Which containers of the arguments the function has changed, and the templates of what they hold then. Their
    tensors are added to the outputs, and the containers are as they were again.
    """
    found = []
    for i, (container, before) in enumerate(held):
        now = _contents(container)
        mine, its = (list(c.items()) if isinstance(c, dict) else list(c) for c in (now, before))
        flat = lambda items: [id(v) for item in items for v in (item if isinstance(item, tuple) else (item,))]
        if flat(mine) != flat(its):
            template, tensors = _result(now)
            found.append((i, _moved(template, len(outputs))))
            outputs += map(run.read, tensors)
    for container, before in held:
        _refill(container, before)
    return found


def _check_kind(function: Callable[..., Any]) -> None:
    """Raises CaptureError for a function that is suspended: a graph runs from its beginning to its end."""
    plain = bare(function)
    if plain is None or not plain.__code__.co_flags & _SUSPENDED:
        return
    code = plain.__code__
    what = "is a generator" if code.co_flags & inspect.CO_GENERATOR else "is asynchronous"
    raise CaptureError(
        f"{code.co_filename}:{code.co_firstlineno}: {plain.__qualname__}() {what}, which cannot become a graph. "
        "Return a value (a list of those it would yield)."
    )


_SUSPENDS = (types.GeneratorType, types.CoroutineType)
_SUSPENDED = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


@contextmanager
def _reported(run: _Run, function: Callable[..., Any]) -> Iterator[None]:
    """Raise the report of all problems that the capture met, whatever came of them."""
    try:
        yield
    except CaptureError as error:
        if not any(error is problem for problem in run.problems):
            run.problems.append(error)
    except Exception:
        if not run.problems:
            raise
        # Else it may be no more than a consequence of a stand-in.
    if run.problems:
        whole = report(run.problems, getattr(function, "__name__", "this function"))
        raise whole from whole.__cause__


def _stacked(array: Any) -> Any:
    """A list of unknown length as one tensor, which has no rows when the list is empty."""
    none = dummy(Spec((0, *array.dims), array.dtype))
    if array.array == "empty":
        return none
    return cond(array_length(array) > 0, lambda: [array_stack(array)], lambda: [none])[0]


def bare(function: Callable[..., Any]) -> types.FunctionType | None:
    """The Python function behind a callable."""
    function = getattr(function, "__func__", function)
    return function if isinstance(function, types.FunctionType) else None
