"""Models written here load in real PaddlePaddle, in every way it has, and give the recorded outputs."""

from __future__ import annotations

import pytest

from paddlelite.export.pdmodel import ModelToWrite, find_model, read_model, write_models
from tests.formats.goldens import GOLDEN
from tests.formats.test_goldens import READY, compare, expected

from .paddles import WAYS, outputs, python

pytestmark = pytest.mark.interop

MODELS = sorted(name for name in READY if name.endswith("/p26") or name == "multifn/old33")

#: What real PaddlePaddle cannot do even with a file of its own making: (model, release, way) -> why.
NOT_THERE = {
    ("dtypes/p26", "33", "inference"): "paddle.inference refuses float16 and bfloat16 weights in one model",
    ("zoo_nn/p26", "33", "inference"): "wrong or failing with oneDNN also from PaddlePaddle's own file",
    ("zoo_math/p26", "33", "inference"): "wrong values also from PaddlePaddle's own file",
}


def write(name, folder):
    """A golden's program, written by our writer."""
    model = read_model(find_model(str(GOLDEN / name)))
    prefix = str(folder / name.split("/")[0] / "m")
    structured = {key: str(entry["structured_name"]) for key, entry in model.info.items()}
    write_models([ModelToWrite(model.program, prefix)], prefix + ".pdiparams.info", structured, {})
    return prefix


@pytest.mark.parametrize("release, how", WAYS)
def test_models(release, how, tmp_path):
    python(release)
    names = [name for name in MODELS if (name, release, how) not in NOT_THERE]
    wanted = {name: expected(name) for name in names}
    models = {name: (write(name, tmp_path), [inputs for inputs, _ in wanted[name]]) for name in names}
    problems = []
    for name, found in outputs(release, how, models, tmp_path).items():
        try:
            assert not isinstance(found, str), found
            for got, (_, want) in zip(found, wanted[name], strict=True):
                compare(name, got, want)
        except AssertionError as error:
            problems.append(f"{name}: {error}")
    assert not problems, "\n\n".join(problems)
