"""Is the ONNX graph the program? Both are run on samples made from the inputs' sizes and compared.

The program is run by the NumPy interpreter, the graph by onnxruntime. On a deviation both are run again
with every intermediate result, and the first node that differs is named with the user's line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..dims import evaluate
from ..dtypes import DType
from ..errors import FatalError, PaddleError
from ..interpret import run_node
from ..ir import Node, Program, Value, symbols_of
from ..mode import mode
from ..ops.check import is_users
from .builder import Builder
from .lower import Env, lower_nodes, placeholder
from .model import to_model
from .session import Session

__all__ = ["VerificationError", "deviation", "samples", "verify"]

#: So many rounds the loops of a program may make on a sample; on some they would never end.
_MOST_ROUNDS = 10_000
#: What each symbol stands for in turn; different symbols get different sizes.
_SIZES = (2, 3, 1, 5)


class VerificationError(FatalError):
    """A graph that does not compute what the program does."""


def samples(program: Program, count: int = 6, seed: int = 0) -> Iterator[tuple[list[np.ndarray], bool]]:
    """Inputs of the program, and whether they must run: several sizes, both signs, small integers.

    Every second one gives all symbols one size, which suits any program; the others give different symbols different
    sizes, which a program read from a file (where sizes have no names) may not allow.
    """
    rng = np.random.default_rng(seed)
    symbols = sorted(symbols_of(program.inputs))
    for k in range(count):
        equal = k % 2 == 0
        sizes = {s: _SIZES[(k // 2 if equal else k + i) % len(_SIZES)] for i, s in enumerate(symbols)}
        arrays = [_sample(rng, tuple(evaluate(d, sizes) for d in v.dims), v.dtype, k) for v in program.inputs]
        yield arrays, equal or len(symbols) < 2


def _sample(rng: np.random.Generator, shape: tuple[int, ...], dtype: DType, k: int) -> np.ndarray:
    if dtype.is_bool:
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.is_integer:
        return rng.integers(0, 3, shape).astype(dtype.np)
    # All positive, all negative, then mixed: so that conditions on sums go both ways.
    array = rng.standard_normal(shape)
    array = np.abs(array) if k == 0 else -np.abs(array) if k == 1 else array
    return array.astype(dtype.np)


def verify(
    program: Program, session: Session, names: Sequence[str], *, rtol: float = 1e-3, atol: float = 1e-4
) -> tuple[float, int]:
    """Compare on samples; returns the largest absolute difference and the number of samples.

    ``names`` are the session's names of the program's inputs. Raises VerificationError naming the first
    node that deviates. Samples on which the program itself raises, or does not end, are left out.
    """
    worst, done = 0.0, 0
    drawn = _random(program)
    for arrays, must_run in samples(program):
        mode.rounds = _MOST_ROUNDS
        try:
            with np.errstate(all="ignore"):
                values = _interpret(program, arrays)
        except Exception as error:
            if isinstance(error, PaddleError) or is_users(error):
                continue
            raise
        finally:
            mode.rounds = math.inf
        try:
            got = session.run(dict(zip(names, arrays)))
        except Exception as error:
            if not must_run:
                continue
            raise VerificationError(
                f"onnxruntime can not run the exported graph on {_shapes(arrays)}, where eager can; nothing was "
                f"written. This is a defect of paddlelite: {error}"
            ) from error
        for v, g in zip(program.outputs, got):
            off = difference(g, values[v], rtol, atol, numbers=v not in drawn)
            if off is not None:
                raise _explain(program, arrays, v, off, rtol, atol)
            if v.dtype.is_floating and v not in drawn and g.size:
                with np.errstate(invalid="ignore"):
                    off_by = np.abs(np.asarray(g, np.float64) - np.asarray(values[v], np.float64))
                worst = max(worst, float(np.nanmax(off_by, initial=0)))
        done += 1
    return worst, done


def _random(program: Program) -> set[Value]:
    """The values that depend on random numbers: onnxruntime draws others, so only their shapes can be compared."""
    drawn: set[Value] = set()
    for node in program.block.nodes:
        inside = any(n.op.random for block in node.blocks for n in block.walk())
        if node.op.random or inside or any(v in drawn for v in node.read()):
            drawn.update(node.outputs)
    return drawn


def _shapes(arrays: Sequence[np.ndarray]) -> str:
    return "inputs of shapes " + ", ".join(str(list(a.shape)) for a in arrays)


def difference(got: Any, want: Any, rtol: float, atol: float, *, numbers: bool = True) -> str | None:
    """What is wrong with ``got``, or None. Without ``numbers`` only shape and dtype are compared."""
    if isinstance(want, list):
        if len(got) != len(want):
            return f"a list of {len(got)} instead of {len(want)}"
        return next((d for g, w in zip(got, want) if (d := difference(g, w, rtol, atol))), None)
    got, want = np.asarray(got), np.asarray(want)
    if got.shape != want.shape:
        return f"shape {list(got.shape)} instead of {list(want.shape)}"
    if got.dtype != want.dtype:
        return f"dtype {got.dtype} instead of {want.dtype}"
    if not numbers:
        return None
    if want.dtype.kind in "biu":
        return None if np.array_equal(got, want) else "different values"
    a, b = got.astype(np.float64), want.astype(np.float64)
    if np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True):
        return None
    with np.errstate(invalid="ignore"):
        return f"a difference of {np.nanmax(np.abs(a - b)):.3g}"


def _interpret(program: Program, arrays: Sequence[np.ndarray]) -> dict[Value, Any]:
    """Every value of the program's outer block."""
    env: dict[Value, Any] = {v: t._data for v, t in program.captures.items()}
    env.update(zip(program.inputs, arrays))
    for node in program.block.nodes:
        env.update(zip(node.outputs, run_node(node, env)))
    return env


def deviation(
    program: Program, arrays: Sequence[np.ndarray], *, rtol: float = 1e-3, atol: float = 1e-4
) -> tuple[Node, str] | None:
    """The first node whose result in onnxruntime is not eager's, and what is wrong with it."""
    b = Builder()
    env: Env = {v: b.initializer(f"c{i}", t._data) for i, (v, t) in enumerate(program.captures.items())}
    for i, v in enumerate(program.inputs):
        env[v] = placeholder(v, f"x{i}")
        b.inputs.append(env[v])
    lower_nodes(b, program.block.nodes, env, labels=False)
    made = [(n, v) for n in program.block.nodes for v in n.outputs]
    b.outputs([env[v] for _, v in made], [f"y{i}" for i in range(len(made))])
    session = Session(to_model(b), optimize=False)
    got = session.run({f"x{i}": a for i, a in enumerate(arrays)})
    values = _interpret(program, arrays)
    drawn = _random(program)
    for (node, v), g in zip(made, got):
        off = difference(g, values[v], rtol, atol, numbers=v not in drawn)
        if off is not None:
            return node, off
    return None


def _explain(
    program: Program, arrays: Sequence[np.ndarray], output: Value, off: str, rtol: float, atol: float
) -> VerificationError:
    found = deviation(program, arrays, rtol=rtol, atol=atol)
    where = "no single node deviates (onnxruntime's optimisations do)"
    if found is not None:
        node, reason = found
        where = f"the first to deviate is {node.type} at {node.source[0]}:{node.source[1]}, with {reason}"
    return VerificationError(
        f"The exported graph is not the program: output {output.name} has {off} for {_shapes(arrays)}; "
        f"{where}. Nothing was written. This is a defect of paddlelite: please report it with the program."
    )
