"""Every sample of every op as a small program, for the tests of files and of real PaddlePaddle."""

from __future__ import annotations

import numpy as np

from paddlelite.capture import Capture
from paddlelite.dtypes import BY_NUMPY
from paddlelite.export.file_form import has_file_form
from paddlelite.export.op_forms import FORMS
from paddlelite.ir import verify
from paddlelite.op import OPS, RNG_SLOT, Spec
from paddlelite.ops.samples import Lazy
from paddlelite.tensor.creation import to_tensor

_STRUCTURAL = {"cond", "while_loop"} | {name for name in OPS if "array" in name}


def in_files(record) -> bool:
    """Whether a file can hold the op: gradients and what only exists in memory it can not."""
    if record.type in _STRUCTURAL or record.random or record.type.endswith("_grad"):
        return False
    return record.type in FORMS or has_file_form(record.type) or record.decompose_rule is not None


SAMPLES = {
    f"{name}-{i}": (record, sample)
    for name, record in sorted(OPS.items())
    if in_files(record)
    for i, sample in enumerate(record.sample_list)
    if sample.attrs.get("is_test", record.attrs.get("is_test", True))  # files are for testing
}


def program_of(record, sample):
    """A program of one call (integer vectors, which may be shapes, stay constants), and its inputs' arrays."""
    feeds: list[np.ndarray] = []
    with Capture() as capture:

        def value(x, salt, name):
            array = x.make(salt) if isinstance(x, Lazy) else np.asarray(x)
            feeds.append(array)
            return capture.input(Spec(array.shape, BY_NUMPY[array.dtype]), name)

        inputs = []
        for i, x in enumerate(sample.inputs):
            slot = record.slots[i].name
            assert slot != RNG_SLOT
            if isinstance(x, list):
                inputs.append([value(y, 10 * i + k + 1, f"{slot}_{k}") for k, y in enumerate(x)])
            elif "Axis" in slot and x is not None:  # an axis must be known
                inputs.append(
                    capture.constant(to_tensor(x.make(i) if isinstance(x, Lazy) else np.asarray(x)))
                )
            else:
                inputs.append(None if x is None else value(x, i, slot))
        found = record(*inputs, **sample.attrs)
        outs = [t for part in (found if isinstance(found, (list, tuple)) else [found]) for t in _flat(part)]
        program = capture.finish(outs)
    verify(program)
    return program, feeds


def _flat(part):
    return [t for t in (part if isinstance(part, (list, tuple)) else [part]) if t is not None]
