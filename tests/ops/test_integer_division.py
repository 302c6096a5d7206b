"""Integer division by zero raises on every executor; the signs of // and % are Python's."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.capture import Capture
from paddlelite.export import executor
from paddlelite.interpret import run_program
from paddlelite.op import Spec
from paddlelite.ops.binary import floor_divide, remainder

OPS = {"//": floor_divide, "%": remainder}


def program_of(op, dtype=paddle.int64):
    with Capture() as c:
        x, y = (c.input(Spec((4,), dtype), name, stop_gradient=True) for name in "xy")
        return c.finish([op(x, y)])


@pytest.mark.parametrize("sign", OPS)
@pytest.mark.parametrize("dtype", ["int64", "int32"])
def test_zero_divisor_raises_in_eager(sign, dtype):
    x, y = (paddle.to_tensor(v, dtype=dtype) for v in ([1, 2], [1, 0]))
    with pytest.raises(IndexError, match="zero"):
        OPS[sign](x, y)
    with pytest.raises(IndexError, match="zero"):
        _ = x // 0 if sign == "//" else x % 0


@pytest.mark.parametrize("sign", OPS)
@pytest.mark.parametrize("dtype", [paddle.int64, paddle.int32])
def test_zero_divisor_raises_in_a_program(sign, dtype):
    program = program_of(OPS[sign], dtype)
    x, y = np.array([7, 1, 2, 3], dtype.np), np.array([2, 0, 1, 1], dtype.np)
    with pytest.raises(IndexError, match="zero"):
        run_program(program, [x, y])
    # onnxruntime alone would end the process with a signal here.
    with pytest.raises(Exception, match="(?i)indices|index|zero|bounds"):
        executor.run_onnxruntime(program, [x, y])


@pytest.mark.parametrize("sign", OPS)
def test_signs_are_pythons_everywhere(sign):
    x, y = np.array([7, -7, 7, -7], np.int64), np.array([2, 2, -2, -2], np.int64)
    want = [int(a) // int(b) if sign == "//" else int(a) % int(b) for a, b in zip(x, y)]
    assert OPS[sign](paddle.to_tensor(x), paddle.to_tensor(y)).tolist() == want
    program = program_of(OPS[sign])
    assert run_program(program, [x, y])[0].tolist() == want
    assert executor.run_onnxruntime(program, [x, y])[0].tolist() == want


def test_floats_divide_by_zero_silently():
    with np.errstate(all="raise"):
        out = paddle.to_tensor([1.0, -1.0, 0.0]) // paddle.to_tensor([0.0, 0.0, 0.0])
    assert out.numpy()[0] == np.inf and out.numpy()[1] == -np.inf and np.isnan(out.numpy()[2])
