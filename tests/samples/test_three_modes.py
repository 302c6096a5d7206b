"""The sample of the three modes: eager, to_static and static mode give the same losses."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

pytest.importorskip("sklearn", reason="the samples' extra is not installed")

ROOT = pathlib.Path(__file__).parent.parent.parent


def test_the_losses_are_the_same():
    answer = subprocess.run(
        [sys.executable, ROOT / "samples" / "three_modes" / "main.py", "--epochs", "2"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    rows = re.findall(
        r"^(.+?)\s+first loss ([\d.]+), last ([\d.]+), at most ([\d.e+-]+) from", answer.stdout, re.M
    )
    assert [name for name, *_ in rows] == ["eager", "to_static", "static mode"]
    for _, first, last, apart in rows:
        assert float(first) > 2 > 0.6 > float(last) and float(apart) < 1e-5
