"""The programs of tests/programs, saved here, give the same in real PaddlePaddle.

PADDLELITE_PROGRAMS=all takes the whole suite; otherwise it is conditionals, exits, loops and
functions.
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

_LISTS = "tests/programs/test_lists.py::test_"
_NO_FLOAT16 = "paddle.ones([1], 'float16') * paddle.ones([1], 'float16') on a CPU"
_EMPTY = """a result of `if` that has no elements is lost, also in its own to_static:
        if x.sum() > 100: y = paddle.stack([x, x])
        else: y = paddle.zeros([0, 1])
        return y.astype("float64")"""
_MAY_BE_EMPTY = [
    *(
        _LISTS + f"growing[{name}]"
        for name in (
            "iterated",
            "pop",
            "extend",
            "add",
            "slices",
            "copies",
            "clear",
            "insert_in_the_loop",
            "insert_scalars",
            "insert_and_pop",
        )
    ),
    _LISTS + "appended_in_branches[from_none]",
    "tests/programs/test_errors.py::test_an_operation_that_fails_in_a_branch_fails_when_the_graph_comes_there",
    "tests/programs/test_iterables.py::test_lists_of_tuples",
    "tests/programs/test_logic.py::test_comprehensions_over_rows[nested_over_rows]",
    "tests/programs/test_state.py::test_a_list_of_unknown_length_is_returned",
    "tests/programs/test_state.py::test_mutation_that_no_statement_shows[through_map]",
]
#: What PaddlePaddle itself cannot do: (test, release) -> what its error says, and why. It is so for some of the test's
#: inputs only.
NOT_THERE = {
    ("tests/programs/test_exits.py::test_return_of_a_row", "26"): (
        "Tensor need be reduced must not empty",
        "paddle.zeros([0]).sum()",
    ),
    ("tests/programs/test_builtins.py::test_numbers_take_the_dtype_they_meet", "26"): (
        "no kernels",
        _NO_FLOAT16,
    ),
    ("tests/programs/test_builtins.py::test_numbers_take_the_dtype_they_meet", "33"): (
        "multiply",
        _NO_FLOAT16,
    ),
    ("tests/programs/test_loops.py::test_sizes_as_numbers", "26"): (
        "meta data must be valid",
        "paddle.zeros([0]) * paddle.to_tensor(0.0)",
    ),
    (_LISTS + "growing[of_other_shapes]", "33"): (
        "The dims of input in ArrayToTensor must be equal",
        "in to_static, it concatenates a list that a loop made only if all tensors have one shape",
    ),
    (_LISTS + "growing[of_numbers]", "33"): ("does not match the type of data (float32)", _EMPTY),
    **{(test, "33"): ("Tensor holds no memory", _EMPTY) for test in _MAY_BE_EMPTY},
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
        else [
            f"tests/programs/test_{n}.py"
            for n in ("conditionals", "exits", "loops", "functions", "classes", "branch_names", "loop_names")
        ]
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
    """A program of NOT_THERE runs once for each of its inputs, of which some fail for the reason that stands there."""
    python(release)
    jobs = {}
    for folder in programs:
        test, feeds, wants = (
            (folder / "test").read_text(),
            *map(stored, (folder / "feeds.npz", folder / "wants.npz")),
        )
        reason, _ = NOT_THERE.get((test, release), (None, None))
        parts = [slice(i, i + 1) for i in range(len(feeds))] if reason else [slice(None)]
        for part in parts:
            jobs[f"{folder.name} {part.start}"] = str(folder / "m"), feeds[part], wants[part], test, reason
    found = outputs(release, how, {name: job[:2] for name, job in jobs.items()}, tmp_path)
    problems, excused = [], set()
    for name, (*_, wants, test, reason) in jobs.items():
        problem = _problem(found[name], wants)
        if problem and reason and reason in problem:
            excused.add(test)
        elif problem:
            problems.append(f"{test}: {problem}")
    problems += [
        f"{job[3]} runs now: take it off the list"
        for job in jobs.values()
        if job[4] and job[3] not in excused
    ]
    assert not problems, f"{len(problems)} of {len(programs)}:\n" + "\n\n".join(problems)


def _problem(found, wants):
    """What is wrong with the outputs of a program, "" if nothing is."""
    if isinstance(found, str):
        return found[-600:]
    try:
        for got, want in zip(found, wants, strict=True):
            for g, w in zip(got, want, strict=True):
                assert g.shape == w.shape and g.dtype == w.dtype, (g, w)
                np.testing.assert_allclose(g, w, rtol=1e-5, atol=1e-6)
    except AssertionError as error:
        return str(error)
    return ""
