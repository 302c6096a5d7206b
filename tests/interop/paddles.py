"""The real PaddlePaddles to test with, each in its own interpreter: PADDLE26_PYTHON (2.6.2), PADDLE33_PYTHON."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

WORKER = Path(__file__).with_name("worker.py")
SECONDS = 180
#: Programs that one process loads: each starts threads that stay, and 3.3.1 hangs when there can be no more.
PER_PROCESS = 15

#: (release, way of loading). 3.3.1 reads .pdmodel by jit and static only with FLAGS_enable_pir_api=0.
WAYS = [("26", "jit"), ("26", "static"), ("33", "inference"), ("33", "jit"), ("33", "static")]

Cases = list[list[np.ndarray]]


def python(release: str) -> str:
    """The interpreter of a release; the test is skipped where there is none."""
    found = os.environ.get(f"PADDLE{release}_PYTHON")
    if not found:
        pytest.skip(
            f"PADDLE{release}_PYTHON is not set: no real PaddlePaddle {release[0]}.{release[1]} to test with"
        )
    return found


def call(release: str, script: Path, *arguments: str) -> tuple[int | None, str, str]:
    """Runs a script in a real PaddlePaddle, in a process of its own: a bad file may crash it or never end.

    Returns the exit code (None after too long), stdout and stderr.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "FLAGS_enable_pir_api": "0"}
    environment.pop("PYTHONPATH", None)
    command = [python(release), str(script), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment)
    except subprocess.TimeoutExpired:
        return None, "", f"not finished within {SECONDS} s"
    return done.returncode, done.stdout, done.stderr


def outputs(
    release: str, how: str, models: dict[str, tuple[str, Cases]], folder: Path
) -> dict[str, Cases | str]:
    """What a release computes with each model, given as (prefix, cases of inputs); or what went wrong.

    A process does many models. When it dies, the model it died of is told, and the rest go on in another.
    """
    found: dict[str, Cases | str] = {}
    jobs: dict[str, list[Any]] = {}
    for number, (name, (prefix, cases)) in enumerate(models.items()):
        source, target = folder / f"inputs_{number}.npz", folder / f"outputs_{number}.npz"
        np.savez(
            source, **{f"case{i:02d}_{k:03d}": x for i, case in enumerate(cases) for k, x in enumerate(case)}
        )
        jobs[name] = [prefix, len(cases), str(source), str(target)]
    while jobs:
        batch = list(jobs)[:PER_PROCESS]
        (folder / "jobs.json").write_text(json.dumps([jobs[name] for name in batch]))
        code, _, stderr = call(release, WORKER, how, str(folder / "jobs.json"))
        for name in batch:
            result = _result(jobs.pop(name)[3])
            if result is None:  # the process died of this one; those behind it are done by the next process
                found[name] = f"PaddlePaddle {release} {how} died ({code}):\n{stderr[-2000:]}"
                break
            found[name] = result
    return found


def _result(target: str) -> Cases | str | None:
    if os.path.exists(target + ".error"):
        return Path(target + ".error").read_text()
    if not os.path.exists(target):
        return None
    with np.load(target) as data:
        keys = sorted(data.files)
        numbers = sorted({key.split("_")[0] for key in keys})
        return [[data[key] for key in keys if key.startswith(number + "_")] for number in numbers]
