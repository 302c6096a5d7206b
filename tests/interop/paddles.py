"""The real PaddlePaddles to test with, each in its own interpreter: PADDLE26_PYTHON (2.6.2), PADDLE33_PYTHON."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

WORKER = Path(__file__).with_name("worker.py")
SECONDS = 120

#: (release, way of loading). 3.3.1 reads .pdmodel by jit and static only with FLAGS_enable_pir_api=0.
WAYS = [("26", "jit"), ("26", "static"), ("33", "inference"), ("33", "jit"), ("33", "static")]


def python(release: str) -> str:
    """The interpreter of a release; the test is skipped where there is none."""
    found = os.environ.get(f"PADDLE{release}_PYTHON")
    if not found:
        pytest.skip(
            f"PADDLE{release}_PYTHON is not set: no real PaddlePaddle {release[0]}.{release[1]} to test with"
        )
    return found


def run(release: str, script: Path | str, *arguments: str, pir: bool = False) -> str:
    """Runs a script in a real PaddlePaddle, in a process of its own: a bad file may crash it or never end."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "FLAGS_enable_pir_api": "1" if pir else "0"}
    environment.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(
            [python(release), str(script), *arguments],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        pytest.fail(f"PaddlePaddle {release} did not finish within {SECONDS} s")
    if done.returncode:
        pytest.fail(
            f"PaddlePaddle {release} failed ({done.returncode}):\n{done.stdout[-500:]}\n{done.stderr[-3000:]}"
        )
    return done.stdout


def outputs(
    release: str, how: str, prefix: str, cases: list[list[np.ndarray]], folder: Path
) -> list[list[np.ndarray]]:
    """What a release computes with the model at `prefix` for each case of inputs."""
    source, target = folder / "inputs.npz", folder / f"outputs_{release}_{how}.npz"
    np.savez(source, **{f"case{i}_{k:03d}": x for i, case in enumerate(cases) for k, x in enumerate(case)})
    run(release, WORKER, how, prefix, str(source), str(target))
    with np.load(target) as data:
        keys = sorted(data.files)
        return [[data[k] for k in keys if k.startswith(f"case{i}_")] for i in range(len(cases))]
