"""Tracing: run a function's rewritten twin on symbolic inputs and keep the Program."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from paddlelite.capture import LOCK, Capture
from paddlelite.errors import CaptureError, PreconditionNotMetError, line_of
from paddlelite.ir import Value
from paddlelite.mode import mode
from paddlelite.nested import Flat, Leaf, fill, mapped, parts, rebuilt
from paddlelite.nested import flatten as flatten_nested
from paddlelite.op import Spec
from paddlelite.refusal import refuse, report
from paddlelite.staged.iterables import Source
from paddlelite.staged.journal import Entry, Journal, note_rebound
from paddlelite.staged.lists import List, Rows, stacked
from paddlelite.staged.places import Cell, Place, given_places, places
from paddlelite.staged.undecided import Text, Undecided, known_value
from paddlelite.static import InputSpec
from paddlelite.tensor.tensor import Tensor

from . import convert as _convert
from .blame import assignments
from .cache import ConcreteProgram
from .guards import Guards, bare
from .operators.effects import HANDLED
from .overloads import Overloads
from .source import code_objects


def flatten(value: Any) -> Flat:
    """Arguments as a template and the tensors (or InputSpecs, arrays) in them."""
    return flatten_nested(value, _is_tensor)


def _is_tensor(part: Any) -> bool:
    return isinstance(part, (Tensor, InputSpec, np.ndarray)) or _is_computed(part)


def _is_result(part: Any) -> bool:
    return isinstance(part, Tensor) or _is_computed(part)


def _is_computed(part: Any) -> bool:
    """Whether it is a tensor of the graph, or a list of unknown length."""
    return isinstance(part, Value) or (isinstance(part, list) and getattr(part, "array", None) is not None)


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
            codes = list(code_objects(plain.__code__))  # that of a comprehension, too
            names = dict.fromkeys(name for c in codes for name in (*c.co_freevars, *c.co_names))
            for place in places(plain, names):  # what it reads from its surroundings
                self.overloads.meet(place.get())
        return made

    def template(self, value: Any, outputs: list[Any], outside: bool = False) -> Any:
        """A template of what the function gives or, `outside`, leaves there: then only tensors of the graph are places
        in it. They are added to the outputs.
        """
        value = value if outside else _settled(value)
        found = flatten_nested(value, _is_computed if outside else _is_result, outputs)
        if not outside:
            _check_leaves(found.rest.values())
        rows = set()
        for i in range(len(outputs), len(found.tensors)):
            tensor = found.tensors[i]
            tensor = tensor.array if isinstance(tensor, list) else tensor  # type: ignore[attr-defined]
            if getattr(tensor, "array", ""):
                rows.add(i)
                tensor = stacked(tensor)
            outputs.append(self.read(tensor))
        row = lambda part: Rows(part.index) if type(part) is Leaf and part.index in rows else part
        return mapped(row, found.template)

    def given(self, tensors: Sequence[Value], arguments: Any) -> list[Place]:
        """The places in the arguments, of which a write outlives the capture."""
        places = given_places(tensors, arguments)
        for place in places[len(tensors) :]:
            self.effects.note(place)
            self.guards.outside.add(id(place.target))
        return places

    def taken(self, given: Sequence[Place], outputs: list[Any]) -> list[tuple[Any, Any]]:
        """What the function has left in its arguments (`given`) and outside, where it is now as it was before: a run
        will put its own there. The tensors are added to the outputs.
        """
        written = [i for i, place in enumerate(given) if id(place.target) in self.frame.state]
        found: list[tuple[Any, Any]] = [(i, self.template(given[i].target, outputs)) for i in written]
        numbers: dict[Any, Any] = {place.key: i for i, place in enumerate(given)}
        for entry in self.outside():
            place, value, count = entry.place, entry.place.get(), len(outputs)
            where = numbers.get(place.key, place)
            if where is place or place.differs(value, entry.before):
                template = self.template(value, outputs, outside=where is place)
                if where is not place or len(outputs) > count:
                    found.append((where, template))
                    place.put(entry.before)
        self.guards.outside.difference_update(
            id(place.target) for place in given
        )  # another call gives others
        return found

    def outside(self) -> list[Entry]:
        """The journal of what was there before the capture."""
        return [entry for entry in self.effects.entries.values() if entry.place.key[1] in self.guards.outside]


@contextmanager
def rewritten_calls(capture: Any) -> Iterator[Callable[..., Any]]:
    """What is called inside the ``with`` becomes part of what is captured. Gives what rewrites a function for that."""
    if capture.convert is not None or not capture.static:
        yield capture.convert or (lambda function: function)
        return
    capture.guards, capture.overloads, capture.convert = Guards(), Overloads(), _convert.convert
    capture.assignments = assignments
    try:
        yield _convert.convert
    finally:
        capture.overloads.restore()
        capture.convert = None


def trace(
    function: Callable[..., Any], key: Any, template: Any, inputs: Sequence[tuple[Spec, str, bool]]
) -> ConcreteProgram:
    """Capture `function(*args, **kwargs)`, where `template` is `(args, kwargs)` with leaves for the tensors.

    `inputs` gives each leaf's spec, name and stop_gradient, `key` stands for the call in a cache. Raises CaptureError,
    or what the function itself raises.
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
        outputs: list[Any] = []
        try:
            with run, _reported(run, function):
                mode.grad = True
                values = [run.input(spec, name, stop) for spec, name, stop in inputs]
                args, kwargs = arguments = fill(template, values)
                given = run.given(values, arguments)
                run.guards.depend(getattr(function, "__self__", None), "self")
                note_rebound(function)
                for value in (*args, *kwargs.values()):
                    run.overloads.meet(value)
                result = run.template(run.converted(function)(*args, **kwargs), outputs)
                if run.left:
                    raise _elsewhere(run.left, ". ".join(HANDLED))
                count = len(outputs)
                run.settle_rebound()
                effects = run.taken(given, outputs)
                program = run.finish(outputs, read=False)
        except BaseException:
            for entry in run.outside():
                entry.place.put(entry.before)
            raise
        finally:
            mode.grad = was_grad
            run.overloads.restore()
            run.effects = Journal()  # and let go of what the capture made
        call = (key, template, inputs)
        return ConcreteProgram(program, call, result, count, effects, len(given), run.guards, run.decisions)


def _elsewhere(where: tuple[str, int], what: str) -> CaptureError:
    """The error for a line that is not the running one."""
    error = CaptureError(f"{where[0]}:{where[1]}: {what}")
    error.place = where
    return error


def _settled(value: Any) -> Any:
    """A structure without what was undecided, where it is known now."""
    value = known_value(value)
    inner = None if type(value) is Undecided else parts(value)
    return value if inner is None else rebuilt(value, [_settled(part) for part in inner])


def _check_leaves(values: Iterable[Any]) -> None:
    """Raises CaptureError for tensors of the graph inside what is no list, tuple or dict: nobody would replace them."""
    for value in values:
        if type(value) is Undecided:
            continue  # a problem since it was asked what it is
        if type(value) in (Text, Source):
            raise refuse(
                "the function's result is no tensor, but what it is depends on one",
                "Return the tensor itself.",
            )
        inner = value if isinstance(value, (set, frozenset)) else getattr(value, "__dict__", {}).values()
        cells = [Cell("", cell).get() for cell in getattr(value, "__closure__", None) or ()]
        held = any(isinstance(part, Value) for part in (*inner, *cells)) or isinstance(value, _SUSPENDS)
        if held and not isinstance(value, (type, types.ModuleType)):
            raise refuse(
                f"the function returns a {type(value).__name__} with tensors of the graph in it",
                "Return them in a list, tuple or dict.",
            )


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
    except Exception as error:
        if not run.problems and not run.left:
            raise
        if not run.problems:
            what = f"this fails in a part of a condition or loop on a tensor that may not run: {error}"
            run.problems.append(_elsewhere(line_of(error), what))
            run.problems[0].__cause__ = error
        # Else it may be no more than a consequence of a stand-in.
    if run.problems:
        whole = report(run.problems, getattr(function, "__name__", "this function"))
        raise whole from whole.__cause__
