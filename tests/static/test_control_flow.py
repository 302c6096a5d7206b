"""Control flow of static programs: functions of functions, and 1.x's blocks that assign."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import static
from paddlelite.static.nn.blocks import Switch, While, conditional_block
from paddlelite.tensor.array import array_length, array_read, array_write, create_array


def run(fetch, feed=None):
    return [a.tolist() for a in static.Executor().run(feed=feed, fetch_list=fetch)]


def number(value, dtype="float32"):
    return np.array(value, dtype)


@pytest.mark.parametrize("value, expected", [(1.0, [2.0, 1.0, -1.0]), (5.0, [4.0, 5.0, 25.0])])
def test_cond_gives_structures(graph, value, expected):
    x = static.data("x", [], "float32")
    out = static.nn.cond(x < 3, lambda: {"a": x + 1, "b": [x, -x]}, lambda: {"a": x - 1, "b": (x, x * x)})
    assert run([out["a"], *out["b"]], {"x": number(value)}) == expected


def test_cond_without_a_false_branch_keeps_what_it_wrote(graph):
    x, y = static.data("x", [], "float32"), paddle.full([], 1.0)

    def write():
        paddle.assign(x, output=y)

    assert static.nn.cond(x < 3, write) is None
    for value, expected in ((2.0, 2.0), (7.0, 1.0)):
        assert run([y], {"x": number(value)}) == [expected]


@pytest.mark.parametrize("i, expected", [(0, 10.0), (2, 30.0), (1, 30.0), (9, 30.0)])
def test_switch_case(graph, i, expected):
    n = static.data("n", [1], "int64")
    ten, thirty = (lambda: paddle.full([], 10.0)), (lambda: paddle.full([], 30.0))
    assert run([static.nn.switch_case(n, {0: ten, 2: thirty})], {"n": number([i], "int64")}) == [expected]


@pytest.mark.parametrize("value, expected", [(1.0, 1.0), (3.0, -3.0), (9.0, 0.0)])
def test_case(graph, value, expected):
    x = static.data("x", [], "float32")
    out = static.nn.case([(x < 2, lambda: x), (x < 4, lambda: -x)], default=lambda: x * 0)
    assert run([out], {"x": number(value)}) == [expected]


def test_while_loop_and_its_gradient(graph):
    x = static.data("x", [], "float32")
    x.stop_gradient = False
    i, y = static.nn.while_loop(
        lambda i, y: i < 3, lambda i, y: [i + 1, y * x], [paddle.full([], 0, "int64"), x]
    )
    (dx,) = static.gradients(y, x)
    assert run([i, y, dx], {"x": number(2.0)}) == [3, 16.0, 32.0]


def accumulate(x, steps):
    """h = h * 0.5 + x, ``steps`` times; the h of every step in an array."""
    i, n = paddle.full([1], 0, "int64"), paddle.full([1], steps, "int64")
    h, array = paddle.assign(x), create_array("float32")
    go = paddle.less_than(i, n)
    loop = While(go)
    with loop.block():
        array_write(h, i, array)
        paddle.assign(h * 0.5 + x, output=h)
        paddle.increment(i)
        paddle.assign(paddle.less_than(i, n), output=go)
    return h, i, array


def test_a_while_block_carries_what_it_assigns_to(graph):
    x = static.data("x", [2])
    h, i, array = accumulate(x, 3)
    second = array_read(array, paddle.full([1], 1, "int64"))
    got = run([h, i, second, array_length(array)], {"x": number([1.0, 2.0])})
    assert got == [[1.875, 3.75], [3], [1.5, 3.0], 3]


def test_the_gradient_of_a_while_block(graph):
    x = static.data("x", [2])
    x.stop_gradient = False
    h, _, _ = accumulate(x, 3)
    (dx,) = static.gradients(h, x)
    assert run([dx], {"x": number([1.0, 2.0])}) == [[1.875, 1.875]]


def test_while_blocks_nest(graph):
    total, i = paddle.full([1], 0.0), paddle.full([1], 0, "int64")
    outer = paddle.less_than(i, paddle.full([1], 3, "int64"))
    first = While(outer)
    with first.block():
        j = paddle.full([1], 0, "int64")
        inner = paddle.less_than(j, i)
        second = While(inner)
        with second.block():
            paddle.assign(total + 1.0, output=total)
            paddle.increment(j)
            paddle.assign(paddle.less_than(j, i), output=inner)
        paddle.increment(i)
        paddle.assign(paddle.less_than(i, paddle.full([1], 3, "int64")), output=outer)
    assert run([total, i]) == [[3.0], [3]]


def test_a_switch_takes_the_first_case_that_holds(graph):
    main, startup = graph
    step = static.create_global_var([1], 0.0, "float32", persistable=True, name="step")
    paddle.increment(step)
    rate = static.create_global_var([1], 1.0, "float32", persistable=True, name="rate")
    with Switch() as switch:
        with switch.case(step < 2.0):
            paddle.assign(paddle.full([1], 0.5), output=rate)
        with switch.case(step < 4.0):
            paddle.assign(rate * 0.5, output=rate)
        with switch.default():
            paddle.assign(paddle.full([1], 9.0), output=rate)
    static.Executor().run(startup)
    assert [run([rate])[0][0] for _ in range(5)] == [0.5, 0.25, 0.125, 9.0, 9.0]


def test_a_conditional_block_may_be_skipped(graph):
    x, y = static.data("x", [], "float32"), paddle.full([], 0.0)
    with conditional_block(x > 1):
        paddle.assign(x * 10, output=y)
    assert run([y], {"x": number(2.0)}) == [20.0] and run([y], {"x": number(0.5)}) == [0.0]


def test_bad_control_flow(graph):
    x = static.data("x", [2], "float32")
    with pytest.raises(TypeError, match="'pred' in cond must be Variable"):
        static.nn.cond(True, lambda: x, lambda: x)
    with pytest.raises(TypeError, match="true_fn in cond must be callable"):
        static.nn.cond(x.sum() > 0, x, lambda: x)
    with pytest.raises(ValueError, match="ambiguous"):
        static.nn.cond(x > 0, lambda: x, lambda: x)
    with pytest.raises(ValueError, match="different structures"):
        static.nn.cond(x.sum() > 0, lambda: [x, x], lambda: x)
    with pytest.raises(Exception, match="dtype float32 on one path and int64 on another"):
        static.nn.cond(x.sum() > 0, lambda: x, lambda: x.astype("int64"))
    with pytest.raises(TypeError, match="cond in while_loop should be callable"):
        static.nn.while_loop(x, lambda v: v, [x])
    with pytest.raises(ValueError, match="should not be empty"):
        static.nn.while_loop(lambda: x, lambda: x, [])
    with pytest.raises(ValueError, match="same arity"):
        static.nn.while_loop(lambda v: v.sum() < 3, lambda v: [v, v], [x])
    with pytest.raises(ValueError, match="must differ"):
        static.nn.switch_case(paddle.full([], 1, "int64"), [(1, lambda: x), (1, lambda: x)])
    with pytest.raises(TypeError, match="condition in While should be a bool Variable, but received float32"):
        While(x)
    with pytest.raises(RuntimeError, match="at least one condition"):
        with Switch() as switch, switch.default():
            pass
    with pytest.raises(NotImplementedError, match="does not write to its condition"):
        with While(x.sum() > 0).block():
            paddle.assign(x + 1, output=x)
    go = x.sum() > 0
    with pytest.raises(ValueError, match="in-place write of a tensor of shape"):
        with While(go).block():
            paddle.assign(paddle.concat([x, x]), output=x)
    with pytest.raises(NotImplementedError, match="varying length"):
        static.nn.sequence_pool(x, "sum")


def test_blocks_need_static_mode():
    with pytest.raises(RuntimeError, match="enable_static"):
        While(paddle.to_tensor(True))
    with pytest.raises(IndexError, match="beyond the array's end"):
        array_write(paddle.ones([1]), paddle.to_tensor(1))
    with pytest.raises(TypeError, match="index of a tensor array must be a Tensor"):
        array_read([], 0)
