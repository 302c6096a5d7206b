"""Values that no tensor can stand for, although a tensor decides what they are.

`Undecided` is one of two values (None or a tensor, two strings, two functions): what two branches leave that cannot
be merged. It can be asked whether it is None, compared, printed and handed on; in a branch whose condition says which
of the two it is, it is that value. Everything else raises the error that says why the values do not fit together.

`Text` is a string that depends on tensors, as a function and its arguments: it can be printed, joined to others and
put into an exception. It is made when the graph runs.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

from ..autograd import enable_grad
from ..errors import CaptureError
from ..nested import Hole, parts, rebuilt
from ..ops.creation import assign
from ..refusal import go_on, note_problem, refuse
from ..tensor.tensor import Tensor
from ..weak import is_weak, kinds_of, weaken


class Unbound:
    """Stands for a name without a value inside the operators only; user code never sees it."""

    def __repr__(self) -> str:
        return "<unbound>"


class Undecided:
    """`one` where `test` (a bool tensor) holds, else `two`; `problem` is the error for what needs to know."""

    __slots__ = ("one", "problem", "test", "two")

    def __init__(self, test: Any, one: Any, two: Any, problem: CaptureError) -> None:
        self.test, self.one, self.two, self.problem = test, one, two, problem

    def __parts__(self) -> list[Any]:
        return [self.test, self.one, self.two]

    def __rebuilt__(self, parts: list[Any]) -> Any:
        test, one, two = parts
        return known_value(Undecided(test, one, two, self.problem))

    def __getattr__(self, name: str) -> Any:
        return getattr(_needed(self), name)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return _needed(self).__class__

    def __eq__(self, other: object) -> Any:
        return _operated(operator.eq, self, other) if forked(self) else spread(self, lambda v: v == other)

    def __ne__(self, other: object) -> Any:
        return _operated(operator.ne, self, other) if forked(self) else spread(self, lambda v: v != other)

    def __hash__(self) -> int:
        return hash(_needed(self))

    def __add__(self, other: Any) -> Any:
        return Text(operator.add, self, other) if _is_text(self) else _operated(operator.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return Text(operator.add, other, self) if _is_text(self) else _operated(operator.add, other, self)


def known_value(value: Any) -> Any:
    """`value`, or the one of its two values that it must be in the branch that is being recorded."""
    from .journal import known

    while type(value) is Undecided:
        truth = value.test if isinstance(value.test, bool) else known(value.test)
        if truth is None:
            break
        value = value.one if truth else value.two
    return value


def _needed(value: Undecided) -> Any:
    from .merge import stand_in

    found = known_value(value)
    if type(found) is Undecided:
        go_on(note_problem(found.problem))
        found.test, found.one = True, stand_in(found.two if found.one is None else found.one)
        found = _needed(found)
    return found


def forked(value: Any) -> bool:
    """Whether a value is one of two tensors or numbers that fit no one tensor, and nothing says which."""
    from .merge import is_leaf

    value = known_value(value)
    return type(value) is Undecided and all(is_leaf(v) or forked(v) for v in (value.one, value.two))


def _operated(function: Callable[..., Any], *args: Any) -> Any:
    """An operator of values of which some are undecided."""
    from .branches import chosen

    if any(map(forked, args)):
        return chosen(function, *args)
    return function(*(_needed(arg) if type(arg) is Undecided else arg for arg in args))


def spread(value: Any, function: Callable[[Any], Any]) -> Any:
    """`function`, which gives bools, of an undecided value: a bool, or a tensor that says which."""
    from .symbolic import choose_flag

    value = known_value(value)
    if type(value) is not Undecided:
        return function(value)
    one, two = spread(value.one, function), spread(value.two, function)
    return one if one is two else choose_flag(value.test, one, two)


def _is_text(value: Any) -> bool:
    value = known_value(value)
    return (
        _is_text(value.one) and _is_text(value.two)
        if type(value) is Undecided
        else type(value) in (str, Text)
    )


class Text:
    """The string `function(*args)`, where something in `args` is a tensor of the graph."""

    __slots__ = ("args", "function")

    def __init__(self, function: Callable[..., str], *args: Any) -> None:
        self.function, self.args = function, tuple(map(_now, args))

    def __parts__(self) -> list[Any]:
        return list(self.args)

    def __rebuilt__(self, parts: list[Any]) -> Text:
        return Text(self.function, *parts)

    def __add__(self, other: Any) -> Text:
        return Text(operator.add, self, other)

    def __radd__(self, other: Any) -> Text:
        return Text(operator.add, other, self)

    def __repr__(self) -> str:
        return "<a text that depends on tensors>"

    def __getattr__(self, name: str) -> NoReturn:
        _refuse_text(name)


def _now(value: Any) -> Any:
    """What a value is now, whatever is written to it later."""
    from .journal import born

    if type(value) is Undecided or issubclass(type(value), Hole):
        return value
    if isinstance(value, Tensor):
        with enable_grad():
            copy = assign(value)
        return weaken(copy, kinds_of(value)) if is_weak(value) else copy
    inner = parts(value)
    made = value if inner is None else rebuilt(value, list(map(_now, inner)))
    return born(made.copy()) if isinstance(made, (list, dict, set)) else made


def _refuse_text(what: str) -> NoReturn:
    raise refuse(
        f"this string depends on a tensor, so it is known only when the graph runs ({what} needs it now)",
        "Print it, or put it into an exception.",
    )


def _special(name: str, function: Callable[..., Any] | None = None) -> None:
    def of_undecided(self: Undecided, *args: Any) -> Any:
        return getattr(_needed(self), name)(*args) if function is None else _operated(function, self, *args)

    def of_text(self: Text, *args: Any) -> NoReturn:
        _refuse_text(name)

    if name not in Undecided.__dict__:
        setattr(Undecided, name, of_undecided)
    if name not in Text.__dict__:
        setattr(Text, name, of_text)


for _name in ("add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "pow", "lshift", "rshift", "and", "xor",
              "or", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert", "getitem"):  # fmt: skip
    _function = getattr(operator, f"__{_name}__")
    _special(f"__{_name}__", _function)
    _special(f"__r{_name}__", lambda mine, its, function=_function: function(its, mine))
for _name in ("divmod", "rdivmod", "eq", "ne", "bool", "int", "float", "complex", "hash", "index", "round", "len",
              "iter", "next", "contains", "setitem", "delitem", "call", "enter", "exit", "array", "str", "format",
              "reversed"):  # fmt: skip
    _special(f"__{_name}__")
