"""`py_func`, `static_pylayer` and `PyLayer` in programs; weights with a norm of their own."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn, static
from paddlelite.errors import InvalidArgumentError, PreconditionNotMetError, UnimplementedError
from paddlelite.nn.initializer import Assign
from tests.golden.make_static import run_py_func, run_weight_norm

X = np.random.RandomState(0).randn(5, 3).astype("float32")
W = np.random.RandomState(1).randn(3, 3).astype("float32")


def run(program_and_startup, fetch, feed=None):
    main, startup = program_and_startup
    exe = static.Executor()
    exe.run(startup)
    return exe.run(main, {"x": X} if feed is None else feed, fetch)


def variable(name="out", shape=(-1, 3), dtype="float32"):
    return static.default_main_program().current_block().create_var(name, shape, dtype)


class Cube(paddle.autograd.PyLayer):
    """Whose gradient is not its own: half of it, and that of a second result."""

    @staticmethod
    def forward(ctx, x, power=3):
        ctx.save_for_backward(x)
        ctx.power = power
        signs = paddle.sign(x)
        ctx.mark_non_differentiable(signs)
        return x**power, paddle.tanh(x), signs

    @staticmethod
    def backward(ctx, g, h, signs):
        (x,) = ctx.saved_tensor()
        return g * ctx.power * x ** (ctx.power - 1) * 0.5 + h


def cost(x, w):
    a, b, signs = Cube.apply(paddle.matmul(x, w))
    return (a + b * 2 + signs).sum()


def looped(x, w):
    i = paddle.zeros([], "int64")
    while i < 2:
        if paddle.matmul(x, w).sum() > -100:
            x = Cube.apply(paddle.tanh(paddle.matmul(x, w)))[0] + x
        i = i + 1
    return (x * x).sum()


def gradients(function, second=False):
    x, w = (paddle.to_tensor(a, stop_gradient=False) for a in (X, W))
    loss = function(x, w)
    if second:
        (gx,) = paddle.grad(loss, x, create_graph=True)
        loss = (gx * gx).sum()
    loss.backward()
    return [float(loss), w.grad.numpy(), x.grad.numpy()]


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("function", [cost, looped])
def test_a_py_layer_in_a_translated_function(function, second):
    if second and function is looped:
        pytest.skip("second gradients of loops are tested elsewhere")
    for a, b in zip(gradients(paddle.jit.to_static(function), second), gradients(function, second)):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_a_py_layer_in_a_program(graph):
    x, w = static.data("x", [None, 3]), static.create_parameter([3, 3], "float32", attr=Assign(W))
    x.stop_gradient = False
    loss = cost(x, w)
    dw, dx = static.gradients(loss, [w, x])
    found = run(graph, [loss, dw, dx])
    (step,) = [r for r in graph[0]._runs.values()]
    assert len(step.runner.plan.steps) == 1  # it is all onnxruntime's
    test = graph[0].clone(for_test=True)
    again = static.Executor().run(test, {"x": X}, [loss])
    paddle.disable_static()
    for a, b in zip(found, gradients(cost)):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(again[0], found[0], rtol=1e-6)


def test_a_network_with_a_py_layer_is_saved(tmp_path):
    class Net(nn.Layer):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 3)

        def forward(self, x):
            return Cube.apply(self.linear(x))[0]

    net = paddle.jit.to_static(Net(), input_spec=[static.InputSpec([None, 3], "float32", "x")])
    out = net(paddle.to_tensor(X))
    out.sum().backward()
    paddle.jit.save(net, str(tmp_path / "m"))
    loaded = paddle.jit.load(str(tmp_path / "m"))
    np.testing.assert_allclose(loaded(paddle.to_tensor(X)), out.numpy(), rtol=1e-5)
    ops = [op.type for op in loaded.program().global_block().ops]
    assert "own_gradient" not in ops and "pow" in ops


def test_static_pylayer_with_structures_and_none(graph):
    x = static.data("x", [None, 3])
    y = static.data("y", [None, 3])
    x.stop_gradient = False

    def forward(a, b):
        return {"sum": a + b}, [a * b]

    def backward(g, h):
        return g * 10 + h, None

    out = static.nn.static_pylayer(forward, [x, y], backward)
    (dx,) = static.gradients([out[0]["sum"], out[1][0]], [x])
    found = run(graph, [dx, out[1][0]], {"x": X, "y": X * 2})
    np.testing.assert_allclose(found[0], np.full_like(X, 11))
    np.testing.assert_allclose(found[1], X * X * 2, rtol=1e-6)
    assert static.nn.static_pylayer(lambda a: None, [y]) is None
    assert static.nn.static_pylayer(lambda a: a * 2, [y]).stop_gradient


def test_bad_own_gradients(graph):
    x = static.data("x", [None, 3])
    pylayer = static.nn.static_pylayer
    with pytest.raises(AssertionError, match="must be a list"):
        pylayer(lambda a: a, x, lambda g: g)
    with pytest.raises(ValueError, match="`forward_fn` should be callable"):
        pylayer(None, [x])
    with pytest.raises(ValueError, match="`backward_fn` should be callable"):
        pylayer(lambda a: a, [x], 3)
    with pytest.raises(ValueError, match=r"number of input grads.*got 2 and 1"):
        pylayer(lambda a: a * 1, [x], lambda g: (g, g))
    with pytest.raises(ValueError, match=r"input 0 is float32\[\], but the input is float32\[-1, 3\]"):
        pylayer(lambda a: a * 1, [x], lambda g: g.sum())
    with pytest.raises(ValueError, match="must be a Tensor or None, but is float"):
        pylayer(lambda a: a * 1, [x], lambda g: 1.0)
    with pytest.raises(UnimplementedError, match="draws random numbers"):
        pylayer(lambda a: a * 1, [x], lambda g: g * paddle.rand([3]))
    x.stop_gradient = False
    with pytest.raises(ValueError, match=r"expected to be True.*x\.stop_gradient got False"):
        pylayer(lambda a: a, [x])
    paddle.disable_static()
    with pytest.raises(AssertionError, match="please use PyLayer instead"):
        pylayer(lambda a: a, [paddle.ones([1])])


def test_py_func_trains_as_in_paddlepaddle():
    losses, seen, hidden = run_py_func(paddle)
    # Recorded with PaddlePaddle 2.6.2; 3.3.1's programs have no create_var.
    expected = [2.3021130561828613, 2.2985596656799316, 2.2947940826416016, 2.290804386138916]
    np.testing.assert_allclose(losses, expected, rtol=2e-6)
    np.testing.assert_allclose(hidden, [0.67380464, -0.37733632, -0.0209029], rtol=1e-5)
    assert seen == [(5, 6)] * 8


def test_py_func_of_several(graph):
    x = static.data("x", [None, 3])
    x.stop_gradient = False
    n = static.data("n", [1], "int64")
    out, rows = variable(), variable("rows", [], "int64")

    def forward(a, k):
        return np.array(a) * np.array(k, "float32"), np.array(len(np.array(a)))

    def backward(a, k, out, rows, g, h):
        assert h is None  # an integer has no gradient
        return np.array(g) * np.array(k, "float32") + np.array(out) * 0, None

    given = static.nn.py_func(forward, [x, n], (out, rows), backward)
    assert given[0] is out and out.name == "out"
    (dx,) = static.gradients(out.sum(), [x])
    found = run(graph, [out, "rows", dx], {"x": X, "n": np.array([4])})
    np.testing.assert_allclose(found[0], X * 4)
    assert found[1] == 5
    np.testing.assert_array_equal(found[2], np.full_like(X, 4))


def test_py_func_without_a_gradient_and_without_arguments(graph):
    numbers = iter(range(100))
    x = static.data("x", [None, 3])
    x.stop_gradient = False
    count = variable("count", [], "int64")
    static.py_func(lambda: np.array(next(numbers)), None, count)
    out = variable()
    static.py_func(lambda a: np.array(a), x, out)
    assert out.stop_gradient and static.gradients((x * 2 + out).sum(), [out]) == [None]
    assert [int(run(graph, [count])[0]) for _ in range(3)] == [0, 1, 2]


def test_a_program_that_looks_at_itself_is_saved(graph, tmp_path):
    out = static.nn.fc(static.data("x", [None, 3]), 2)
    static.Print(out, message="out")
    static.Executor().run(graph[1])
    static.save(graph[0], str(tmp_path / "m"))
    static.py_func(lambda a: None, out, None)
    with pytest.warns(RuntimeWarning, match=r"(?s)n\.pdmodel is not written.*py_func"):
        static.save(graph[0], str(tmp_path / "n"))
    found = sorted(path.name for path in tmp_path.iterdir())
    assert found == ["m.pdmodel", "m.pdopt", "m.pdparams", "n.pdopt", "n.pdparams"]


def test_what_is_wrong_with_a_py_func(graph, tmp_path):
    x = static.data("x", [None, 3])
    x.stop_gradient = False
    for function, match in (
        (lambda a: np.array(a).astype("float64"), r"result 0 of.*float64\[5, 3\].*made as float32\[-1, 3\]"),
        (lambda a: np.array(a)[:, :2], r"float32\[5, 2\], but its variable was made as float32\[-1, 3\]"),
        (lambda a: (np.array(a), np.array(a)), "gave 2 results, but 1 are needed"),
        (lambda a: None, "gave 1 results|made as"),
        (lambda a, b: a, "missing 1 required positional argument"),
    ):
        program = static.Program()
        with static.program_guard(program):
            y = static.data("x", [None, 3])
            out = variable()
            static.py_func(function, y, out)
            with pytest.raises((ValueError, TypeError), match=match):
                static.Executor().run(program, {"x": X}, [out])
    out = variable()
    static.py_func(lambda a: np.array(a), x, out, lambda a, o, g: np.array(g)[:2])
    (dx,) = static.gradients(out.sum(), [x])
    with pytest.raises(InvalidArgumentError, match=r"gradient of shape \[2, 3\] for an input of \[5, 3\]"):
        run(graph, [dx])
    with pytest.raises(UnimplementedError, match="py_func"):
        static.save_inference_model(str(tmp_path / "m"), [x], [out], static.Executor())
    assert not list(tmp_path.iterdir())
    with pytest.raises(TypeError, match="func must be a Python function"):
        static.py_func(3, x, out)
    with pytest.raises(TypeError, match="The type of 'out' in py_func must be Variable"):
        static.py_func(lambda a: a, x, "out")
    with pytest.raises(ValueError, match="Tensor dx is not found in forward inputs and outputs"):
        other = variable("dx")
        static.py_func(lambda a: a, x, variable("z"), lambda g: g, other)
    with pytest.raises(InvalidArgumentError, match="another variable named 'x'"):
        variable("x")
    with pytest.raises(UnimplementedError, match="use paddle.static.create_global_var"):
        graph[0].global_block().create_var("v", [1], "float32", persistable=True)
    with pytest.raises(InvalidArgumentError, match="'empty' is needed and must be fed|empty"):
        run(graph, [variable("empty") * 2])
    paddle.disable_static()
    with pytest.raises(PreconditionNotMetError, match=r"call paddle\.enable_static\(\)"):
        static.py_func(lambda a: a, paddle.ones([1]), None)


def test_weight_norm_as_in_paddlepaddle():
    # Recorded with PaddlePaddle 2.6.2; 3.3.1 fails on it.
    expected = [72.79058837890625, 10.986238479614258, 3.8044681549072266]
    np.testing.assert_allclose(run_weight_norm(paddle), expected, rtol=1e-5)


@pytest.mark.parametrize("dim", [None, 0, 1])
def test_weight_norm_as_of_a_layer(graph, dim):
    x = static.data("x", [None, 3])
    attr = static.WeightNormParamAttr(dim, "w", Assign(W))
    out = static.nn.fc(x, 3, weight_attr=attr, bias_attr=False)
    g, v = (graph[0].global_block().var(n) for n in ("w_g", "w_v"))
    found = run(graph, [out, *static.gradients((out * out).sum(), [g, v])])
    paddle.disable_static()
    layer = nn.Linear(3, 3, weight_attr=Assign(W), bias_attr=False)
    out = nn.utils.weight_norm(layer, dim=dim)(paddle.to_tensor(X))
    (out * out).sum().backward()
    for a, b in zip(found, (out, layer.weight_g.grad, layer.weight_v.grad)):
        np.testing.assert_allclose(a.reshape(b.shape), b.numpy(), rtol=1e-4, atol=1e-5)


def test_bad_weight_norm(graph):
    x = static.data("x", [None, 3])
    with pytest.raises(TypeError, match="dim must be an int or None"):
        static.WeightNormParamAttr("0")
    with pytest.raises(InvalidArgumentError, match="has no such axis"):
        static.nn.fc(x, 2, weight_attr=static.WeightNormParamAttr(2))
    paddle.disable_static()
    with pytest.raises(PreconditionNotMetError, match=r"use paddle\.nn\.utils\.weight_norm\(layer\)"):
        nn.Linear(2, 2, weight_attr=static.WeightNormParamAttr(0))
