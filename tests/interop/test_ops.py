"""Every sample of every op that a file can hold gives in real PaddlePaddle what it gives here."""

from __future__ import annotations

import numpy as np
import pytest

from paddlelite.export.pdmodel import ModelToWrite, write_models
from paddlelite.interpret import run_program
from tests.formats.op_programs import SAMPLES, program_of

from .paddles import outputs, python

pytestmark = pytest.mark.interop

#: What real PaddlePaddle's op does otherwise, in both releases or only in 2.6.2. These lists may only shrink.
BOTH = {
    "atan2-1": "no broadcasting",
    "batch_norm-2": "statistics for training are not computed",
    "bilinear_tensor_product-2": "the bias must be a row",
    "eigvals": "the order of eigenvalues is free",
    "fold-0": "refuses the sizes",
    "instance_norm": "the saved variance is stored otherwise",
    "layer_norm-3": "the mean comes in another shape",
    "log_softmax-6": "cuts off differences above 64",
    "lstsq-0": "the rank is not computed",
    "nll_loss-1": "the total weight counts otherwise without a reduction",
    "nll_loss-3": "no other ranks than 2 and 4",
    "one_hot_v2-1": "refuses an index out of range whatever it is told",
    "pad-3": "refuses negative paddings",
    "pad-4": "crashes on 0-D",
    "polygamma-3": "gives nan or inf",
    "prelu-2": "refuses this layout",
    "qr-3": "does not give an empty Q",
    "repeat_interleave-3": "refuses to repeat nothing",
    "rnn-12": "crashes without biases",
    "shard_index-1": "refuses rank 1",
    "sigmoid_cross_entropy_with_logits-1": "refuses the weight's rank",
    "tensor_unfold": "has no such op in files",
    "unique-0": "does not compute what was not asked for",
    "unique-1": "does not compute what was not asked for",
    "view_dtype": "has no kernel for it in files",
}
ONLY_26 = {
    "nextafter-0": "no broadcasting",
    "ceil-4": "no integers",
    "floor-4": "no integers",
    "round-1": "rounds halves away from zero",
    "round-2": "no integers",
    "round-3": "rounds to whole numbers only",
    "gather-0": "no negative index",
    "gather-3": "no negative index",
    "gather_nd-0": "no negative index",
    "index_select": "no negative index",
    "scatter_nd_add-1": "no negative index",
    "gather-2": "a 0-D index is a vector",
    "histogram-2": "no density",
    "linspace-2": "takes another type of number",
    "lu-0": "info is a vector",
    "matrix_rank": "gives int32",
    "p_norm-7": "no 0-D",
    "slice-2": "refuses an end before the start",
    "take_along_axis": "reads the index otherwise",
    "thresholded_relu-5": "no value",
    "trace-2": "wrong for a negative offset",
    "complex-2": "no empty tensors",
    "cummax-4": "no empty tensors",
    "cummin-4": "no empty tensors",
    "elementwise_add-6": "no empty tensors",
    "elementwise_floordiv-5": "no empty tensors",
    "elementwise_max-5": "no empty tensors",
    "elementwise_min-5": "no empty tensors",
    "elementwise_mod-5": "no empty tensors",
    "elementwise_mul-6": "no empty tensors",
    "elementwise_pow-5": "no empty tensors",
    "elementwise_sub-6": "no empty tensors",
    "logical_and-4": "no empty tensors",
    "logical_or-4": "no empty tensors",
    "logical_xor-4": "no empty tensors",
    "reduce_all-3": "no empty tensors",
    "reduce_all-4": "no empty tensors",
    "reduce_any-3": "no empty tensors",
    "reduce_any-4": "no empty tensors",
    "reduce_mean-6": "no empty tensors",
    "reshape2-4": "no empty tensors",
    "where-4": "no empty tensors",
}
DIFFERENT = {
    **{("26", key): why for key, why in {**BOTH, **ONLY_26}.items()},
    **{("33", key): why for key, why in BOTH.items()},
}


@pytest.mark.parametrize("release", ["26", "33"])
def test_ops(release, tmp_path):
    python(release)
    models, wanted = {}, {}
    for name, (record, sample) in SAMPLES.items():
        program, feeds = program_of(record, sample)
        if any(a.dtype.name == "bfloat16" for a in feeds):
            continue  # NumPy files cannot hold them
        prefix = str(tmp_path / name.replace("/", "_"))
        write_models([ModelToWrite(program, prefix)], prefix + ".pdiparams.info", {}, {})
        models[name], wanted[name] = (prefix, [feeds]), run_program(program, feeds)
    problems = {}
    for name, found in outputs(release, "static", models, tmp_path).items():
        problem = _compare(found, wanted[name], SAMPLES[name][1].tol)
        if problem:
            problems[name] = problem
    listed = {name for name in problems if _listed(release, name)}
    unlisted = {name: text for name, text in problems.items() if name not in listed}
    assert not unlisted, "\n".join(f"{name}: {text}" for name, text in unlisted.items())
    unneeded = {key for key in DIFFERENT if key[0] == release} - {_listed(release, name) for name in listed}
    assert not unneeded, f"these agree now, take them off the list: {sorted(unneeded)}"


def _listed(release, name):
    for key in ((release, name), (release, name.rpartition("-")[0])):
        if key in DIFFERENT:
            return key
    return None


def _compare(found, wanted, tol):
    if isinstance(found, str):
        lines = found.strip().splitlines()
        return lines[0] if "died" in found else " ".join(lines[-3:])[:400]
    got = found[0] if found else []
    if len(got) != len(wanted):
        return f"{len(got)} results, not {len(wanted)}"
    for at, (a, b) in enumerate(zip(got, wanted)):
        b = np.asarray(b, np.float32) if b.dtype.name == "bfloat16" else b
        a = a.view(np.uint16) if a.dtype.name == "bfloat16" else a
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"result {at} is {a.dtype}{list(a.shape)}, not {b.dtype}{list(b.shape)}"
        kind = np.complex128 if a.dtype.kind == "c" else np.float64
        x, y = a.astype(kind), b.astype(kind)
        if not np.allclose(x, y, rtol=max(tol * 10, 1e-4), atol=max(tol, 1e-5), equal_nan=True):
            return f"result {at} differs by {np.nanmax(np.abs(x - y))}"
    return ""
