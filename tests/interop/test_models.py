"""Models written here load in real PaddlePaddle, in every way it has, and give the recorded outputs."""

from __future__ import annotations

import numpy as np
import pytest

from paddlelite.export.pdmodel import ModelToWrite, find_model, read_model, write_models
from tests.formats.goldens import GOLDEN
from tests.formats.test_goldens import READY, compare, expected

from .paddles import WAYS, outputs

pytestmark = pytest.mark.interop

MODELS = sorted(name for name in READY if name.endswith("/p26") or name == "multifn/old33")

#: What real PaddlePaddle cannot do with a file even of its own making: (model, release, way) -> why.
NOT_THERE = {
    ("dtypes/p26", "33", "inference"): "paddle.inference refuses float16 and bfloat16 weights in one model",
    ("zoo_nn/p26", "33", "inference"): "wrong or failing with oneDNN also from PaddlePaddle's own file",
    ("zoo_math/p26", "33", "inference"): "wrong values also from PaddlePaddle's own file",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A function that writes a golden's program with our writer, once."""
    folder = tmp_path_factory.mktemp("models")
    done: dict[str, str] = {}

    def write(name):
        if name not in done:
            model = read_model(find_model(str(GOLDEN / name)))
            prefix = str(folder / name.split("/")[0] / "m")
            structured = {key: str(entry["structured_name"]) for key, entry in model.info.items()}
            write_models([ModelToWrite(model.program, prefix)], prefix + ".pdiparams.info", structured, {})
            done[name] = prefix
        return done[name]

    return write


@pytest.mark.parametrize("release, how", WAYS)
@pytest.mark.parametrize("name", MODELS)
def test_models(name, release, how, written, tmp_path):
    if (name, release, how) in NOT_THERE:
        pytest.skip(NOT_THERE[name, release, how])
    prefix, wanted = written(name), expected(name)
    found = outputs(release, how, prefix, [inputs for inputs, _ in wanted], tmp_path)
    for got, (_, want) in zip(found, wanted, strict=True):
        if how == "jit":  # jit.load gives the outputs that are not bool first, whatever the file says
            order = sorted(range(len(want)), key=lambda i: want[i].dtype == np.bool_)
            want = [want[i] for i in order]
        compare(name, got, want)
