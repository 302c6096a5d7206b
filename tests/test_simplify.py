"""Branches that agree collapse, and what every round of a loop computes alike is computed before it."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.ir import Block, verify
from paddlelite.jit import to_static
from paddlelite.static import InputSpec

from .programs.harness import check

X = np.float32([[0.5, -1.0], [2.0, 0.25]])


def inside(program):
    """The op types in the blocks of a program's control flow, sorted."""
    return sorted(n.type for node in program.block.nodes for b in node.blocks for n in b.walk())


def captured(function, *specs):
    """The program of a function, checked."""
    program = to_static(function, input_spec=list(specs)).main_program
    verify(program)
    return program


# Branches


def equal_branches(x):
    if x.sum() > 0:
        y = paddle.tanh(x) * 2
    else:
        y = paddle.tanh(x) * 2
    return y


def one_result_equal(x):
    if x.sum() > 0:
        same = paddle.exp(x)
        other = same + 1
    else:
        same = paddle.exp(x)
        other = same - 1
    return same, other


def equal_twice(x):
    # Both branches compute tanh(x) twice, and more from each.
    if x.sum() > 0:
        y = paddle.exp(paddle.tanh(x)) - paddle.tanh(x)
    else:
        y = paddle.exp(paddle.tanh(x)) - paddle.tanh(x)
    return y


def handed_on(x):
    y = x * 3
    if x.sum() > 0:
        z, y = x + 1, y
    else:
        z, y = x - 1, y
    return y, z


def nested_equal(x, n):
    if x.sum() > 0:
        if n > 2:
            y = x + n
        else:
            y = x + n
    else:
        y = x + n
    return y


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    "function, conds, count",
    [
        (equal_branches, 0, {"tanh": 1, "scale": 1}),
        (equal_twice, 0, {"tanh": 1, "exp": 1}),
        (one_result_equal, 1, {"exp": 1}),
        (handed_on, 1, {}),
    ],
)
def test_what_both_branches_compute_is_computed_once(function, conds, count, sign):
    counts = check(function, (sign * X,), conds=conds).main_program.op_counts()
    assert {k: counts.get(k) for k in count} == count


def test_nested_branches_that_agree_collapse():
    counts = check(
        nested_equal, *((x, np.array(n)) for x in (X, -X) for n in (1, 3)), conds=0
    ).main_program.op_counts()
    assert counts["elementwise_add"] == 1, counts


def nearly_equal(x):
    if x.sum() > 0:
        a, b, c, d = x * 1, x / 0.0, x.sum(0), x.detach() * 2
    else:
        a, b, c, d = x * 1.5, x / -0.0, x.sum(1), x * 2
    return a, b, c, d


def test_branches_that_differ_in_a_number_or_a_gradient_stay():
    check(nearly_equal, (X,), (-X,), conds=1)


def draws(x):
    if x.sum() > 0:
        y = x + paddle.rand([2])
    else:
        y = x + paddle.rand([2])
    return y


def test_draws_stay_where_they_are():
    static = to_static(draws)
    for sign in (1, -1):
        x = paddle.to_tensor(sign * X)
        paddle.seed(3)
        want = draws(x).numpy(), draws(x).numpy()
        paddle.seed(3)
        np.testing.assert_array_equal(np.stack([static(x).numpy(), static(x).numpy()]), np.stack(want))


def checked(x, n):
    if x.sum() > 0:
        assert n != 0, "no rows"
        y = x // n
    else:
        y = x // n
    return y


def test_a_check_comes_before_what_fails():
    static = to_static(checked)
    with pytest.raises(AssertionError, match="no rows"):
        static(paddle.ones([2], "int64"), paddle.to_tensor(0))
    assert static(paddle.ones([2], "int64") * 9, paddle.to_tensor(2)).tolist() == [4, 4]


# Loops


def invariant(x, w, n):
    for _ in range(n):
        x = paddle.matmul(x, w * 2) + paddle.exp(w).sum()
    return x


def nested_invariant(x, w, n):
    for i in range(n):
        for _ in range(n):
            x = x + paddle.tanh(w).sum() * i
    return x


def unchanged(x, w, n):
    y = w
    for _ in range(n):
        if x.sum() > 0:
            y, x = y, x - w
        else:
            y, x = y, x + w
    return x, y


def in_the_test(x, w, n):
    i = paddle.zeros([], "int64")
    while i * paddle.tanh(w).sum() < n:
        x, i = x + w, i + 1
    return x


def without_gradient(x, w, n):
    z = x.detach()
    with paddle.no_grad():
        for _ in range(n):
            z = z * 0.5 + paddle.tanh(w)
    for _ in range(n):
        x = x * paddle.tanh(w.detach()) + w
    return x + z * w


CALLS = [(X, X * 0.5, np.array(n)) for n in (0, 1, 3)]
W, N = InputSpec([None, None], "float32"), InputSpec([], "int64")


@pytest.mark.parametrize(
    "function, stays",
    [
        (invariant, "elementwise_add less_than matmul_v2 scale scale scale"),
        (nested_invariant, None),
        (unchanged, None),
        (in_the_test, None),
        (without_gradient, None),
    ],
)
def test_what_does_not_change_is_computed_before_the_loop(function, stays):
    stops = "it records nothing under no_grad" if function is without_gradient else None
    program = check(function, *CALLS, stops=stops).main_program
    assert not {"exp", "tanh", "reduce_sum"} & set(inside(program)) or function is unchanged
    assert stays is None or " ".join(inside(program)) == stays


def fails(x, d, n):
    for _ in range(n):
        x = x + 7 // d
    return x


def reads(x, d, n):
    for _ in range(n):
        x = x + d[2]
    return x


def joins(x, d, n):
    y = x
    for _ in range(n):
        y = y + (x + d)
    return y


@pytest.mark.parametrize(
    "function, stay, d",
    [
        (fails, "elementwise_floordiv", [0, 0]),
        (reads, "slice", [1, 1]),
        (joins, "elementwise_add", [1, 1, 1]),
    ],
)
def test_what_may_fail_stays_in_the_loop(function, stay, d):
    spec = InputSpec([None], "int64")
    static = to_static(function, input_spec=[spec, spec, N])
    x, d = paddle.to_tensor([1, 2]), paddle.to_tensor(d)
    assert static(x, d, paddle.to_tensor(0)).tolist() == [1, 2]
    with pytest.raises(Exception):  # noqa: B017 - as eagerly
        static(x, d, paddle.to_tensor(1))
    assert stay in inside(static.main_program)


def known_sizes(x, d, n):
    y = x
    for _ in range(n):
        y = y + (x + d)
    return y


def test_sizes_of_one_name_fit():
    spec = InputSpec(["m"], "int64")
    assert inside(captured(known_sizes, spec, spec, N)).count("elementwise_add") == 1


def noisy(x, w, n):
    for _ in range(n):
        x = x + paddle.nn.functional.dropout(w, 0.5)
    return x


def test_draws_of_a_loop_stay_in_it():
    static, x = to_static(noisy), paddle.to_tensor(X)
    for n in (0, 1, 4):
        paddle.seed(5)
        want = noisy(x, x, paddle.to_tensor(n)).numpy()
        paddle.seed(5)
        np.testing.assert_allclose(static(x, x, paddle.to_tensor(n)).numpy(), want, rtol=1e-6)


def written(x, w, n):
    y = w * 1
    for i in range(n):
        x = x + paddle.tanh(y).sum()
        y[0] = i + 1.0
    return x, y


def test_what_the_loop_writes_is_read_anew():
    check(written, *CALLS)


def test_names_of_results_stay(tmp_path):
    def f(x):
        if x.sum() > 0:
            y, z = x, x + 1
        else:
            y, z = x, x + 1
        return {"same": y, "more": z, "again": z}

    static = to_static(f, input_spec=[InputSpec([None], "float32", "x")])
    paddle.onnx.export(static, str(tmp_path / "m"))
    import onnx

    assert [o.name for o in onnx.load(str(tmp_path / "m.onnx")).graph.output] == ["same", "more", "again"]


# Blocks that two programs run


def counted(x, n):
    x.stop_gradient = False
    y, count = x, paddle.zeros([2])
    for i in range(n):
        if y.sum() > 1:
            far, new, k = y.detach() + 1.5, y * 2, i + 1
        else:
            far, new, k = y.detach() - 1, y * y * 3, i * 2
        count = count + far.floor() + k
        y = new * new * 0.3
    (slope,) = paddle.grad(y.sum(), [x])
    return y, count, slope


def test_the_backward_keeps_less_of_a_branch_than_the_forward():
    static = to_static(counted)
    for n in range(4):
        want = counted(paddle.to_tensor([0.5, 0.7]), paddle.to_tensor(n))
        got = static(paddle.to_tensor([0.5, 0.7]), paddle.to_tensor(n))
        for a, b in zip(got, want, strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5)
    verify(static.main_program)


def test_a_copy_of_a_block_has_values_of_its_own():
    program = captured(nested_invariant, W, W, N)
    copy = Block(program.block.params, program.block.nodes, program.block.outputs).copy()
    mine = {id(v) for n in copy.walk() for v in (*n.outputs, *(p for b in n.blocks for p in b.params))}
    theirs = {
        id(v) for n in program.block.walk() for v in (*n.outputs, *(p for b in n.blocks for p in b.params))
    }
    assert len(mine) == len(theirs) and not mine & theirs
