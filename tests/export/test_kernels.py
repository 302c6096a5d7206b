"""The table of onnxruntime's kernels is measured: what it promises, the installed release has."""

import json
from pathlib import Path

import pytest

import paddlelite.export.kernels as kernels
from paddlelite.dtypes import BY_NAME

SPELLED = {"float32": "float", "float64": "double"}
TABLE = json.loads((Path(kernels.__file__).parent / "ort_kernels.json").read_text())


def installed():
    """op -> [(first, last, {parameter: set of types})] of the installed onnxruntime."""
    state = pytest.importorskip("onnxruntime.capi.onnxruntime_pybind11_state")
    if not hasattr(state, "get_all_opkernel_def"):
        pytest.skip("this onnxruntime does not list its kernels")
    found = {}
    for k in state.get_all_opkernel_def():
        if k.domain == "" and k.provider == "CPUExecutionProvider":
            types = {name: set(kinds) for name, kinds in k.type_constraints.items()}
            found.setdefault(k.op_name, []).append((*k.version_range, types))
    return found


def test_every_promised_kernel_is_installed():
    have = installed()
    missing = []
    for op, rows in TABLE.items():
        for first, last, combinations in rows:
            for combination in combinations:
                # "*" stands for what every release has; a promise with it is checked for its other parameters.
                named = {t: d.split() for t, d in combination.items() if d != "*"}
                for opset in {first, last or max(first, 18)}:
                    for t, dtypes in named.items():
                        for d in dtypes:
                            kind = f"tensor({SPELLED.get(d, d)})"
                            if not any(
                                lo <= opset <= hi and kind in c.get(t, {kind})
                                for lo, hi, c in have.get(op, ())
                            ):
                                missing.append((op, opset, t, d))
    assert not missing


@pytest.mark.parametrize(
    "op, opset, bound, changes",
    [
        ("Add", 18, {"T": "float32"}, {}),
        ("Add", 18, {"T": "int16"}, {"T": "int32"}),
        ("Add", 18, {"T": "bfloat16"}, {"T": "float32"}),
        ("Where", 18, {"T": "bool"}, {"T": "uint8"}),
        ("Erf", 18, {"T": "float64"}, None),
        ("Conv", 18, {"T": "float16"}, {"T": "float32"}),
        ("MatMul", 18, {"T": "complex64"}, None),
        ("OneHot", 18, {"T1": "int64", "T2": "int64", "T3": "float32"}, {}),
        ("NotInTheTable", 18, {"T": "int8"}, {}),
    ],
)
def test_widening(op, opset, bound, changes):
    found = kernels.widen(op, opset, {t: BY_NAME[d] for t, d in bound.items()})
    assert found == (None if changes is None else {t: BY_NAME[d] for t, d in changes.items()})


def test_wider_dtypes_hold_all_values():
    import ml_dtypes
    import numpy as np

    for narrow, wider in kernels._WIDER.items():
        for wide in wider:
            a, b = BY_NAME[narrow].np, BY_NAME[wide].np
            if a.kind == "b":
                continue
            info = ml_dtypes.finfo(a) if a.kind in "fV" else np.iinfo(a)
            extremes = np.array([info.min, info.max]).astype(a)
            np.testing.assert_array_equal(
                extremes.astype(b).astype(a), extremes, err_msg=f"{narrow} in {wide}"
            )
            if a.kind in "fV":
                tiny = np.array([info.smallest_subnormal]).astype(a)
                np.testing.assert_array_equal(tiny.astype(b).astype(a), tiny)
