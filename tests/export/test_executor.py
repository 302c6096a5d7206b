"""Programs on onnxruntime: equal to the interpreter, cut around kernels, frozen and fed weights, state, errors."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.capture import Capture
from paddlelite.dtypes import dtype_of
from paddlelite.errors import InvalidArgumentError, OutOfRangeError, UnimplementedError
from paddlelite.export.executor import Executor, run_onnxruntime
from paddlelite.export.plan import KernelStep, SessionStep
from paddlelite.interpret import run_program
from paddlelite.op import OPS, Spec, op
from paddlelite.ops.array import array_append, array_length, array_make, array_stack
from paddlelite.ops.control import cond, while_loop
from paddlelite.ops.reduce import reduce_sum
from tests.export.programs import normal, trace


def total(x):
    return reduce_sum(x, dim=[], reduce_all=True)


def mlp(weights):
    def forward(x):
        for w, b in weights:
            x = x @ w + b
            x = x * x
        return x

    return forward


def weights(grad=False):
    return [
        (normal(4, 8, grad=grad), normal(8, seed=1, grad=grad)),
        (normal(8, 3, seed=2, grad=grad), normal(3, grad=grad)),
    ]


def same(got, want, **kw):
    for g, w in zip(got, want, strict=True):
        assert g.dtype == w.dtype and g.shape == w.shape
        np.testing.assert_allclose(g, w, rtol=1e-5, atol=1e-5, **kw)


@pytest.mark.parametrize("batch", [0, 1, 2, 17])
def test_an_mlp_is_what_the_interpreter_says(batch):
    program = trace(mlp(weights()), ("x", ("n", 4), "float32"))
    x = np.random.default_rng(batch).standard_normal((batch, 4)).astype(np.float32)
    same(run_onnxruntime(program, [x]), run_program(program, [x]))


def branching(x):
    y = cond(total(x) > 0, lambda: [x * 2.0], lambda: [x - 1.0])[0]
    count, z = while_loop(
        lambda i, v: total(v) < 30.0, lambda i, v: [i + 1, v + 1.0], [paddle.to_tensor(0), y]
    )
    return count, z


@pytest.mark.parametrize("start", [-1.0, 1.0, 10.0])
def test_control_flow(start):
    program = trace(branching, ("x", ("n", 2), "float32"))
    x = np.full((3, 2), start, np.float32)
    same(run_onnxruntime(program, [x]), run_program(program, [x]))


@pytest.mark.parametrize("n", [0, 1, 4])
def test_lists_grow_in_loops(n):
    def fn(n, x):
        body = lambda i, a, y: [i + 1, array_append(a, y), y * 2.0]
        _, rows, _ = while_loop(lambda i, a, y: i < n, body, [paddle.to_tensor(0), array_make([x]), x])
        return array_stack(rows), array_length(rows)

    program = trace(fn, ("n", (), "int64"), ("x", ("b", 3), "float32"))
    feeds = [np.array(n), np.ones((2, 3), np.float32)]
    stacked, count = run_onnxruntime(program, feeds)
    assert stacked.shape == (n + 1, 2, 3) and count == n + 1
    same((stacked, count), run_program(program, feeds))


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64", "int32", "int16", "uint8"])
def test_dtypes_pass_through(dtype):
    program = trace(lambda x: (x + x, x * x), ("x", ("n",), dtype))
    x = np.array([1, 2, 3]).astype(dtype_of(dtype).np)
    for g, w in zip(run_onnxruntime(program, [x]), run_program(program, [x])):
        assert g.dtype == w.dtype
        np.testing.assert_array_equal(g.astype(float), w.astype(float))


@pytest.fixture
def opaque():
    """An op that has no ONNX form."""

    @op("opaque_test_op")
    def opaque_test_op(X):
        """Reverses the first axis."""
        return np.ascontiguousarray(X[::-1])

    opaque_test_op.infer(lambda X: Spec(X.dims, X.dtype))
    yield opaque_test_op
    del OPS["opaque_test_op"]


def test_a_graph_that_onnxruntime_refuses_runs_by_kernels_with_a_warning(opaque):
    opaque.onnx(lambda b, X: b.Reshape(X, b.const([2, 7], "int64")))
    program = trace(lambda x: opaque(x * 2.0) + x * x, ("x", (3,), "float32"))
    x = np.arange(3, dtype=np.float32)
    executor = Executor(program, backend="onnxruntime")
    with pytest.warns(RuntimeWarning, match="onnxruntime refuses"):
        same(executor.run([x]), run_program(program, [x]))


def kinds(plan):
    return [type(s).__name__ for s in plan.steps]


def test_nodes_without_a_form_run_by_their_kernels(opaque):
    def fn(x):
        y = ((x * x) @ x - x) * 3.0
        z = ((opaque(y) + y) @ x * y) + 1.0
        return opaque(z), (x * 5.0)

    program = trace(fn, ("x", ("n", "n"), "float32"))
    x = np.random.default_rng(0).standard_normal((4, 4)).astype(np.float32)
    executor = Executor(program, backend="onnxruntime")
    same(executor.run([x]), run_program(program, [x]))
    assert kinds(executor.plan) == ["SessionStep", "KernelStep", "SessionStep", "KernelStep"]
    assert {p.node.type for p in executor.plan.problems} == {"opaque_test_op"}
    with pytest.raises(UnimplementedError, match=r"test_executor.py:\d+: opaque_test_op"):
        run_onnxruntime(program, [x])


def test_a_block_with_such_a_node_runs_by_its_kernel(opaque):
    program = trace(
        lambda x: cond(total(x) > 0, lambda: [opaque(x)], lambda: [x])[0], ("x", ("n",), "float32")
    )
    executor = Executor(program, backend="onnxruntime")
    for x in ([1.0, 2.0], [-1.0, -2.0]):
        x = np.array(x, np.float32)
        same(executor.run([x]), run_program(program, [x]))


def test_random_ops_run_first_and_advance_the_generator():
    w = normal(4, 4)

    def fn(x):
        return ((x @ w + paddle.rand([4])) @ w) * paddle.rand([4]) + x

    program = trace(fn, ("x", ("n", 4), "float32"))
    executor = Executor(program, backend="onnxruntime")
    x = paddle.ones([2, 4])
    paddle.seed(7)
    static = [executor([x])[0].numpy() for _ in range(3)]
    steps = executor.plan.steps
    assert isinstance(steps[-1], SessionStep) and all(isinstance(s, KernelStep) for s in steps[:-1])
    paddle.seed(7)
    same(static, [fn(x).numpy() for _ in range(3)])
    assert not np.array_equal(static[0], static[1])


def test_weights_are_frozen_until_they_change():
    pairs = weights()
    program = trace(mlp(pairs), ("x", ("n", 4), "float32"))
    executor = Executor(program, backend="onnxruntime")
    x = paddle.ones([2, 4])
    with paddle.no_grad() if hasattr(paddle, "no_grad") else _nothing():
        for k in range(8):
            if k in (2, 3, 7):
                pairs[0][0].set_value(np.full((4, 8), 0.1 * k, np.float32))
            same([executor([x])[0].numpy()], [mlp(pairs)(x).numpy()], err_msg=str(k))
    assert executor._loose is not None


class _nothing:
    __enter__ = __exit__ = lambda self, *a: None


def test_an_in_place_change_of_the_array_is_seen_by_its_version():
    w = normal(2, 2)
    executor = Executor(trace(lambda x: x @ w, ("x", ("n", 2), "float32")), backend="onnxruntime")
    x = paddle.ones([1, 2])
    executor([x])
    w._data[:] = 5.0
    w._touch()
    np.testing.assert_allclose(executor([x])[0].numpy(), [[10.0, 10.0]])


def test_state_is_written_back():
    counter = paddle.zeros([1])
    with Capture() as c:
        x = c.input(Spec((1,), dtype_of("float32")), "x")
        c.write(counter, counter + x)
        program = c.finish([counter * 2.0])
    executor = Executor(program, backend="onnxruntime")
    for k in (1, 2, 3):
        (out,) = executor([paddle.ones([1])])
        assert float(counter) == k and float(out) == 2 * k


def test_small_programs_may_stay_in_the_interpreter():
    executor = Executor(trace(lambda x: x + x, ("x", (2,), "float32")))
    for _ in range(5):
        np.testing.assert_array_equal(executor([paddle.ones([2])])[0].numpy(), [2, 2])
    executor = Executor(trace(lambda x: x + x, ("x", (2,), "float32")), backend="numpy")
    np.testing.assert_array_equal(executor([paddle.ones([2])])[0].numpy(), [2, 2])
    with pytest.raises(InvalidArgumentError, match="backend"):
        Executor(executor.program, backend="cuda")


def test_an_executor_called_while_capturing_becomes_part_of_the_graph():
    w = normal(2, 2)
    inner = Executor(trace(lambda x: x @ w, ("x", ("n", 2), "float32")))
    program = trace(lambda x: inner([x + 1.0])[0] * 2.0, ("x", ("n", 2), "float32"))
    assert program.op_counts()["matmul_v2"] == 1
    x = np.ones((3, 2), np.float32)
    same(run_onnxruntime(program, [x]), [(x + 1) @ w.numpy() * 2])


def test_wrong_inputs_are_errors_of_the_right_class():
    executor = Executor(trace(lambda x: x @ normal(4, 3), ("x", ("n", 4), "float32")), backend="onnxruntime")
    with pytest.raises(InvalidArgumentError, match="1 inputs, not 2"):
        executor([paddle.ones([1, 4]), paddle.ones([1, 4])])
    with pytest.raises(InvalidArgumentError, match=r"matmul(.|\n)*test_executor.py:\d+"):
        executor([paddle.ones([1, 5])])


def test_an_index_outside_is_out_of_range():
    def fn(n, x):
        return array_make([x, x * 2.0]), n

    from paddlelite.ops.array import array_read

    program = trace(lambda n, x: array_read(fn(n, x)[0], n), ("n", (), "int64"), ("x", (2,), "float32"))
    executor = Executor(program, backend="onnxruntime")
    x = paddle.ones([2])
    np.testing.assert_array_equal(executor([paddle.to_tensor(-1), x])[0].numpy(), [2, 2])
    with pytest.raises(OutOfRangeError):
        executor([paddle.to_tensor(2), x])


def test_results_that_need_no_node():
    w = normal(2)
    program = trace(lambda x: [x, w, x], ("x", (2,), "float32"))
    x = np.ones(2, np.float32)
    same(run_onnxruntime(program, [x]), [x, w.numpy(), x])


def test_dropout_does_not_cut_the_graph():
    from paddlelite.framework.random import default_generator
    from paddlelite.ops.dropout import dropout

    w = normal(4, 4)

    def fn(x):
        h = x @ w
        for _ in range(2):
            state = next_state()
            h = (
                dropout(state, h @ w, None, dropout_prob=0.5, dropout_implementation="upscale_in_train")[0]
                + x
            )
        return h

    state = paddle.to_tensor(np.array([3, 1], np.int64))
    next_state = lambda: state
    program = trace(fn, ("x", ("n", 4), "float32"))
    executor = Executor(program, backend="onnxruntime")
    x = normal(5, 4)
    same(executor.run([x.numpy()]), [fn(x).numpy()])
    assert [type(s).__name__ for s in executor.plan.steps].count("SessionStep") == 1
    assert default_generator is not None


@pytest.mark.parametrize("n", [0, 3])
def test_lists_between_sessions_and_kernels(n):
    """A list made by a session, cut by a kernel (array_slice has no ONNX form), read by a session again."""
    from paddlelite.ops.array import array_read, array_slice

    def fn(n, x):
        body = lambda i, a, y: [i + 1, array_append(a, y), y * 2.0]
        _, rows, _ = while_loop(lambda i, a, y: i < n, body, [paddle.to_tensor(0), array_make([x]), x])
        part = array_slice(rows, paddle.to_tensor(0), array_length(rows))
        stacked = array_stack(part) * 2.0 + x * 3.0
        return stacked @ stacked.astype("float32")[0].reshape([3, 2]), array_read(part, n), array_length(part)

    program = trace(fn, ("n", (), "int64"), ("x", (2, 3), "float32"))
    executor = Executor(program, backend="onnxruntime")
    feeds = [np.array(n), np.arange(6, dtype=np.float32).reshape(2, 3)]
    same(executor.run(feeds), run_program(program, feeds))
    assert {"KernelStep", "SessionStep"} <= set(kinds(executor.plan))
