"""The main job, whole: what `make demo` runs, with the accuracy and the agreement it promises."""

import os
import pathlib
import re
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the samples' extra is not installed")
pytest.importorskip("matplotlib", reason="the samples' extra is not installed")

ROOT = pathlib.Path(__file__).parent.parent.parent
SAMPLE = ROOT / "samples" / "digits"
LIMIT = 60  # seconds on two cores, the promise of the README


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("digits")
    start = time.monotonic()
    answer = subprocess.run(
        [sys.executable, SAMPLE / "main.py", "--out", out],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    return out, answer, time.monotonic() - start


def rows(text):
    """The table: name → accuracy, largest difference from eager, milliseconds an image."""
    found = re.findall(r"^(.+?)\s+([\d.]+)%\s+([\d.e+-]+)\s+([\d.]+)$", text, re.MULTILINE)
    return {name: tuple(map(float, numbers)) for name, *numbers in found}


def test_the_table_keeps_the_promise(run):
    _, answer, _ = run
    table = rows(answer.stdout)
    assert list(table) == ["eager", "to_static", "jit.save + jit.load", "ONNX, second process"]
    for accuracy, difference, milliseconds in table.values():
        assert accuracy >= 97.0
        assert difference <= 1e-4
        assert 0 < milliseconds < 10


def test_it_is_quick(run):
    assert run[2] < LIMIT


def test_a_progress_bar_is_shown(run):
    assert "training" in run[1].stderr and "100%" in run[1].stderr


def test_the_files(run):
    out = run[0]
    names = {file.name for file in out.iterdir()}
    assert {
        "digits.pdmodel",
        "digits.pdiparams",
        "digits.pdiparams.info",
        "digits.onnx",
        "digits.png",
    } <= names
    assert (out / "digits.png").read_bytes().startswith(b"\x89PNG")


def test_the_graph_has_the_branch_and_the_loop(run):
    import onnx

    model = onnx.load(run[0] / "digits.onnx")
    kinds = {node.op_type for node in model.graph.node}
    assert {"If", "Loop"} <= kinds
    assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_the_served_model_takes_one_image_and_many(run):
    """No image's scores depend on its neighbours, however many steps the loop takes for them."""
    import onnxruntime

    out = run[0]
    images, scores = np.load(out / "images.npy"), np.load(out / "scores.npy")
    session = onnxruntime.InferenceSession(str(out / "digits.onnx"), providers=["CPUExecutionProvider"])
    one_by_one = np.concatenate([session.run(None, {"images": image[None]})[0] for image in images])
    np.testing.assert_allclose(one_by_one, scores, atol=1e-4)


def test_the_server_imports_nothing_of_ours():
    text = (SAMPLE / "serve.py").read_text(encoding="utf-8")
    imported = re.findall(r"^\s*(?:import|from)\s+(\w+)", text, re.MULTILINE)
    assert set(imported) == {"sys", "time", "numpy", "onnxruntime"}
