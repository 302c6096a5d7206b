"""`describe`: what a model file holds, for files of real PaddlePaddle and Paddle2ONNX too."""

import pathlib

import numpy as np
import pytest

from paddlelite.errors import InvalidArgumentError, InvalidTypeError
from paddlelite.export.describe import describe

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "formats"


def test_a_model_of_paddlepaddle():
    found = describe(GOLDEN / "convbnpool" / "p26.pdmodel")
    assert [str(entry) for entry in found.inputs] == ["image: float32[?, 3, 8, 8]"]
    assert [entry.dims for entry in found.outputs] == [("?", 5)]
    assert found.ops["conv2d"] == 1 and found.ops["batch_norm"] == 2 and found.ops.total() == 15
    weight = next(entry for entry in found.parameters if entry.name == "conv2d_0.w_0")
    assert (weight.dims, weight.size) == ((8, 3, 3, 3), 864)
    assert "13 parameters, 405 numbers, 1,620 bytes" in str(found)


def test_operators_of_inner_blocks_count():
    found = describe(GOLDEN / "forbreak" / "p26.pdmodel")
    assert found.ops["while"] == 1 and found.ops["conditional_block"] == 3
    assert "5 block(s)" in found.format and found.parameters == []


def test_every_golden_can_be_described():
    files = sorted(GOLDEN.rglob("*.pdmodel"))
    assert len(files) > 20
    for file in files:
        assert describe(file).ops, file


def onnx_bytes():
    from onnx import TensorProto, helper, numpy_helper

    value = helper.make_tensor_value_info
    half = [value("t", TensorProto.FLOAT16, [2])]
    then = helper.make_graph([helper.make_node("Neg", ["w"], ["t"])], "t", [], half)
    graph = helper.make_graph(
        [helper.make_node("If", ["c"], ["y"], then_branch=then, else_branch=then)],
        "g",
        [value("c", TensorProto.BOOL, []), value("x", TensorProto.DOUBLE, ["batch", None, 3])],
        [value("y", TensorProto.FLOAT16, [2])],
        [numpy_helper.from_array(np.zeros(2, "float16"), "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]).SerializeToString()


def test_an_onnx_model(tmp_path):
    (tmp_path / "m.onnx").write_bytes(onnx_bytes())
    found = describe(tmp_path / "m.onnx")
    assert [str(entry) for entry in found.inputs] == ["c: bool[]", "x: float64[batch, ?, 3]"]
    assert found.ops == {"If": 1, "Neg": 2}
    assert [(str(entry), entry.size) for entry in found.parameters] == [("w: float16[2]", 4)]
    assert "ai.onnx 18" in found.format


@pytest.mark.parametrize("part", [0, 1, 100, 150])
@pytest.mark.parametrize("suffix", [".pdmodel", ".onnx"])
def test_a_truncated_file_is_refused(part, suffix, tmp_path):
    whole = (GOLDEN / "convbnpool" / "p26.pdmodel").read_bytes() if suffix == ".pdmodel" else onnx_bytes()
    assert len(whole) > 150
    file = tmp_path / f"cut{suffix}"
    file.write_bytes(whole[:part])
    with pytest.raises(InvalidArgumentError, match=f"cut{suffix}"):
        describe(file)


def test_another_file_is_refused(tmp_path):
    with pytest.raises(InvalidTypeError, match="notes.txt"):
        describe(tmp_path / "notes.txt")


def test_a_missing_file_is_an_oserror(tmp_path):
    with pytest.raises(FileNotFoundError):
        describe(tmp_path / "missing.pdmodel")
