"""The programs of tests/programs, saved here, give the same in real PaddlePaddle.

PADDLELITE_PROGRAMS=all takes the whole suite; otherwise it is conditionals, exits, loops and functions.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from .paddles import outputs, python

pytestmark = pytest.mark.interop

#: What PaddlePaddle itself cannot do: (test, release) -> what its error says.
NOT_THERE = {
    ("tests/programs/test_exits.py::test_return_of_a_row", "26"): "Tensor need be reduced must not empty",
}
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folders of the saved programs."""
    folder = tmp_path_factory.mktemp("programs")
    whole = os.environ.get("PADDLELITE_PROGRAMS") == "all"
    tests = (
        ["tests/programs"]
        if whole
        else [f"tests/programs/test_{n}.py" for n in ("conditionals", "exits", "loops", "functions")]
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *tests,
        "--deselect",
        "tests/programs/test_random.py",
    ]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "PADDLELITE_KEEP_PROGRAMS": str(folder)})
    return sorted(folder.iterdir())


def stored(path):
    """Cases of arrays."""
    with np.load(path) as file:
        cases = {}
        for key in sorted(file):
            cases.setdefault(key[:2], []).append(file[key])
    return list(cases.values())


@pytest.mark.parametrize("release, how", [("26", "jit"), ("33", "jit")])
def test_programs(release, how, programs, tmp_path):
    python(release)
    models = {folder.name: (str(folder / "m"), stored(folder / "feeds.npz")) for folder in programs}
    problems = []
    for folder, found in zip(programs, outputs(release, how, models, tmp_path).values(), strict=True):
        test = (folder / "test").read_text()
        reason = NOT_THERE.get((test, release))
        try:
            if isinstance(found, str) and reason is not None and reason in found:
                continue
            assert not isinstance(found, str), found[-300:]
            for got, want in zip(found, stored(folder / "wants.npz"), strict=True):
                for g, w in zip(got, want, strict=True):
                    assert g.shape == w.shape and g.dtype == w.dtype, (g, w)
                    np.testing.assert_allclose(g, w, rtol=1e-5, atol=1e-6)
        except AssertionError as error:
            problems.append(f"{test}: {error}")
    assert not problems, f"{len(problems)} of {len(models)}:\n" + "\n\n".join(problems)
