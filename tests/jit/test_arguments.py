"""InputSpec, as PaddlePaddle 3.3.1 has it (texts recorded there), and argument trees."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import InvalidArgumentError
from paddlelite.jit import InputSpec, to_static
from paddlelite.jit.trace import flatten
from paddlelite.nested import key_of


def test_repr():
    assert repr(InputSpec([None, 784], "float32", "x")) == (
        "InputSpec(shape=(-1, 784), dtype=paddle.float32, name=x, stop_gradient=False)"
    )
    assert (
        repr(InputSpec([], "int64", "n"))
        == "InputSpec(shape=(), dtype=paddle.int64, name=n, stop_gradient=False)"
    )
    spec = InputSpec([-1, 784], paddle.float32, stop_gradient=True)
    assert repr(spec) == "InputSpec(shape=(-1, 784), dtype=paddle.float32, name=None, stop_gradient=True)"


def test_constructions():
    t = paddle.ones([1, 2])
    assert InputSpec.from_tensor(t, name="q") == InputSpec([1, 2], "float32", "q")
    assert InputSpec.from_tensor(t).name == t.name
    assert InputSpec.from_numpy(np.zeros((2, 2), "int32"), "z") == InputSpec((2, 2), "int32", "z")


def test_batch_and_unbatch():
    spec = InputSpec([2, 3], "float32", "a")
    assert spec.batch(4) is spec and spec.shape == (4, 2, 3)
    assert spec.unbatch() is spec and spec.shape == (2, 3)
    assert spec.batch([5]).shape == (5, 2, 3)


def test_names_of_sizes():
    spec = InputSpec(["batch", None, 3])
    assert spec.shape == ("batch", -1, 3)
    assert [str(d) for d in spec.spec("x").dims] == ["batch", "x_1", "3"]


@pytest.mark.parametrize(
    "make, kind, text",
    [
        (lambda: InputSpec(3), TypeError, "should be one of (tuple, list), but received int"),
        (lambda: InputSpec([2.5]), ValueError, "shape[0] should be an `int`, but received `float`:2.5."),
        (lambda: InputSpec([2]).batch([1, 2]), ValueError, "shall be 1, but received 2"),
        (lambda: InputSpec([2]).batch("x"), TypeError, "type(batch_size) shall be `int`, but received str."),
        (
            lambda: InputSpec([]).unbatch(),
            ValueError,
            "Not support to unbatch a InputSpec when len(shape) == 0.",
        ),
        (lambda: InputSpec.from_tensor([1]), ValueError, "should be a Tensor"),
    ],
)
def test_bad_specs(make, kind, text):
    with pytest.raises(kind) as caught:
        make()
    assert text in str(caught.value)


def test_keys_tell_constants_apart():
    key = lambda *args: key_of(flatten(args).template)
    assert key(1, {"a": [2, None]}) == key(1, {"a": [2, None]})
    different = [
        key(1),
        key(True),
        key(1.0),
        key("1"),
        key([1]),
        key((1,)),
        key({"a": 1}),
        key(-0.0),
        key(0.0),
    ]
    assert len(set(different)) == len(different)
    one, two = object(), object()
    assert key(one) == key(one) != key(two)


def test_equal_hashes_do_not_mix_programs(monkeypatch):
    from paddlelite import nested as module

    monkeypatch.setattr(module._Identity, "__hash__", lambda self: 0)

    class Scale:
        def __init__(self, k):
            self.k = k

    @paddle.jit.to_static
    def f(x, s):
        return x * s.k if x.sum() > 0 else x

    x = paddle.ones([1])
    assert [f(x, s).numpy().item() for s in (Scale(2), Scale(3))] == [2, 3]
    assert len(f.program_cache) == 2


def helper(x, k=2):
    return x * k if x.sum() > 1 else x - k


def test_bad_calls():
    f = to_static(helper, input_spec=[InputSpec([None, 3], "float32", "x")])
    with pytest.raises(InvalidArgumentError, match=r"x is float32\[2, 4\], which does not fit its InputSpec"):
        f(paddle.ones([2, 4]))
    with pytest.raises(InvalidArgumentError, match="does not fit"):
        f(paddle.ones([2, 3], "int64"))
    with pytest.raises(TypeError, match=r"helper\(\) missing a required argument: 'x'"):
        f()
    with pytest.raises(TypeError):
        f(paddle.ones([2, 3]), unknown=1)
    for bad in (3, "text"):
        with pytest.raises(TypeError, match="to_static"):
            to_static(bad)
    with pytest.raises(TypeError, match="input_spec"):
        to_static(helper, input_spec=InputSpec([2]))
