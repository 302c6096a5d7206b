"""The sweep: every record of the op table, with each of its samples, by every way an op can be run.

What an op can not do is listed in ``EXPECTED_FAILURES`` with the reason; a listed entry that works fails the test, so
the list can only shrink.
"""

from __future__ import annotations

import zlib

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import dims as D
from paddlelite.bind import flatten_outs
from paddlelite.capture import Capture
from paddlelite.interpret import run_program
from paddlelite.ir import verify
from paddlelite.op import OPS, RNG_SLOT, Spec
from paddlelite.ops.samples import Lazy
from paddlelite.tensor.tensor import Tensor, _wrap_array

#: (op, check) -> why it does not hold.
EXPECTED_FAILURES: dict[tuple[str, str], str] = {
    ("grid_sampler", "second order"): "no second gradient, as in PaddlePaddle; it raises",
    ("temporal_shift", "symbolic"): "the number of channels must be known to be divided by a ratio",
}

#: Ops that take blocks, TensorArrays or Python: tested where they are built, in tests/test_control.py and tests/static.
STRUCTURAL = {"assert", "print_message", "cond", "while_loop", "own_gradient", "py_func"} | {
    t for t in OPS if "array" in t
}

#: Ops that onnxruntime does not run: their kernel is called between sessions, and an export refuses them.
KERNEL_ONLY = {
    "ONNX has no such decomposition of a matrix": "cholesky determinant eig eigh eigvals eigvalsh inverse lstsq lu "
    "matrix_rank qr slogdeterminant solve svd triangular_solve",
    "ONNX has no complex numbers": "as_complex as_real complex imag real",
    "ONNX has no such special function": "digamma erfinv lgamma nextafter polygamma",
    "ONNX has no such distribution": "binomial dirichlet multinomial poisson standard_gamma truncated_gaussian_random",
    "its size depends on the values": "bincount histogram mode unique_consecutive",
    "it would be a loop over the elements": "cummax cummin gcd logcumsumexp viterbi_decode",
    "a gradient that is kept as a kernel": "grid_sampler_grad rnn_grad",
    "ONNX does not look at the bits of a tensor": "view_dtype",
}

CASES = [
    pytest.param(record, sample, id=f"{type_}-{i}")
    for type_, record in sorted(OPS.items())
    if type_ not in STRUCTURAL
    for i, sample in enumerate(record.sample_list)
]


def arrays_of(record, sample, double=False):
    """The sample's inputs as arrays; floating ones as float64 for finite differences."""

    def make(x, salt):
        a = x.make(salt) if isinstance(x, Lazy) else np.asarray(x)
        return a.astype(np.float64) if double and a.dtype == np.float32 else a

    out = []
    for i, x in enumerate(sample.inputs):
        many = isinstance(x, list)
        out.append(
            None if x is None else [make(y, 10 * i + k + 1) for k, y in enumerate(x)] if many else make(x, i)
        )
    return out


def flat(nested):
    return [a for x in nested if x is not None for a in (x if isinstance(x, list) else [x])]


def rebuild(nested, leaves):
    leaves = iter(leaves)
    return [
        None if x is None else [next(leaves) for _ in x] if isinstance(x, list) else next(leaves)
        for x in nested
    ]


def call(record, nested, attrs):
    """All results of the op on tensors, as one flat list."""
    out = record(*nested, **attrs)
    if record.kernel is None:
        return flat(list(out) if isinstance(out, (list, tuple)) else [out])
    return [t for t in flatten_outs(record, out) if t is not None]


def differentiable_slots(record, sample, nested):
    """Flat positions of the inputs whose gradient is checked."""
    names = [s.name for s in record.slots]
    positions, at = [], 0
    for name, x in zip(names, nested, strict=False):
        for a in [] if x is None else x if isinstance(x, list) else [x]:
            if a.dtype.kind == "f" and (sample.grad is None or name in sample.grad):
                positions.append(at)
            at += 1
    return positions


def has_gradient(record, sample):
    return sample.grad != () and (record.differentiable or record.kernel is None)


def cotangents(outs):
    """Fixed weights for the floating results, so that a scalar depends on all of them."""
    seeds = []
    for i, t in enumerate(outs):
        rng = np.random.default_rng(i + 1)
        inexact = t.dtype.is_inexact
        weights = np.asarray(rng.uniform(0.5, 1.5, tuple(t.dims)), t.dtype.np) if inexact else None
        seeds.append(_wrap_array(weights) if inexact else None)
    return seeds


def gradients(record, sample, nested, leaves, wanted, create_graph=False):
    outs = [t for t in call(record, rebuild(nested, leaves), sample.attrs) if not t.stop_gradient]
    if not outs:
        return None
    seeds = cotangents(outs)
    return paddle.grad(outs, [leaves[i] for i in wanted], seeds, create_graph=create_graph, allow_unused=True)


def eager_leaves(nested, wanted):
    leaves = [_wrap_array(a) for a in flat(nested)]
    for i in wanted:
        leaves[i].stop_gradient = False
    return leaves


def close(got, want, tol, what):
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape, f"{what}: shape {got.shape}, expected {want.shape}"
    assert got.dtype == want.dtype, f"{what}: dtype {got.dtype}, expected {want.dtype}"
    if got.dtype.kind in "fcV":
        got, want = (a.astype(np.complex128 if got.dtype.kind == "c" else np.float64) for a in (got, want))
        np.testing.assert_allclose(got, want, rtol=tol * 10, atol=tol, err_msg=what)
    else:
        np.testing.assert_array_equal(got, want, err_msg=what)


def expected(record, check):
    """Skip nothing: run a listed failure to see that it still fails."""
    return EXPECTED_FAILURES.get((record.type, check))


def checked(check):
    """Decorator: a listed expected failure must fail, anything else must pass."""

    def wrap(function):
        def test(record, sample):
            reason = expected(record, check)
            if reason is None:
                return function(record, sample)
            try:
                function(record, sample)
            except pytest.skip.Exception:
                raise
            except Exception:
                return None
            pytest.fail(f"{record.type} now passes '{check}': take it off EXPECTED_FAILURES ({reason})")

        test.__name__ = function.__name__
        return pytest.mark.parametrize("record, sample", CASES)(test)

    return wrap


def test_every_op_has_samples():
    bare = [t for t, r in OPS.items() if not r.sample_list and t not in STRUCTURAL]
    assert not bare, f"ops without samples: {bare}"


def test_what_onnxruntime_does_not_run():
    """The list of ops without a lowering is exact: it can only shrink."""
    listed = {t for types in KERNEL_ONLY.values() for t in types.split()}
    bare = {t for t, r in OPS.items() if not (r.onnx_rule or r.decompose_rule or t in STRUCTURAL)}
    assert bare == listed, f"not listed: {bare - listed}; listed, but lowered by now: {listed - bare}"


@checked("kernel")
def test_infer_is_kernel(record, sample):
    """The shape rule gives what the kernel gives, and eager gives the kernel's result."""
    nested = arrays_of(record, sample)
    outs = call(record, rebuild(nested, eager_leaves(nested, [])), sample.attrs)
    assert outs and all(isinstance(t, Tensor) for t in outs)
    if record.kernel is None:
        return
    specs = [
        None if x is None else [_spec(a) for a in x] if isinstance(x, list) else _spec(x) for x in nested
    ]
    got = record.infer_rule(*specs, **record.full_attrs(sample.attrs))
    parts = [got] if len(record.outs) == 1 else list(got)
    inferred = [
        s
        for part, many in zip(parts, record.many_out, strict=True)
        for s in (part if many else [part])
        if s is not None
    ]
    assert len(inferred) == len(outs)
    for s, t in zip(inferred, outs, strict=True):
        assert s.dtype is t.dtype, f"inferred {s.dtype}, kernel gives {t.dtype}"
        assert len(s.dims) == len(t.dims)
        for d, n in zip(s.dims, t.dims, strict=True):
            assert d == n or isinstance(d, D.Dim), f"inferred {s.dims}, kernel gives {t.dims}"


def _spec(a):
    t = _wrap_array(a)
    return Spec(t.dims, t.dtype, a.astype(object) if a.dtype.kind in "iu" and a.size < 16 else None)


@checked("finite differences")
def test_gradient(record, sample):
    """The gradient is that of finite differences, in float64."""
    if not has_gradient(record, sample):
        return
    nested = arrays_of(record, sample, double=True)
    wanted = differentiable_slots(record, sample, nested)
    leaves = eager_leaves(nested, wanted)
    grads = gradients(record, sample, nested, leaves, wanted)
    if grads is None:
        return
    for i, g in zip(wanted, grads, strict=True):
        numeric = finite_difference(record, sample, nested, i, wanted)
        got = np.zeros_like(numeric) if g is None else g.numpy()
        close(got, numeric, max(sample.tol, 1e-5), f"gradient of input {i}")


@checked("no gradient")
def test_no_gradient_means_zero(record, sample):
    """An op without a gradient does not depend smoothly on its floating inputs: nothing is lost without a word."""
    if record.kernel is None or record.grad_rule is not None or record.random or sample.grad == ():
        return
    nested = arrays_of(record, sample, double=True)
    wanted = differentiable_slots(record, sample, nested)
    for i in wanted:
        assert not finite_difference(record, sample, nested, i, [], every=True).any()


def finite_difference(record, sample, nested, i, wanted, eps=1e-6, every=False):
    """d(sum of weighted results) / d(input i), by central differences."""
    base = [a.copy() for a in flat(nested)]

    def value():
        outs = call(record, rebuild(nested, eager_leaves(rebuild(nested, base), wanted)), sample.attrs)
        outs = [t for t in outs if t.dtype.is_inexact] if every else [t for t in outs if not t.stop_gradient]
        return sum(
            float((t._data * s._data).sum())
            for t, s in zip(outs, cotangents(outs), strict=True)
            if s is not None
        )

    target = base[i]
    out = np.zeros_like(target)
    for k in np.ndindex(target.shape):
        old = target[k]
        target[k] = old + eps
        up = value()
        target[k] = old - eps
        down = value()
        target[k] = old
        out[k] = (up - down) / (2 * eps)
    return out


@checked("second order")
def test_second_order(record, sample):
    """The gradient of the gradient is that of finite differences of the gradient, along one direction."""
    if not has_gradient(record, sample):
        return
    nested = arrays_of(record, sample, double=True)
    wanted = differentiable_slots(record, sample, nested)
    if not wanted or sum(flat(nested)[i].size for i in wanted) == 0:
        return
    weights = [
        np.asarray(np.random.default_rng(7 + i).uniform(0.5, 1.5, flat(nested)[i].shape)) for i in wanted
    ]

    def slope(leaves, create_graph):
        grads = gradients(record, sample, nested, leaves, wanted, create_graph)
        pairs = [(g, w) for g, w in zip(grads or [], weights, strict=False) if g is not None]
        return [g for g, _ in pairs], [_wrap_array(w) for _, w in pairs]

    leaves = eager_leaves(nested, wanted)
    outs, seeds = slope(leaves, True)
    live = [(o, s) for o, s in zip(outs, seeds, strict=True) if not o.stop_gradient]
    inputs = [leaves[i] for i in wanted]
    second = [None] * len(inputs)
    if live:
        second = paddle.grad([o for o, _ in live], inputs, [s for _, s in live], allow_unused=True)
    direction = [np.random.default_rng(70 + i).uniform(-1, 1, a.dims) for i, a in enumerate(inputs)]
    got = sum(float((g.numpy() * d).sum()) for g, d in zip(second, direction, strict=True) if g is not None)

    def along(eps):
        moved = [a.copy() for a in flat(nested)]
        for i, d in zip(wanted, direction, strict=True):
            moved[i] = np.asarray(moved[i] + eps * d)
        outs, seeds = slope(eager_leaves(rebuild(nested, moved), wanted), False)
        return sum(float((o.numpy() * s.numpy()).sum()) for o, s in zip(outs, seeds, strict=True))

    want = (along(1e-6) - along(-1e-6)) / 2e-6
    np.testing.assert_allclose(got, want, rtol=1e-4, atol=max(1e-4, sample.tol * 10))


def captured(record, sample, nested, *, symbolic=False, with_grad=False):
    """A program of the op (and its gradient) on inputs of the sample's shapes; its inputs' arrays."""
    wanted = differentiable_slots(record, sample, nested) if with_grad else []
    with Capture() as c:
        leaves = []
        names = [s.name for s, x in zip(record.slots, nested, strict=False) for _ in _many(x)]
        for i, (a, name) in enumerate(zip(flat(nested), names, strict=True)):
            # A size of 1 stays a number: whether an axis broadcasts or may be squeezed is part of the program.
            loose = symbolic and name not in sample.fixed
            dims = tuple(D.symbol(f"s{i}_{k}") if loose and n != 1 else n for k, n in enumerate(a.shape))
            if a.dtype.kind in "iu" and a.ndim <= 1 and a.size < 16 and name != RNG_SLOT:
                leaves.append(c.constant(_wrap_array(a)))  # axes and shapes are constants of the graph
                continue
            leaves.append(c.input(Spec(dims, _wrap_array(a).dtype), f"x{i}", stop_gradient=i not in wanted))
        if with_grad:
            outs = [t for t in call(record, rebuild(nested, leaves), sample.attrs) if not t.stop_gradient]
            seeds = None if symbolic else [c.constant(s) for s in cotangents(outs)]
            grads = paddle.grad(outs, [leaves[i] for i in wanted], seeds, allow_unused=True) if outs else []
            results = [g for g in grads if g is not None]
        else:
            results = call(record, rebuild(nested, leaves), sample.attrs)
        program = c.finish(results)
    verify(program)
    feeds = [a for a, t in zip(flat(nested), leaves, strict=True) if any(t is v for v in program.inputs)]
    return program, feeds


def _many(x):
    return [] if x is None else x if isinstance(x, list) else [x]


def eager_gradients(record, sample, nested, ones=False):
    wanted = differentiable_slots(record, sample, nested)
    leaves = eager_leaves(nested, wanted)
    outs = [t for t in call(record, rebuild(nested, leaves), sample.attrs) if not t.stop_gradient]
    if not outs:
        return []
    seeds = None if ones else cotangents(outs)
    grads = paddle.grad(outs, [leaves[i] for i in wanted], seeds, allow_unused=True)
    return [g.numpy() for g in grads if g is not None]


@checked("traced")
def test_traced_is_eager(record, sample):
    """A captured call, and its captured gradient, run by the interpreter, give eager's results."""
    nested = arrays_of(record, sample)
    want = [t.numpy() for t in call(record, rebuild(nested, eager_leaves(nested, [])), sample.attrs)]
    program, feeds = captured(record, sample, nested)
    for got, w in zip(run_program(program, feeds)[: len(want)], want, strict=True):
        close(got, w, sample.tol, "traced")
    if has_gradient(record, sample):
        program, feeds = captured(record, sample, nested, with_grad=True)
        grads = run_program(program, feeds)[: len(program.outputs)]
        for got, w in zip(grads, eager_gradients(record, sample, nested), strict=True):
            close(got, w, sample.tol, "traced gradient")


@checked("symbolic")
def test_symbolic_sizes(record, sample):
    """Captured with every size symbolic, the program still gives eager's results, and its sizes are right."""
    nested = arrays_of(record, sample)
    want = [t.numpy() for t in call(record, rebuild(nested, eager_leaves(nested, [])), sample.attrs)]
    program, feeds = captured(record, sample, nested, symbolic=True)
    pairs = [p for v, a in zip(program.inputs, feeds, strict=True) for p in zip(v.dims, a.shape, strict=True)]
    values = {d.name: n for d, n in pairs if isinstance(d, D.Dim)}
    for v, got, w in zip(program.outputs, run_program(program, feeds), want, strict=False):
        close(got, w, sample.tol, "symbolic")
        for d, n in zip(v.dims, w.shape, strict=True):
            names = d.symbols() if isinstance(d, D.Dim) else set()
            if names <= values.keys():
                assert D.evaluate(d, values) == n, f"size {d} should be {n}"


TOTAL = [case for case in CASES if case.values[0].total]


@pytest.mark.parametrize("record, sample", TOTAL)
@pytest.mark.parametrize("fill", ["zero", "least", "greatest", "nan"])
def test_a_total_op_takes_all_values(record, sample, fill):
    """What may be computed where the program might not come to it gives a result for any values."""

    def filled(a):
        if fill == "zero" or a.dtype.kind == "b":
            return np.zeros_like(a)
        if fill == "nan":
            return a if a.dtype.kind in "iu" else np.full_like(a, np.nan)
        limits = np.iinfo(a.dtype) if a.dtype.kind in "iu" else np.finfo(a.dtype)
        return np.full_like(a, limits.min if fill == "least" else limits.max)

    nested = arrays_of(record, sample)
    changed = [
        None if x is None else [filled(a) for a in x] if isinstance(x, list) else filled(x) for x in nested
    ]
    with np.errstate(all="ignore"):
        call(record, rebuild(changed, eager_leaves(changed, [])), sample.attrs)


@checked("onnxruntime")
def test_onnxruntime_is_eager(record, sample):
    """onnxruntime gives eager's results for the op and its gradient."""
    executor = pytest.importorskip("paddlelite.export.executor")
    if record.random:
        return
    nested = arrays_of(record, sample)
    want = [t.numpy() for t in call(record, rebuild(nested, eager_leaves(nested, [])), sample.attrs)]
    program, feeds = captured(record, sample, nested)
    for got, w in zip(
        executor.Executor(program, backend="onnxruntime").run(feeds)[: len(want)], want, strict=True
    ):
        close(got, w, max(sample.tol, 1e-5), "onnxruntime")
    if has_gradient(record, sample):
        program, feeds = captured(record, sample, nested, with_grad=True)
        if not program.outputs:
            return
        grads = executor.Executor(program, backend="onnxruntime").run(feeds)[: len(program.outputs)]
        for got, w in zip(grads, eager_gradients(record, sample, nested), strict=True):
            close(got, w, max(sample.tol, 1e-5), "onnxruntime gradient")


def test_seed_of_cases_is_stable():
    """The samples are the same in every process (they are made from shapes, not from hash())."""
    from paddlelite.ops.samples import f32

    assert zlib.crc32(f32(2, 3).make().tobytes()) == zlib.crc32(f32(2, 3).make().tobytes())
