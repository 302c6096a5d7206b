"""Random programs on tensors: captured equals eager, or is refused at capture; never silently another value."""

from __future__ import annotations

import itertools
import linecache
import os

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.export.executor import run_onnxruntime
from paddlelite.interpret import run_program
from paddlelite.jit import to_static
from paddlelite.jit.merge import fill

from .harness import outcome, plain, same
from .random_tensors import source

SEEDS = int(os.environ.get("PADDLELITE_SEEDS", "60"))
_numbers = itertools.count()


class Box:
    def __init__(self, h):
        self.h = h


def define(text):
    filename = f"<tensors {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    namespace = {"__name__": "user_code", "Box": Box, "paddle": paddle}
    exec(compile(text, filename, "exec"), namespace)
    return namespace["f"]


def inputs():
    for (a, b), n in itertools.product([((1.0, 2.0), (0.5, -1.0)), ((-3.0, 0.25), (2.0, 2.0))], (0, 1, 3)):
        yield paddle.to_tensor(np.float32(a)), paddle.to_tensor(np.float32(b)), paddle.to_tensor(n)


def run(seed, onnx=False):
    """Compare one program; returns "right" or why it was refused."""
    function = define(source(seed))
    static = to_static(function)
    for args in inputs():
        want = outcome(function, args)
        got = outcome(static, args)
        if got[0] == "error" and isinstance(got[1], CaptureError):
            return str(got[1])
        if want[0] == "error":
            assert got[0] == "error", (seed, want)
            continue
        if got[0] == "error":
            raise got[1]
        same(got[1], want[1], f"seed {seed}: {args}\n{source(seed)}")
        entry, tensors = static._entry(args, {})
        feeds = [t.numpy() for t in tensors]
        for name, execute in (
            ("interpreter", run_program),
            *([("onnxruntime", run_onnxruntime)] if onnx else []),
        ):
            results = execute(entry.traced.program, feeds)[: len(entry.traced.program.outputs)]
            same(plain(fill(entry.traced.result, list(results))), want[1], f"{name}, seed {seed}: {args}")
    return "right"


@pytest.mark.parametrize("block", range(0, SEEDS, 20))
def test_random_programs(block):
    results = [run(seed, onnx=seed % 10 == 0) for seed in range(block, min(block + 20, SEEDS))]
    assert results.count("right") > len(results) // 2, results


def gradients(function, args):
    """Gradients of a sum of all results with respect to x and y, eager or captured."""
    x, y = (paddle.to_tensor(t.numpy(), stop_gradient=False) for t in args[:2])
    results = [
        r for r in function(x, y, args[2]) if isinstance(r, paddle.Tensor) and r.dtype == paddle.float32
    ]
    total = sum((r * r).sum() for r in results)
    if total.stop_gradient:
        return None, None
    total.backward()
    return [None if t.grad is None else t.grad.numpy() for t in (x, y)]


@pytest.mark.parametrize("block", range(0, SEEDS // 2, 10))
def test_gradients_of_random_programs(block):
    right = 0
    for seed in range(block, block + 10):
        if "u[0] =" in source(seed):
            continue  # writes into leaves that want gradients are refused in eager mode too
        function = define(source(seed))
        static = to_static(function)
        for args in inputs():
            try:
                want = gradients(function, args)
            except Exception:
                break
            got = gradients(static, args)
            right += 1
            for g, w in zip(got, want):
                w = np.zeros(2, "float32") if w is None else w
                g = np.zeros(2, "float32") if g is None else g
                np.testing.assert_allclose(g, w, rtol=1e-3, atol=1e-4, err_msg=f"seed {seed}\n{source(seed)}")
    assert right
