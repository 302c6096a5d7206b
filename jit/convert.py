"""Converting callables: the rewritten twin of a function, by code object.

The twin is compiled from the rewritten tree with the original file name and line numbers, and shares the original's
globals, defaults and closure cells. It reaches the operators through one closure cell of its own, so nothing of the
user's is touched.
"""

from __future__ import annotations
import __future__

import copy
import functools
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast

from .rewrite import rewrite
from .rewrite.build import OPERATORS, template
from .rewrite.build import function as make_function
from .source import CannotRewrite, code_objects, source_of

_FUTURES = functools.reduce(
    lambda flags, name: flags | getattr(__future__, name).compiler_flag, __future__.all_feature_names, 0
)
#: Modules whose functions run as they are: this library, NumPy and the standard library.
_ALONE = {*sys.stdlib_module_names, "paddlelite", "paddle", "numpy", "ml_dtypes", "onnxruntime", "onnx"} - {
    "__main__"
}
#: Marks a function that `not_to_static` was applied to.
MARK = "__paddlelite_not_to_static__"


@dataclass
class Twin:
    """A rewritten code object and its tree; `reason` says why there is none."""

    code: types.CodeType | None = None
    tree: gast.AST | None = None
    reason: str = ""


_twins: dict[tuple[str, types.CodeType], Twin] = {}
#: Twins by the ids of their code objects and of those of the functions defined inside them.
_owners: dict[int, Twin] = {}


def leave_alone(*modules: str) -> None:
    """Functions of these top-level modules are called as they are."""
    _ALONE.update(m.split(".")[0] for m in modules)


def mark_left_alone(function: Callable[..., Any]) -> Callable[..., Any]:
    """Have `convert` hand this function back as it is."""
    setattr(getattr(function, "__func__", function), MARK, True)
    return function


def is_twin(function: types.FunctionType) -> bool:
    """Whether a function is rewritten code."""
    return id(function.__code__) in _owners


def twin_of(function: types.FunctionType) -> Twin:
    """The twin of a function's code, made once per code object."""
    key = (function.__code__.co_filename, function.__code__)
    twin = _twins.get(key)
    if twin is None:
        twin = _twins[key] = _make(function)
    return twin


def twin_by_code(code: types.CodeType) -> Twin | None:
    """The twin that a rewritten code object (or one nested in it) belongs to."""
    return _owners.get(id(code))


def why_as_it_is(frame: types.FrameType | None) -> str:
    """Why the function that runs in a frame, or the one it is called from, is not rewritten; nothing if it is."""
    while frame is not None and id(frame.f_code) not in _owners:
        twin = _twins.get((frame.f_code.co_filename, frame.f_code))
        if twin is not None:
            return twin.reason
        frame = frame.f_back
    return ""


def _make(function: types.FunctionType) -> Twin:
    try:
        source = source_of(function)
        tree = rewrite(source.node, source.class_name)
    except CannotRewrite as problem:
        return Twin(reason=f"{function.__qualname__}() is not rewritten: {problem}")
    made = _compile(tree, function.__code__, source.class_name)
    twin = Twin(made, tree)
    _owners.update((id(code), twin) for code in code_objects(made))
    return twin


def _compile(tree: gast.AST, code: types.CodeType, class_name: str | None) -> types.CodeType:
    """Compile inside a function whose parameters are the outer names, so that they become closure cells."""
    if isinstance(tree, gast.Lambda):
        inner = gast.Return(tree)
    else:
        # Under its own name it would be a variable of the factory, and a recursive call would find that one.
        inner = copy.copy(tree)
        inner.name = "<twin>"
    stmts: list[gast.AST] = [make_function("_factory", [inner], [OPERATORS, *code.co_freevars])]
    if class_name is not None:  # private names are mangled by the compiler, as in the class itself
        stmts = template("class NAME: FACTORY", NAME=class_name, FACTORY=stmts)
    module = gast.gast_to_ast(gast.fix_missing_locations(gast.Module(stmts, [])))
    made = compile(module, code.co_filename, "exec", flags=code.co_flags & _FUTURES, dont_inherit=True)
    made = list(code_objects(made))[2 if class_name is None else 3]
    changes: dict[str, Any] = {"co_qualname": code.co_qualname} if hasattr(code, "co_qualname") else {}
    return made.replace(co_name=code.co_name, **changes)


def convert(target: Callable[..., Any]) -> Callable[..., Any]:
    """The callable to use in place of `target` while a graph is built: its twin, or itself."""
    if type(target) is types.FunctionType:
        return _function(target)
    if type(target) is types.MethodType:
        inner = convert(target.__func__)
        return target if inner is target.__func__ else types.MethodType(inner, target.__self__)
    if type(target) is functools.partial:
        return functools.partial(convert(target.func), *target.args, **target.keywords)
    if isinstance(target, (type, types.BuiltinFunctionType)):
        return target
    own = special(target, "__call__")
    return target if own is None else convert(own)


def special(target: Any, name: str) -> Callable[..., Any] | None:
    """The method by which Python carries out an operator on `target`, if the user wrote it; not converted yet."""
    own = class_attribute(type(target), name)
    users = type(own) is types.FunctionType and is_users(own.__globals__.get("__name__"))
    return types.MethodType(own, target) if users else None


def class_attribute(kind: type, name: str) -> Any:
    """What a class has under a name, as it stands there; None for nothing."""
    return next((vars(k)[name] for k in kind.__mro__ if name in vars(k)), None)


def is_users(module: str | None) -> bool:
    """Whether the functions of a module are rewritten."""
    return (module or "").split(".", 1)[0] not in _ALONE


def _function(function: types.FunctionType) -> types.FunctionType:
    if is_twin(function) or MARK in function.__dict__ or not is_users(function.__globals__.get("__name__")):
        return function
    code = twin_of(function).code
    return function if code is None else _instance(function, code)


def _instance(function: types.FunctionType, code: types.CodeType) -> types.FunctionType:
    """A function with the twin's code and everything else of the original."""
    from . import operators

    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    cells[OPERATORS] = types.CellType(operators)
    closure = tuple(cells[name] for name in code.co_freevars)
    made = types.FunctionType(code, function.__globals__, function.__name__, function.__defaults__, closure)
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__, made.__module__ = function.__qualname__, function.__module__
    if function.__dict__:
        made.__dict__.update(function.__dict__)
    return made
