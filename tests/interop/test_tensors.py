"""Programs of the tensor functions, written here, give the same in real PaddlePaddle."""

from __future__ import annotations

import numpy as np
import pytest

from paddlelite.export.pdmodel import ModelToWrite, write_models
from tests.formats.programs import capture
from tests.ops.tensor_programs import PROGRAMS, as_list, eager

from .paddles import outputs, python

pytestmark = pytest.mark.interop

#: What PaddlePaddle's inference engine makes of some programs, whoever wrote them.
NO_INFERENCE = {
    **dict.fromkeys(("numel", "rank", "arange", "full"), "it can not fetch what does not depend on an input"),
    "read an element": "it returns 0-D results as vectors of one element",
}


def write(name, folder):
    function, *arrays = PROGRAMS[name]
    inputs = {f"x{i}": (a.shape, _dtype(a)) for i, a in enumerate(arrays)}
    program = capture(lambda *values: as_list(function(*values)), **inputs)
    prefix = str(folder / name.replace(" ", "_") / "m")
    write_models([ModelToWrite(program, prefix)], prefix + ".pdiparams.info", {}, {})
    return prefix


def _dtype(array):
    from paddlelite.dtypes import BY_NUMPY

    return BY_NUMPY[array.dtype]


@pytest.mark.parametrize("release, how", [("26", "static"), ("33", "static"), ("33", "inference")])
def test_tensor_programs(release, how, tmp_path):
    python(release)
    names = [name for name in PROGRAMS if how != "inference" or name not in NO_INFERENCE]
    models = {name: (write(name, tmp_path), [list(PROGRAMS[name][1:])]) for name in names}
    problems = []
    for name, found in outputs(release, how, models, tmp_path).items():
        try:
            assert not isinstance(found, str), found
            for got, want in zip(found[0], eager(name), strict=True):
                assert got.shape == want.shape, f"shape {got.shape}, expected {want.shape}"
                np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
        except AssertionError as error:
            problems.append(f"{name}: {error}")
    assert not problems, "\n\n".join(problems)
