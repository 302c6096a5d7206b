"""Bad input as a user hits it: one clear error of the right class that names file or line; nothing half-written.

The classes are those of PaddlePaddle 3.3.1 (recorded by running the same calls there) where it raises one on purpose;
several of ours are that class and one of paddlelite's kinds at once.
"""

import numpy as np
import pytest

import paddlelite as paddle
import paddlelite.nn.functional as F
from paddlelite import nn
from paddlelite.static import InputSpec

from .given import lines_of, ones


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: ones(2, 3) + ones(4), ValueError, r"\[2, 3\].*\[4\]"),
        (lambda: paddle.matmul(ones(2, 3), ones(2, 3)), ValueError, r"\[2, 3\]"),
        (lambda: ones(3).sum(axis=4), ValueError, r"\[ ?-1, 1 ?\).*4"),
        (lambda: ones(3)[7], IndexError, "7"),
        (lambda: ones(6).reshape([4, -1]), ValueError, r"\[6\].*\[4, -1\]"),
        (lambda: ones(3).astype("float99"), TypeError, "float99.*float32"),
        (lambda: paddle.to_tensor([1, 2]) // paddle.to_tensor([0, 1]), IndexError, "zero"),
        (lambda: paddle.to_tensor([[1, 2], [3]]), ValueError, "different lengths"),
        (lambda: paddle.to_tensor("abc"), TypeError, "str"),
        (lambda: bool(ones(3)), AssertionError, "3 elements"),
        (lambda: ones(3).set_value(np.ones(4, "float32")), AssertionError, r"\(3,\).*\(4,\)"),
        (lambda: nn.Linear(2, 3)(), TypeError, "input"),
        (lambda: nn.Linear(2, 3)(ones(2, 2).astype("int64")), ValueError, "int64.*float32"),
        (lambda: nn.Linear(2, 3)(ones(2, 2).astype("float64")), ValueError, "float64.*float32"),
        (
            lambda: nn.Linear(2, 3, bias_attr=False)(ones(2, 2).astype("float64")),
            ValueError,
            "float64.*float32",
        ),
        (lambda: nn.Conv2D(3, 4, 3)(ones(1, 3, 5, 5).astype("float64")), ValueError, "float64.*float32"),
        (
            lambda: nn.Conv2DTranspose(3, 4, 3)(ones(1, 3, 5, 5).astype("float64")),
            ValueError,
            "float64.*float32",
        ),
        (lambda: nn.LSTM(3, 4)(ones(1, 2, 3).astype("float64")), ValueError, "float64.*float32"),
        (lambda: nn.Conv2D(3, 4, 3)(ones(1, 4, 5, 5)), ValueError, r"channels is 4.*channels is 3"),
        (lambda: F.cross_entropy(ones(2, 3), paddle.to_tensor([1, 7])), IndexError, r"7.*\[0, 3\)"),
        (lambda: F.embedding(paddle.to_tensor([0, 9]), ones(3, 2)), ValueError, "9"),
        (lambda: nn.LayerNorm(3)(ones(3)), ValueError, r"\[3\]"),
        (lambda: nn.Layer().add_sublayer("a", 3), TypeError, "int"),
    ],
)
def test_calls(call, kind, words):
    with pytest.raises(kind, match=f"(?s){words}"):
        call()


def test_inside_to_static_the_traceback_goes_through_the_users_line():
    @paddle.jit.to_static
    def mix(x):
        y = x * 2
        return paddle.matmul(y, paddle.ones([5, 5]))  # 3 and 5 do not fit

    with pytest.raises(ValueError, match=r"\[2, 3\].*\[5, 5\]") as caught:
        mix(ones(2, 3))
    assert any(line.endswith("# 3 and 5 do not fit") for line in lines_of(caught.value, __file__))


def test_conditions_whose_branches_differ():
    @paddle.jit.to_static
    def unbound(x):
        if x.mean() > 0:
            y = x
        return y

    @paddle.jit.to_static
    def two_types(x):
        if x.mean() > 0:
            y = x
        else:
            y = "a"
        return y

    with pytest.raises(UnboundLocalError, match="'y'"):
        unbound(-ones(2))
    with pytest.raises(paddle.errors.CaptureError, match=r"test_calls\.py:\d+: `y` is .*of different types"):
        two_types(ones(2))


def test_specs_and_arguments():
    @paddle.jit.to_static(input_spec=[InputSpec([None, 3])])
    def double(x):
        return x * 2

    with pytest.raises(ValueError, match=r"double\(\): the argument x is float32\[2, 4\].*does not fit"):
        double(ones(2, 4))
    with pytest.raises(TypeError, match=r"double\(\) missing a required argument: 'x'"):
        double()
    with pytest.raises(TypeError, match=r"double\(\) too many"):
        double(ones(2, 3), 1)
