"""Bad input: state dicts and optimizers that do not fit."""

import warnings

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn

from .given import ones


def test_a_state_dict_that_does_not_fit():
    layer = nn.Linear(2, 3)
    before = {k: v.numpy() for k, v in layer.state_dict().items()}
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        result = layer.set_state_dict({"weight": ones(3, 3), "foo": ones(1)})
    assert result == (["weight", "bias"], ["foo", "weight"])
    shape, absent = (str(w.message) for w in seen)
    assert "weight receives a shape [3, 3], but the expected shape is [2, 3]" in shape
    assert "bias is not found in the provided dict" in absent
    with pytest.raises(AssertionError, match=r"weight \] need tensor with dtype paddle\.float32 .*float64"):
        layer.set_state_dict({"bias": np.ones(3, "float32"), "weight": np.ones((2, 3))})
    with pytest.raises(TypeError, match="weight receives a str"):
        layer.set_state_dict({"bias": np.ones(3, "float32"), "weight": "x"})
    with pytest.raises(TypeError, match="needs a dict.*list"):
        layer.set_state_dict([ones(2)])
    for name, value in layer.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[name])


def test_bfloat16_by_its_bits():
    layer = nn.Linear(2, 1).to(dtype="bfloat16")
    bits = {k: v.numpy().view(np.uint16) + 1 for k, v in layer.state_dict().items()}
    assert layer.set_state_dict(bits) == ([], [])
    np.testing.assert_array_equal(layer.weight.numpy().view(np.uint16), bits["weight"])


def test_the_state_of_another_optimizer():
    layer = nn.Linear(2, 2)
    adam = paddle.optimizer.Adam(0.1, parameters=layer.parameters())
    layer(ones(1, 2)).sum().backward()
    adam.step()
    state = adam.state_dict()
    state[next(k for k in state if "moment1" in k)] = ones(7, 7)
    with pytest.raises(AssertionError, match=r"moment1.*\[2, 2\].*\[7, 7\]"):
        adam.set_state_dict(state)


P = nn.Linear(2, 2).parameters()
OPT = paddle.optimizer


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: OPT.SGD("0.1", parameters=P), TypeError, "learning rate should be float or LRScheduler"),
        (lambda: OPT.SGD(0.1), AttributeError, "parameters.*should not be None"),
        (lambda: OPT.SGD(0.1, parameters=P[0]), TypeError, "iterable of paddle Tensors"),
        (lambda: OPT.SGD(0.1, parameters=["a"]), TypeError, "str"),
        (lambda: OPT.SGD(0.1, parameters=[{"param": P}]), AssertionError, "params should be set"),
        (lambda: OPT.SGD(0.1, parameters=[{"params": P}] * 2), ValueError, "more than one parameter group"),
        (lambda: OPT.SGD(0.1, parameters=P, grad_clip=1.0), TypeError, "grad_clip"),
        (lambda: OPT.Adam(0.1, beta1=1.5, parameters=P), ValueError, "beta1"),
        (lambda: OPT.Adam(0.1, epsilon=-1, parameters=P), ValueError, "epsilon"),
        (lambda: OPT.AdamW(0.1, weight_decay="x", parameters=P), TypeError, "weight_decay"),
        (lambda: OPT.Momentum(0.1, None, parameters=P), ValueError, "momentum is not set"),
        (lambda: OPT.SGD(OPT.lr.StepDecay(0.1, 3), parameters=P).set_lr(1.0), RuntimeError, "LRScheduler"),
        (lambda: OPT.lr.StepDecay(0.1, 0), AssertionError, "step_size"),
        (lambda: OPT.lr.StepDecay(0.1, 3, gamma=2), ValueError, "gamma"),
        (lambda: OPT.lr.MultiStepDecay(0.1, [5, 3]), ValueError, "milestones"),
    ],
)
def test_optimizers(call, kind, words):
    with pytest.raises(kind, match=words):
        call()
