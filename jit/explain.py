"""Looking inside: the rewritten code as text, what became of each construct, and what is logged of captures."""

from __future__ import annotations

import ast
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

import gast

from .cache import Cache, ConcreteProgram
from .convert import Twin, twin_of
from .guards import bare

_logger = logging.getLogger("paddlelite.jit")


#: Levels that were set, and whether what is said also goes to stdout; by PaddlePaddle's environment variables.
_levels: dict[str, tuple[int, bool]] = {}


def _set(variable: str, level: int, also_to_stdout: bool) -> None:
    if not isinstance(level, int) or isinstance(level, bool):
        raise TypeError(f"Level is not an integer: {level}")
    _levels[variable] = level, also_to_stdout


def _say(variable: str, text: Callable[[], str]) -> None:
    """Log a text, if anything is to be said."""
    level, to_stdout = _levels.get(variable) or (int(os.environ.get(variable) or 0), False)
    if level > 0:
        said = text()
        _logger.warning(said)
        if to_stdout:
            sys.stdout.write(said + "\n")


def set_verbosity(level: int = 0, also_to_stdout: bool = False) -> None:
    """Log each capture and its reason (the argument or value that changed) when `level` is above 0.

    Raises TypeError for a level that is no int.

    >>> import paddlelite as paddle
    >>> paddle.jit.set_verbosity(0)
    """
    _set("TRANSLATOR_VERBOSITY", level, also_to_stdout)


def set_code_level(level: int = 100, also_to_stdout: bool = False) -> None:
    """Log the rewritten code of each function that is captured when `level` is above 0.

    Raises TypeError for a level that is no int.

    >>> import paddlelite as paddle
    >>> paddle.jit.set_code_level(0)
    """
    _set("TRANSLATOR_CODE_LEVEL", level, also_to_stdout)


def note_capture(function: Callable[..., Any], cache: Cache) -> None:
    """Log that a function is captured."""
    plain = bare(function)
    if plain is not None:
        where = f"{plain.__qualname__}() ({plain.__code__.co_filename}:{plain.__code__.co_firstlineno})"
        why = cache.log[-1] if cache.log else "from its InputSpec"
        code = lambda: twin_of(plain).reason or f"the rewritten code of {where}:\n{code_of(plain)}"
        _say("TRANSLATOR_VERBOSITY", lambda: f"capturing {where}: {why}")
        _say("TRANSLATOR_CODE_LEVEL", code)


def code_of(function: Callable[..., Any]) -> str:
    """The rewritten form of a function, printed. Raises ValueError with the reason when it is not rewritten."""
    plain = bare(function)
    if plain is None:
        raise ValueError(f"{function!r} is not a Python function")
    twin = twin_of(plain)
    if twin.tree is None:
        raise ValueError(twin.reason)
    return to_source(gast.gast_to_ast(twin.tree))


def to_source(tree: ast.AST) -> str:
    """Text of a tree: astor's, unless that cannot print it or prints something else (`match`, newer syntax)."""
    import astor

    exact = ast.unparse(tree) + "\n"
    try:
        text = astor.to_source(tree)
        same = ast.dump(ast.parse(text)) == ast.dump(ast.parse(exact))
    except (AttributeError, SyntaxError, ValueError):  # astor 0.8.1 predates match and what came after
        same = False
    return text if same else exact


#: What the user calls the operators that decide something.
_KINDS = {
    "if_": "if", "while_": "while", "for_": "for", "ifexp": "conditional expression", "and_": "and", "both_": "and",
    "or_": "or", "either_": "or",
}  # fmt: skip


def explain(function: Callable[..., Any], cache: Cache, last: ConcreteProgram | None) -> str:
    """Each `if` and loop of the function with what it became in the last program, and the log of captures."""
    plain = bare(function)
    twin = Twin(reason="no Python function") if plain is None else twin_of(plain)
    if plain is None or twin.tree is None:
        return f"not rewritten: {twin.reason}\n"
    filename = plain.__code__.co_filename
    calls = [n for n in gast.walk(twin.tree) if isinstance(n, gast.Call) and hasattr(n, "generated")]
    sites = {(n.lineno, _KINDS[kind]) for n in calls if (kind := getattr(n.func, "attr", "")) in _KINDS}
    decided = last.decisions if last is not None else {}
    lines = [f"{plain.__qualname__} ({filename})"]
    for line, kind in sorted(sites):
        became = decided.get((filename, line), "stays Python" if last else "not captured yet")
        lines.append(f"  line {line}: {kind} {became}")
    lines += [f"  capture {i + 1}: {why}" for i, why in enumerate(cache.log)]
    return "\n".join(lines) + "\n"
