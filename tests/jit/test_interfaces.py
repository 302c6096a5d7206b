"""Checklist G 86, 87: unused, unchanged, repeated and constant values, and names, in every form a program is given."""

from __future__ import annotations

import collections

import numpy as np
import onnxruntime
import pytest

import paddlelite as paddle
from paddlelite.jit import InputSpec, to_static

SPEC = [InputSpec([None, 2], "float32", "img"), InputSpec([None, 2], "float32", "label")]
A, B = paddle.to_tensor([[1.0, 2.0]]), paddle.to_tensor([[3.0, 4.0]])
Pair = collections.namedtuple("Pair", "score logit")


def same(a, b):
    c = a + b
    return c, c, a, a


def branch(a, b):
    if a.sum() > 0:
        return a
    return a * 2


def tensors(value):
    values = (
        value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
    )
    return [v.numpy() for v in values]


CASES = {
    "unused input": (lambda a, b: a * 2, None),
    "returned unchanged": (lambda a, b: (a, b + 1), None),
    "returned twice": (same, None),
    "one constant": (lambda a, b: (a + b, paddle.ones([3])), None),
    "only a constant": (lambda a, b: paddle.ones([3]), None),
    "unused in a branch": (branch, None),
    "dict": (lambda a, b: {"one": a + b, "two": a - b}, ["one", "two"]),
    "named tuple": (lambda a, b: Pair(a + b, a - b), ["score", "logit"]),
    "nested": (lambda a, b: {"p": Pair(a, b), "q": [a + b, b]}, ["p_score", "p_logit", "q_0", "q_1"]),
}


@pytest.mark.parametrize("case", CASES)
def test_everywhere(case, tmp_path):
    function, names = CASES[case]
    static = to_static(function)
    path = str(tmp_path / "m")
    paddle.jit.save(static, path, SPEC)
    paddle.onnx.export(static, path, SPEC)
    loaded, session = paddle.jit.load(path), onnxruntime.InferenceSession(path + ".onnx")
    assert (
        [v.name for v in loaded.program().inputs]
        == [i.name for i in session.get_inputs()]
        == ["img", "label"]
    )
    if names is not None:
        assert [o.name for o in session.get_outputs()] == names
    for a, b in ((A, B), (-A, B), (paddle.ones([3, 2]), paddle.zeros([3, 2]))):
        from_onnx = session.run(None, {"img": a.numpy(), "label": b.numpy()})
        if case != "nested":
            want = tensors(function(a, b))
            for got in (tensors(static(a, b)), tensors(loaded(a, b)), from_onnx):
                assert len(got) == len(want)
                for g, w in zip(got, want):
                    assert g.dtype == w.dtype
                    np.testing.assert_array_equal(g, w)


def test_names_of_outputs_can_be_given(tmp_path):
    path = str(tmp_path / "m")
    paddle.onnx.export(lambda a, b: (a + b, a - b), path, SPEC, output_names=["p", "q"])
    assert [o.name for o in onnxruntime.InferenceSession(path + ".onnx").get_outputs()] == ["p", "q"]


def test_no_inputs_and_one_input_twice():
    assert to_static(lambda: paddle.ones([2]) * 3)().numpy().tolist() == [3, 3]
    f = to_static(lambda a, b: a * 2 + b if a.sum() > 0 else b)
    np.testing.assert_array_equal(f(A, A).numpy(), A.numpy() * 3)
