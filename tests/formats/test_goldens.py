"""Models saved by real PaddlePaddle load and give the outputs recorded beside them, by both executors."""

from __future__ import annotations

import numpy as np
import pytest

from paddlelite.errors import UnimplementedError
from paddlelite.export.executor import Executor
from paddlelite.export.pdmodel import ModelPaths, ModelToWrite, find_model, read_model, write_models
from paddlelite.interpret import run_program
from paddlelite.ir import verify

from .goldens import GOLDEN, cases

#: Goldens that cannot be loaded yet, and why. This list may only shrink.
NOT_YET = {
    "zoo_det": "detection ops (yolo_box, roi_align, matrix_nms, deformable_conv ...) are not there yet",
}

MODELS = sorted(
    f"{folder.name}/{prefix}"
    for folder in GOLDEN.iterdir()
    for prefix in ("p26", "old33")
    if not folder.name.startswith("_") and (folder / f"{prefix}.pdmodel").exists()
)
READY = [name for name in MODELS if name.split("/")[0] not in NOT_YET]


def load(name):
    paths = find_model(str(GOLDEN / name))
    assert paths is not None
    return read_model(paths)


def expected(name):
    """The cases of a model with the outputs that its *file* gives."""
    folder = GOLDEN / name.split("/")[0]
    found = cases(folder)
    if folder.name == "outspec":  # the file holds the second output only
        return [(ins, outs[1:]) for ins, outs in found]
    if folder.name == "tensorarray":  # len() is an int in eager, one number in a vector in the file
        return [(ins, [outs[0], outs[1].reshape(1)]) for ins, outs in found]
    if (
        folder.name == "trainmode"
    ):  # recorded from PaddlePaddle 2.6.2's static executor: dropout is off in the file
        with np.load(folder / "served.npz") as data:
            return [(found[0][0], [data["c0_out0"]])]
    return found


def compare(name, got, want):
    assert len(got) == len(want)
    for at, (a, b) in enumerate(zip(got, want)):
        a = np.asarray(a)
        assert (a.shape, a.dtype) == (b.shape, b.dtype), f"output {at}"
        if not name.startswith("random/"):
            exact = a.dtype.kind not in "fc"
            np.testing.assert_allclose(
                a, b, rtol=0 if exact else 1e-4, atol=0 if exact else 2e-5, err_msg=f"output {at}"
            )


@pytest.mark.parametrize("name", READY)
def test_interpreter(name):
    model = load(name)
    verify(model.program)
    for inputs, outputs in expected(name):
        compare(name, run_program(model.program, inputs)[: len(model.outputs)], outputs)


@pytest.mark.parametrize("name", READY)
def test_onnxruntime(name):
    model = load(name)
    run = Executor(model.program, backend="onnxruntime")
    for inputs, outputs in expected(name):
        compare(name, run.run(inputs), outputs)


@pytest.mark.parametrize("name", READY)
def test_written_again(name, tmp_path):
    """Saved here and loaded again: the same results, the same interface, the same bytes when saved once more."""
    model = load(name)
    for stem in ("a", "b"):
        prefix = str(tmp_path / stem)
        write_models([ModelToWrite(model.program, prefix)], prefix + ".pdiparams.info", {}, {})
        again = read_model(ModelPaths.of_prefix(prefix))
        verify(again.program)
        assert again.inputs == model.inputs
        if stem == "b":
            break
        for inputs, outputs in expected(name):
            compare(name, run_program(again.program, inputs)[: len(again.outputs)], outputs)
    for suffix in (".pdmodel", ".pdiparams", ".pdiparams.info"):
        first, second = tmp_path / ("a" + suffix), tmp_path / ("b" + suffix)
        assert first.exists() == second.exists()
        assert not first.exists() or first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", [name for name in MODELS if name not in READY])
def test_not_yet(name):
    with pytest.raises(UnimplementedError, match="needs what paddlelite does not have"):
        load(name)


def test_the_list_of_those_that_do_not_load_names_goldens():
    assert set(NOT_YET) <= {name.split("/")[0] for name in MODELS}


def test_methods_saved_by_3_3():
    """multifn: forward and two more methods, with one .info."""
    with np.load(GOLDEN / "multifn" / "io.npz") as data:
        stored = dict(data)
    x = stored["c0_in0"]
    encode = load("multifn/old33.encode")
    np.testing.assert_allclose(run_program(encode.program, [x])[0], stored["encode_out0"], rtol=1e-5)
    scale = load("multifn/old33.scale_by")
    np.testing.assert_allclose(
        run_program(scale.program, [x, stored["scale_by_in1"]])[0], stored["scale_by_out0"]
    )


@pytest.mark.parametrize("model", ["infer_sep", "infer_comb", "traced"])
def test_models_of_1_8(model):
    folder = GOLDEN / "_fluid185"
    params = "__params__" if model == "infer_comb" else None
    paths = find_model(str(folder / model), params_filename=params)
    loaded = read_model(paths)
    with np.load(folder / ("traced_io.npz" if model == "traced" else "io.npz")) as data:
        got = run_program(loaded.program, [data["in0"]])
        np.testing.assert_allclose(got[0], data["out0"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["sinf", "noclip", "func", "meth", "unusedp"])
def test_other_ways_of_saving(name):
    model = load(f"_static/{name}")
    verify(model.program)
    assert model.inputs and model.outputs


def test_a_training_program_is_no_inference_model():
    with pytest.raises(ValueError, match=r"ssave\.pdmodel has no outputs .*training program"):
        load("_static/ssave")
