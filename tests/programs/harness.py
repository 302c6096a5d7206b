"""Running one function every way: as written, rewritten on eager tensors, captured (interpreter, onnxruntime), and as
files (saved and loaded, exported).
"""

from __future__ import annotations

from dataclasses import is_dataclass
from functools import partial

import numpy as np

import paddlelite as paddle
from paddlelite.errors import CaptureError, UnimplementedError
from paddlelite.export.executor import Executor
from paddlelite.interpret import run_program
from paddlelite.ir import verify
from paddlelite.jit import to_static
from paddlelite.jit.convert import convert
from paddlelite.nested import fill

from .files import check_files
from .gradients import check_differences, check_gradients, close


def tensor(value):
    """A tensor of a nested list or number: ints are int64, floats float32."""
    array = np.asarray(value)
    return paddle.to_tensor(array.astype("float32") if array.dtype == np.float64 else array)


def plain(value):
    """A result with every tensor as (dtype, array); numbers as numbers."""
    if isinstance(value, paddle.Tensor):
        return value.numpy()
    if isinstance(value, (list, tuple)):
        return getattr(value, "_make", type(value))(plain(v) for v in value)
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if is_dataclass(value):
        return type(value)(*map(plain, vars(value).values()))
    return value


def same(got, want, where):
    """Equal values, shapes, dtypes and structure. A Python number may have become a 0-D tensor."""
    if isinstance(want, (list, tuple)):
        assert type(got) is type(want) and len(got) == len(want), where
        for g, w in zip(got, want):
            same(g, w, where)
    elif isinstance(want, dict):
        assert list(got) == list(want), where
        for k in want:
            same(got[k], want[k], where)
    elif is_dataclass(want):
        assert type(got) is type(want), where
        same(vars(got), vars(want), where)
    elif isinstance(want, np.ndarray):
        assert isinstance(got, np.ndarray) and got.shape == want.shape and got.dtype == want.dtype, (
            where,
            got,
            want,
        )
        close(got, want, where, 1e-5, 1e-6)
    elif isinstance(want, (int, float)) and isinstance(got, np.ndarray):
        assert got.shape == (), where
        close(got, want, where, 1e-5, 0.0)
    else:
        assert got == want, (where, got, want)


def outcome(function, args):
    try:
        return "value", plain(function(*args))
    except Exception as error:
        return "error", error


def kind(error):
    """PaddlePaddle's name of the kind of an error of paddlelite, and the class of any other."""
    return getattr(error, "kind", type(error))


def same_error(kind, function, static, *args):
    """A function and its captured form raise an exception of one kind and with one text."""
    (_, want), (_, got) = outcome(function, args), outcome(static, args)
    assert isinstance(want, kind) and isinstance(got, kind) and str(got) == str(want), (got, want)


def check(function, *calls, conds=None, loops=None, files=None, gradients=None, stops=None):
    """`function` gives the same on each of `calls` (tuples of arguments) every way it can run.

    `conds` and `loops` count the branches and loops of the last call's program. `files` is what the error says of a
    function that cannot be saved or exported for arguments of any size, `gradients` what it says of one that cannot be
    differentiated once captured though eagerly it can. `stops` is why its gradients are not what finite differences
    say: where it makes numbers of tensors, or records nothing.
    """
    static = to_static(function)
    outcomes = check_calls(function, static, calls)
    counts = static.main_program.op_counts()
    if conds is not None:
        assert counts.get("cond", 0) == conds, counts
    if loops is not None:
        assert counts.get("while_loop", 0) == loops, counts
    refused = check_files(function, outcomes, files, same)
    assert refused or files is None, f"there are files now: {files=} can go"
    differ = check_differences(function, [args for args, _ in outcomes])
    assert bool(differ) == bool(stops), differ or f"finite differences say the same now: {stops=} can go"
    refused = check_gradients(function, to_static(function), [args for args, _ in outcomes], gradients)
    assert refused or gradients is None, f"there are gradients now: {gradients=} can go"
    return static


def check_calls(function, static, calls):
    """Each call gives eagerly, rewritten, captured, by the interpreter and by onnxruntime the same, or the same error.

    Returns pairs of arguments and of the plain result or the error.
    """
    twin = convert(function)
    assert twin is not function
    outcomes, executors = [], {}
    for args in calls:
        fresh = lambda args=args: tuple(tensor(a) if isinstance(a, (list, np.ndarray)) else a for a in args)
        want = outcome(function, fresh())
        outcomes.append((fresh(), want[1]))
        got = outcome(twin, fresh())
        if want[0] == "error":
            assert (got[0], type(got[1])) == ("error", type(want[1])), (args, got, want)
            got = outcome(static, fresh())
            alike = isinstance(got[1], (type(want[1]), CaptureError)) or kind(got[1]) == kind(want[1])
            assert got[0] == "error" and alike, (args, got, want)
            check_failure(static, fresh(), args, executors)
            continue
        same(got, want, ("rewritten", args))
        got = outcome(static, fresh())
        if got[0] == "error":
            raise got[1]
        same(got, want, ("captured", args))
        check_program(static, fresh(), want[1], args, executors)
    return outcomes


def check_program(static, args, want, where, executors):
    """The program of a call gives what is wanted in the interpreter and in onnxruntime."""
    entry, tensors = static._entry(args, {})
    program = entry.main_program
    if program not in executors:
        verify(program)
        executors[program] = _on_onnxruntime(entry.run)
    feeds = [t.numpy() for t in tensors]
    for how, run in (("interpreted", partial(run_program, program)), ("onnxruntime", executors[program])):
        results = run(feeds)[: len(program.outputs)]
        same(plain(fill(entry.result, results)), want, (how, where))


def check_failure(static, args, where, executors):
    """A call that raises though it was captured raises in the interpreter and in onnxruntime, too."""
    try:
        entry, tensors = static._entry(args, {})
    except Exception:
        return
    program = entry.main_program
    if program not in executors:
        executors[program] = _on_onnxruntime(entry.run)
    feeds = [t.numpy() for t in tensors]
    for how, run in (("interpreted", partial(run_program, program)), ("onnxruntime", executors[program])):
        assert outcome(run, [feeds])[0] == "error", (how, where)


def _on_onnxruntime(executor):
    """A function that runs an executor's program, which must have an ONNX form, on arrays: without interpreting it."""
    if executor._tiny:
        executor = Executor(executor.program, backend="onnxruntime")
    if problems := executor.plan.problems:
        raise UnimplementedError("no ONNX form:\n" + "\n".join(map(str, problems)))
    return executor.results_of
