"""Each sample of each op: written as .pdmodel and loaded again, it computes the same."""

from __future__ import annotations

import numpy as np
import pytest

from paddlelite.export.pdmodel import ModelPaths, ModelToWrite, read_model, write_models
from paddlelite.interpret import run_program
from paddlelite.ir import verify

from .op_programs import SAMPLES, program_of

#: op -> why its samples do not come back. This list may only shrink.
NOT_YET: dict[str, str] = {}


@pytest.mark.parametrize("name", SAMPLES)
def test_round_trip(name, tmp_path):
    record, sample = SAMPLES[name]
    program, feeds = program_of(record, sample)
    prefix = str(tmp_path / "m")

    def check():
        write_models([ModelToWrite(program, prefix)], prefix + ".pdiparams.info", {}, {})
        again = read_model(ModelPaths.of_prefix(prefix))
        verify(again.program)
        wanted, got = run_program(program, feeds), run_program(again.program, feeds)
        assert len(wanted) == len(got)
        for a, b in zip(got, wanted):
            assert a.dtype == b.dtype and a.shape == b.shape
            np.testing.assert_allclose(_plain(a), _plain(b), rtol=1e-5, atol=1e-6)

    if record.type in NOT_YET:
        with pytest.raises((ValueError, NotImplementedError, AssertionError)):
            check()
    else:
        check()


def _plain(array):
    return np.asarray(array, np.complex128 if array.dtype.kind == "c" else np.float64)
