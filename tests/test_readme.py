"""The code in the README runs as it stands, and leaves what it says."""

import os
import pathlib
import re
import subprocess
import sys

import numpy as np

ROOT = pathlib.Path(__file__).parent.parent


def test_the_ten_lines(tmp_path):
    import onnxruntime

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "ten.py").write_text(code, encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "ten.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stderr
    assert "0.25" in answer.stdout and (tmp_path / "halve.pdmodel").exists()
    session = onnxruntime.InferenceSession(str(tmp_path / "halve.onnx"), providers=["CPUExecutionProvider"])
    assert session.get_inputs()[0].shape == ["n", 4]
    (got,) = session.run(None, {"x": np.float32([[8, 1, 2, 4], [0, 0, 0, 0]])})
    np.testing.assert_array_equal(got, np.float32([[1, 0.125, 0.25, 0.5], [0, 0, 0, 0]]))


def test_every_file_it_names_is_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("http") or (ROOT / target).exists(), target
    assert "@@" not in text
