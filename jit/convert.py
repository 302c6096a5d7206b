"""Converting callables: the rewritten twin of a function, by code object.

The twin is compiled from the rewritten tree with the original file name and line numbers, and shares the original's
globals, defaults and closure cells. It reaches the operators through one closure cell of its own, so nothing of the
user's is touched.
"""

from __future__ import annotations
import __future__

import functools
import sys
import types
from collections.abc import Callable
from typing import Any

import gast

from .rewrite import CannotRewrite, rewrite
from .rewrite.build import OPERATORS
from .rewrite.build import function as make_function
from .source import NoSource, source_of

__all__ = [
    "Twin",
    "class_attribute",
    "convert",
    "is_twin",
    "is_users",
    "leave_alone",
    "mark_left_alone",
    "special",
    "twin_by_code",
    "twin_of",
]

_FUTURES = functools.reduce(
    lambda flags, name: flags | getattr(__future__, name).compiler_flag, __future__.all_feature_names, 0
)
#: Modules whose functions run as they are: this library, NumPy and the standard library.
_ALONE = {*sys.stdlib_module_names, "paddlelite", "paddle", "numpy", "ml_dtypes", "onnxruntime", "onnx"} - {
    "__main__"
}
#: Marks a function that `not_to_static` was applied to.
MARK = "__paddlelite_not_to_static__"


class Twin:
    """A rewritten code object and its tree; `reason` says why there is none."""

    def __init__(self, code: types.CodeType | None, tree: gast.AST | None, reason: str = "") -> None:
        self.code, self.tree, self.reason = code, tree, reason


_twins: dict[tuple[str, types.CodeType], Twin] = {}
#: Code objects that are rewritten already, with those of the functions defined inside them.
_made: dict[int, types.CodeType] = {}
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
    return id(function.__code__) in _made


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


def _make(function: types.FunctionType) -> Twin:
    source = source_of(function)
    if isinstance(source, NoSource):
        return Twin(None, None, source.reason)
    try:
        tree = rewrite(source.node, source.class_name)
        code = _compile(tree, function.__code__, source.filename, source.class_name)
    except CannotRewrite as problem:
        return Twin(None, None, f"{function.__qualname__}() is not rewritten: {problem}")
    twin = Twin(code, tree)
    _remember(code, twin)
    return twin


def _compile(tree: gast.AST, code: types.CodeType, filename: str, class_name: str | None) -> types.CodeType:
    """Compile inside a function whose parameters are the outer names, so that they become closure cells."""
    inner, own_name = (gast.Return(tree), "") if isinstance(tree, gast.Lambda) else (tree, tree.name)
    if own_name:
        # Under its own name it would be a variable of the factory, and a recursive call would find that one.
        tree.name = "_twin"
    factory: gast.AST = make_function("_factory", [inner], [OPERATORS, *code.co_freevars])
    if class_name is not None:  # private names are mangled by the compiler, as in the class itself
        factory = gast.ClassDef(class_name, [], [], [factory], [])
        if "type_params" in gast.ClassDef._fields:
            factory.type_params = []
    module = gast.gast_to_ast(gast.fix_missing_locations(gast.Module([factory], [])))
    compiled = compile(module, filename, "exec", flags=code.co_flags & _FUTURES, dont_inherit=True)
    if own_name:
        tree.name = own_name
    for _ in range(3 if class_name is not None else 2):
        compiled = next(c for c in compiled.co_consts if isinstance(c, types.CodeType))
    changes = {"co_qualname": code.co_qualname} if hasattr(code, "co_qualname") else {}
    return compiled.replace(co_name=code.co_name, **changes)


def _remember(code: types.CodeType, twin: Twin) -> None:
    _made[id(code)], _owners[id(code)] = code, twin
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            _remember(inner, twin)


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
    return types.MethodType(own, target) if type(own) is types.FunctionType and _is_users(own) else None


def class_attribute(kind: type, name: str) -> Any:
    """What a class has under a name, as it stands there; None for nothing."""
    return next((vars(k)[name] for k in kind.__mro__ if name in vars(k)), None)


def is_users(module: str) -> bool:
    """Whether the functions of a module are rewritten."""
    return module.split(".", 1)[0] not in _ALONE


def _is_users(function: types.FunctionType) -> bool:
    return is_users(function.__globals__.get("__name__") or "")


def _function(function: types.FunctionType) -> types.FunctionType:
    if id(function.__code__) in _made or not _is_users(function) or MARK in function.__dict__:
        return function
    twin = twin_of(function)
    return function if twin.code is None else _instance(function, twin.code)


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
