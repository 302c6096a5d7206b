"""The image search sample, whole: what it says, and what it leaves."""

import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the samples' extra is not installed")
Image = pytest.importorskip("PIL.Image", reason="the samples' extra is not installed")

ROOT = pathlib.Path(__file__).parent.parent.parent


def test_neighbours_are_of_the_same_kind(tmp_path):
    answer = subprocess.run(
        [
            sys.executable,
            ROOT / "samples" / "image_search" / "main.py",
            "--batches",
            "201",
            "--out",
            tmp_path,
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", answer.stdout)]
    assert losses[-1] < 0.5 < losses[0]
    (right,) = re.findall(r"([\d.]+)% are of the same kind", answer.stdout)
    assert float(right) >= 94
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {"embedding.pdmodel", "embedding.pdiparams", "embedding.pdiparams.info", "neighbours.png"}
    with Image.open(tmp_path / "neighbours.png") as picture:
        sheet = np.asarray(picture)
    # Ten rows of eleven digits of 8×8 with two pixels between them, five times as large: dark ink on white.
    assert sheet.shape == (510, 560) and sheet[:10].min() == 255 and sheet.min() < 30
    digits = sheet[10::5, 10::5][:100, :110].reshape(10, 10, 11, 10)[:, :8, :, :8]
    assert (digits.reshape(10, 8, 11, 8).min(axis=(1, 3)) < 128).all()
