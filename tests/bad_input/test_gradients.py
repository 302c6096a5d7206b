"""Bad input: backward, grad and PyLayer used wrongly."""

import pytest

import paddlelite as paddle

from .given import lines_of, ones


def test_backward():
    x = ones(3, live=True)
    (x * 2).backward()  # ones, as PaddlePaddle takes them
    assert x.grad.numpy().tolist() == [2, 2, 2]
    ones(3).sum().backward()  # nothing wants a gradient, which PaddlePaddle passes over too
    y = (x * x).sum()
    y.backward()
    with pytest.raises(SystemError, match="backward twice.*retain_graph=True"):
        y.backward()
    with pytest.raises(AssertionError, match=r"\[2\] mismatch .*\[3\]"):
        (x * 2).backward(ones(2))
    with pytest.raises(AssertionError, match="grad_tensors must be Tensor.*float"):
        (x * 2).backward(1.0)
    z = ones(3, live=True)
    (z * 2).backward(ones(3).astype("float64"))
    assert z.grad.dtype is paddle.float32


def test_grad():
    x, other = ones(3, live=True), ones(3, live=True)
    with pytest.raises(ValueError, match="0-th input does not appear.*allow_unused=True"):
        paddle.grad((x * 2).sum(), other)
    with pytest.raises(AssertionError, match="outputs must be Tensor or list of Tensor, but received int"):
        paddle.grad(3, x)
    with pytest.raises(AssertionError, match="inputs must be Tensor or list of Tensor, but received str"):
        paddle.grad(x.sum(), "x")
    with pytest.raises(AssertionError, match="length of grad_outputs.* 2 for 1"):
        paddle.grad([x.sum()], [x], grad_outputs=[None, None])
    with pytest.raises(ValueError, match="Leaf"):
        x[0] = 1.0
    assert x.numpy().tolist() == [1, 1, 1]


def layer_function(forward, backward):
    return type(
        "Mine",
        (paddle.autograd.PyLayer,),
        {"forward": staticmethod(forward), "backward": staticmethod(backward)},
    )


@pytest.mark.parametrize(
    ("backward", "words"),
    [
        (lambda ctx, g: g, "1 gradients for 2"),
        (lambda ctx, g: (g, g, g), "3 gradients for 2"),
        (lambda ctx, g: (g, 3.0), "only return Tensors or None, but got float"),
        (lambda ctx, g: (g, ones(5)), r"shape \[5\] for an input of \[2\]"),
    ],
)
def test_py_layers_that_give_back_something_else(backward, words):
    x, y = ones(2, live=True), ones(2, live=True)
    out = layer_function(lambda ctx, a, b: a * b, backward).apply(x, y).sum()
    with pytest.raises(ValueError, match=f"Mine.backward .*{words}"):
        out.backward()
    assert x.grad is None and y.grad is None


def test_py_layers():
    x = ones(2, live=True)
    with pytest.raises(ValueError, match=r"At least one output of Mine\.forward"):
        layer_function(lambda ctx, a: 3, lambda ctx, g: g).apply(x)
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        layer_function(lambda ctx, a: a, lambda ctx, g: g).apply()

    class Half(paddle.autograd.PyLayer):
        @staticmethod
        def forward(ctx, a):
            return a * 1

    with pytest.raises(NotImplementedError, match="must implement the backward"):
        Half.apply(x).sum().backward()
    # A gradient that no input wants may be left out.
    layer_function(lambda ctx, a, b: a * b, lambda ctx, g: g).apply(x, ones(2)).sum().backward()
    assert x.grad.numpy().tolist() == [1, 1]

    def fails(ctx, g):
        raise KeyError("mine")  # the user's own error

    with pytest.raises(KeyError, match="mine") as caught:
        layer_function(lambda ctx, a: a * 1, fails).apply(x).sum().backward()
    assert any("the user's own error" in line for line in lines_of(caught.value, __file__))
