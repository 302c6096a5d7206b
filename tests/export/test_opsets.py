"""Every op of the table at other opsets: it is refused with the opset it needs, or means the same."""

import numpy as np
import onnx
import pytest

from paddlelite.capture import Capture
from paddlelite.errors import PaddleError
from paddlelite.export.exporter import ExportError, to_onnx
from paddlelite.export.session import Session
from paddlelite.op import OPS, Spec
from paddlelite.ops.samples import Lazy
from paddlelite.tensor.tensor import _wrap_array


def cases():
    for type_, record in sorted(OPS.items()):
        if (
            record.onnx_rule is not None
            and record.kernel is not None
            and not record.random
            and "array" not in type_
        ):
            for i, sample in enumerate(record.sample_list):
                yield pytest.param(record, sample, id=f"{type_}-{i}")


def program_of(record, sample):
    feeds = []
    with Capture() as c:

        def place(x, salt):
            a = x.make(salt) if isinstance(x, Lazy) else np.asarray(x)
            t = _wrap_array(a)
            if a.dtype.kind in "iu" and a.ndim <= 1 and a.size < 16:
                return c.constant(t)
            feeds.append(a)
            return c.input(Spec(a.shape, t.dtype), f"x{len(feeds)}")

        inputs = [
            None
            if x is None
            else [place(y, 10 * i + k + 1) for k, y in enumerate(x)]
            if isinstance(x, list)
            else place(x, i)
            for i, x in enumerate(sample.inputs)
        ]
        out = record(*inputs, **sample.attrs)
        flat = [
            t
            for part in (out if isinstance(out, (list, tuple)) else [out])
            for t in (part if isinstance(part, list) else [part])
        ]
        program = c.finish([t for t in flat if t is not None])
    return program, feeds


@pytest.mark.parametrize("record, sample", list(cases()))
def test_every_opset_means_the_same(record, sample):
    try:
        program, feeds = program_of(record, sample)
        base = run(program, feeds, 18)
    except (ExportError, PaddleError):
        return  # whether it lowers at all is the sweep's question
    lowest = None
    for opset in (11, 14, 20):
        try:
            got = run(program, feeds, opset)
        except ExportError as error:
            needs = [p.needs for p in error.problems]
            assert lowest is None, "refused at a later opset than one that worked"
            assert all(n == 0 or n > opset for n in needs), f"opset {opset}: {error}"
            continue
        lowest = opset
        for g, w in zip(got, base, strict=True):
            np.testing.assert_allclose(
                np.asarray(g, np.float64),
                np.asarray(w, np.float64),
                rtol=1e-4,
                atol=1e-5,
                err_msg=f"opset {opset}",
            )


def run(program, feeds, opset):
    b, proto = to_onnx(program, opset=opset)
    onnx.checker.check_model(proto, full_check=True)
    fed = {r.name: a for r, a in zip(b.inputs, feeds, strict=True)}
    if any(a.dtype.kind == "V" for a in feeds) or any(r.dtype.name == "bfloat16" for r in b.results):
        from paddlelite.export.session import to_array, to_value

        out = Session(proto).run_values({k: to_value(a) for k, a in fed.items()})
        return [to_array(out[i]) for i in range(len(b.results))]
    return Session(proto).run(fed)
