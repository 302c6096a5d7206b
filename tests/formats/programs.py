"""Programs with control flow, built without the compiler, for the tests of files."""

from __future__ import annotations

import numpy as np

import paddlelite as paddle
from paddlelite import dims as D
from paddlelite.capture import Capture
from paddlelite.dtypes import float32, int64
from paddlelite.ir import verify
from paddlelite.op import Spec
from paddlelite.ops.array import (
    array_append,
    array_length,
    array_read,
    array_stack,
    array_write,
    create_array,
)
from paddlelite.ops.control import cond, while_loop
from paddlelite.ops.reduce import reduce_sum

X = np.arange(6, dtype=np.float32).reshape(2, 3)


def capture(function, **inputs):
    """The program of a function of values; inputs are (dims, dtype)."""
    with Capture() as c:
        values = [c.input(Spec(tuple(dims), dtype), name) for name, (dims, dtype) in inputs.items()]
        results = function(*values)
        program = c.finish(results if isinstance(results, (list, tuple)) else [results])
    verify(program)
    return program


def swapped(a, b, n):
    """a, b = b, a + b: the assignments at the end of a file's loop happen one after the other."""
    zero = paddle.zeros([1], "int64") + n * 0
    return while_loop(lambda i, a, b, c: i < n, lambda i, a, b, c: [i + 1, b, a + b, a], [zero, a, b, b])[1:]


def nested(x, n):
    """Branches in a loop."""

    def body(i, x):
        (y,) = cond((i % 2) == 0, lambda: [x * 2.0], lambda: [x - 1.0])
        (z,) = cond(reduce_sum(y, dim=[], reduce_all=True) > 10.0, lambda: [y * 0.5], lambda: [y])
        return [i + 1, z]

    return while_loop(lambda i, x: i < n, body, [n * 0, x])[1]


def arrays(x, n):
    """Arrays that are written to after a copy was kept, in branches and loops, with negative indices."""
    start = array_append(create_array(float32), x)

    def body(i, array):
        (longer,) = cond(i > 1, lambda: [array_append(array, x * 2.0)], lambda: [array])
        return [i + 1, array_append(longer, x + i.astype("float32"))]

    _, array = while_loop(lambda i, a: i < n, body, [n * 0, start])
    changed = array_write(x * 100.0, paddle.full([], -1, "int64"), array)
    return [
        array_stack(array),
        array_stack(changed),
        array_length(array),
        array_read(array, n * 0 - 1),
        array_read(changed, n),
    ]


#: name -> (program, cases of inputs)
PROGRAMS = {
    "swapped": (
        lambda: capture(swapped, a=((1,), float32), b=((1,), float32), n=((1,), int64)),
        [[np.array([1], np.float32), np.array([2], np.float32), np.array([n])] for n in range(5)],
    ),
    "nested": (
        lambda: capture(nested, x=((D.symbol("n"), 3), float32), n=((), int64)),
        [[X, np.array(n)] for n in range(6)],
    ),
    "arrays": (
        lambda: capture(arrays, x=((2, 3), float32), n=((), int64)),
        [[X, np.array(n)] for n in range(4)],
    ),
}
