"""paddle.static: save_inference_model, load_inference_model and Executor."""

from __future__ import annotations

import os

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import dims as D
from paddlelite import static
from paddlelite.capture import Capture
from paddlelite.dtypes import float32
from paddlelite.nn.parameter import Parameter
from paddlelite.op import Spec
from paddlelite.ops.linalg import matmul
from tests.formats.goldens import GOLDEN, cases


def exe():
    return static.Executor()


def program():
    """y = x @ w; z = y + b; outputs z."""
    w, b = Parameter([3, 2], "float32", name="w"), Parameter([2], "float32", name="b")
    w._data, b._data = np.ones((3, 2), np.float32), np.array([1, 2], np.float32)
    with Capture() as c:
        x = c.input(Spec((D.symbol("n"), 3), float32), "x")
        y = matmul(x, w)
        return c.finish([y + b]), x, y


X = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.mark.parametrize("model", ["linear/p26", "ifelse/p26", "_static/sinf"])
def test_goldens(model):
    loaded, feeds, fetches = static.load_inference_model(GOLDEN / model, exe())
    assert isinstance(loaded, static.Program) and len(feeds) == len(loaded.inputs)
    if model.startswith("_"):
        return
    for inputs, outputs in cases(GOLDEN / model.split("/")[0]):
        found = exe().run(loaded, feed=dict(zip(feeds, inputs)), fetch_list=fetches)
        for a, b in zip(found, outputs, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_folders_of_1_8():
    with np.load(GOLDEN / "_fluid185" / "io.npz") as data:
        x, y = data["in0"], data["out0"]
    folder = GOLDEN / "_fluid185"
    for place, names in (("infer_sep", {}), ("infer_comb", {"params_filename": "__params__"})):
        loaded, feeds, fetches = static.load_inference_model(folder / place, exe(), **names)
        np.testing.assert_allclose(exe().run(loaded, {feeds[0]: x}, fetches)[0], y, rtol=1e-4, atol=1e-5)


def test_a_part_of_a_program_is_saved(tmp_path):
    whole, x, y = program()
    static.save_inference_model(tmp_path / "part", [x], [y], exe(), program=whole)
    loaded, feeds, fetches = static.load_inference_model(tmp_path / "part", exe())
    assert feeds == ["x"] and len(fetches) == 1
    assert loaded.op_counts() == {"matmul_v2": 1} and [t.name for t in loaded.captures.values()] == ["w"]
    np.testing.assert_array_equal(exe().run(loaded, {"x": X}, fetches)[0], X @ np.ones((3, 2), np.float32))
    tensors = exe().run(loaded, {"x": paddle.to_tensor(X)}, fetches, return_numpy=False)
    assert tensors[0].shape() == [2, 2] and np.array(tensors[0])[1, 0] == 12


def test_any_variable_is_fetched_by_name():
    whole, x, y = program()
    run = exe()
    got = run.run(whole, {"x": X}, [y.name, "b", y, whole.outputs[0]])
    np.testing.assert_array_equal(got[0], got[2])
    assert got[1].tolist() == [1, 2] and got[3].shape == (2, 2)
    assert run.run(whole, {"x": X}) == []


@pytest.mark.parametrize(
    "feed, fetch, message",
    [
        ({}, None, "the input 'x' of the program is missing in feed"),
        ({"x": X, "z": X}, ["b"], r"feed has \['z'\], which are no inputs"),
        ({"x": X.astype(np.float64)}, ["b"], "must be float32, but received float64"),
        ({"x": X[0]}, ["b"], r"must have the shape \[-1, 3\], but received \[3\]"),
        ({"x": X}, ["nowhere"], "'nowhere', which is not in the program"),
    ],
)
def test_wrong_runs(feed, fetch, message):
    with pytest.raises(ValueError, match=message):
        whole, _, y = program()
        exe().run(whole, feed, fetch or [y])


def test_wrong_calls(tmp_path):
    whole, x, y = program()
    _, other, _ = program()
    with pytest.raises(TypeError, match="needs a Program"):
        exe().run(3, {}, [])
    with pytest.raises(TypeError, match="program must be a Program"):
        static.save_inference_model(tmp_path / "m", [x], [y], exe(), program=3)
    with pytest.raises(TypeError, match="fetch_vars must be a variable"):
        static.save_inference_model(tmp_path / "m", [x], ["y"], exe(), program=whole)
    with pytest.raises(ValueError, match="is not in the program"):
        static.save_inference_model(tmp_path / "m", [other], [y], exe(), program=whole)
    with pytest.raises(ValueError, match="is needed and must be fed|can not be computed"):
        static.save_inference_model(tmp_path / "m", [], [y], exe(), program=whole)
    with pytest.raises(ValueError, match="does not know the option 'foo'"):
        static.save_inference_model(tmp_path / "m", [x], [y], exe(), program=whole, foo=1)
    with pytest.raises(ValueError, match="there is no model at"):
        static.load_inference_model(tmp_path / "m", exe())
    assert os.listdir(tmp_path) == []
