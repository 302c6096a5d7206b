"""The sample written for PaddlePaddle 1.5 runs unchanged: dygraph, a checkpoint, a static graph, an inference model."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

pytest.importorskip("sklearn", reason="the samples' extra is not installed")

ROOT = pathlib.Path(__file__).parent.parent.parent


def test_a_program_of_1_5(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "paddlelite", "run", ROOT / "samples" / "fluid" / "main.py", tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    printed = answer.stdout
    assert re.search(r"^Loss at epoch 0 step 0: \[2\.\d{2,}", printed, re.M)
    accuracies = [float(a) for a in re.findall(r"accuracy.*: ([\d.]+)$", printed, re.M)]
    assert len(accuracies) == 4 and min(accuracies) > 0.85, printed
    assert accuracies[0] == accuracies[1]  # the checkpoint's
    assert "paddlelite" not in (ROOT / "samples" / "fluid" / "main.py").read_text().split('"""', 2)[2]
    assert os.path.isfile(tmp_path / "inference" / "__model__")
    saved = [p for p in (tmp_path / "save_dir").rglob("*") if p.is_file()]
    assert len(saved) == 7  # six parameters and the learning rate's decay
