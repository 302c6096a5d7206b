"""Programs of 1.x give the numbers that PaddlePaddle 1.8.5 gives."""

import json
import pathlib

import numpy as np
import pytest

from paddlelite import fluid
from tests.fluid import programs

GOLDEN = json.loads((pathlib.Path(__file__).parent.parent / "golden" / "fluid" / "programs.json").read_text())


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_as_recorded(name, static_mode):
    for run, want in zip(programs.run(fluid, programs.PROGRAMS[name]), GOLDEN[name], strict=True):
        for a, b in zip(run, want, strict=True):
            assert np.shape(a) == np.shape(b)
            np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-6)


def test_every_program_was_recorded():
    assert set(programs.PROGRAMS) == set(GOLDEN)
