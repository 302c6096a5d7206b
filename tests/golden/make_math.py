"""Records what PaddlePaddle 3.3.1 gives for expressions over its mathematics, into math.json.

Run it with an interpreter that has PaddlePaddle: ``python tests/golden/make_math.py``. Errors are recorded as the
first built-in exception class among the bases of what was raised.
"""

import json
import math
from pathlib import Path

OPERANDS = {
    "i64": "T([7, -7])",
    "f32": "T([7.5, -7.5])",
    "b": "T([True, False])",
    "f64": "T([1.5, -2.5], dtype='float64')",
    "i32": "T([7, -7], dtype='int32')",
    "u8": "T([7, 3], dtype='uint8')",
    "c64": "T([1 + 1j, 2])",
}
SCALARS = ("2", "2.5")
OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "<", "==")


def operator_cases():
    for sign in OPERATORS:
        for name, x in OPERANDS.items():
            if name == "c64" and sign in ("//", "%", "<"):
                continue
            for k in SCALARS:
                if sign == "**" and name == "u8" and k == "2":
                    continue  # PaddlePaddle has no uint8 kernel; ours has
                yield f"{x} {sign} {k}"
                if name in ("i64", "i32") and sign == "**" and k == "2":
                    continue  # 2 ** -7 of integers
                if name == "b" and sign in ("//", "%") or (name == "u8" and sign == "**" and k == "2"):
                    continue  # False is 0
                yield f"{k} {sign} {x}"
            for other, y in OPERANDS.items():
                if (
                    "c64" in (name, other)
                    and sign in ("//", "%", "<", "**")
                    or sign == "**"
                    and "i" in (name[0], other[0])
                ):
                    continue
                if "b" in (name, other) and sign in ("-", "//", "%", "**", "/", "<"):
                    continue
                if sign == "%" and "u8" in (name, other) or sign == "**" and "u8" in (name, other):
                    continue
                yield f"{x} {sign} {y}"


EXPRESSIONS = """
-T([7, -7])
~T([7, -7])
~T([True, False])
+T([7.5])
abs(T([7, -7]))
T([-7, 7]) % 3
T([-7, 7]) % -3
T([-7.5, 7.5]) % 3
T([-7.5, 7.5]) % -3
T([-7, 7]) // 3
T([-7.0, 7.0]) // 3
7 // T([2, 3])
7 % T([2, 3])
T([1]) << 2
T([1]) << T([2])
8 >> T([1])
T([5]) & T([3])
T([5]) | T([3])
T([5]) ^ T([3])
T([True, False]) ^ T([True, True])
T([1.0]) // 0
T([1.0]) % 0
T([1, 2]) / 0
T([1.0, 2, -3]) // T([0.0, 0, 0])
T([1.0, 2.0]) % inf
T([-1.0, 2.0]) % inf
T([2, 3]) ** T([1, 2])
T([2]) ** 0.5
T([1, 2]) + np.array([1, 2])
T([1.0, 2.0]) + np.array([1.0, 2.0])
np.array([1.0, 2.0]) + T([1.0, 2.0])
T([1.0, 2.0]) + [1.0, 2.0]
T([1.0]) + None
T([1.5], dtype='float64') * np.float32(2)
T([True]) + T([True])
T([True]) * T([True])
T([1, 2]) < 1.5
T([2.0]) / T([1.0], dtype='float64')
T([1.0], dtype='float16') + T([1.0], dtype='bfloat16')
T([1]).add_(T([1.0]))
T([1.0]).add_(T([[1.0], [2.0]]))
T([1.0, 2.0]).scale_(2.0)
T([1.0, 5.0]).clip_(2.0, 3.0)
paddle.round(T([0.5, 1.5, 2.5, -0.5, -1.5]))
paddle.round(T([1.2345]), 2)
paddle.sign(T([nan, -2.0, 0.0]))
paddle.abs(T([3 + 4j]))
paddle.pow(T([1, 2]), 2.5)
paddle.pow(T([1, 2]), T([2, 2]))
paddle.pow(T([4, 9]), 0.5)
paddle.pow(T([2]), T([2.5]))
paddle.maximum(T([1]), T([2.0]))
paddle.maximum(T([nan, 1.0]), T([1.0, nan]))
paddle.fmax(T([nan, 1.0]), T([1.0, nan]))
paddle.fmin(T([nan, 1.0]), T([1.0, nan]))
paddle.sum(T([1, 2], dtype='int32'))
paddle.sum(T([True, True]))
paddle.sum(T([[1.0, 2.0], [3.0, 4.0]]), axis=-1, keepdim=True)
paddle.sum(T([1.0]), axis=3)
paddle.sum(T([1.0, 2.0]), dtype='float64')
paddle.mean(T([1, 2]))
paddle.mean(T([], dtype='float32'))
paddle.mean(A, axis=[0, 1], keepdim=True)
paddle.max(T([1, 2]))
paddle.max(T([]))
paddle.max(A, axis=[0, 1])
paddle.amax(A, axis=0)
paddle.prod(T([1, 2], dtype='int32'))
paddle.prod(A, axis=1)
paddle.all(T([1, 0]))
paddle.any(T([1.0, 0]))
paddle.clip(T([1, 5]), 2.5, 3)
paddle.clip(T([1.0, 5]), 2, None)
paddle.clip(T([1, 5]), 2, 3)
paddle.matmul(T([[1.0]]), T([[1.0]], dtype='float64'))
paddle.matmul(T([[1]]), T([[1]]))
paddle.matmul(A, T([1.0, 2.0]))
paddle.matmul(A, T([1.0, 2.0, 3.0]))
paddle.where(T([True, False]), 1.0, 2.0)
paddle.where(T([True]), T([1]), T([2.0]))
paddle.where(T([1]), T([1]), T([2]))
paddle.add(T([1]), 2)
paddle.add(T([1.0]), T([2]))
paddle.mean('a')
paddle.sqrt(2.0)
paddle.abs([1.0])
paddle.add_n([A, A])
paddle.argmax(T([1, 2]), axis=5)
paddle.argmax(A)
paddle.argmax(A, axis=0, keepdim=True)
paddle.argmin(A, axis=1, dtype='int32')
paddle.cumsum(T([1, 2], dtype='int32'))
paddle.cumsum(A)
paddle.cumsum(A, axis=0)
paddle.cumprod(A, dim=0)
paddle.cumprod(A)
paddle.logcumsumexp(A)
paddle.cummax(A)
paddle.cummax(A, axis=0)
paddle.cummax(T([1.0, 1, 0, 1]), axis=0)
paddle.cummin(T([1, 0, 0, 1]), axis=0, dtype='int32')
paddle.std(T([1.0, 2.0]))
paddle.std(A, axis=0)
paddle.var(T([1.0]))
F.softmax(T([1, 2]))
F.softmax(T([1, 2]), dtype='float32')
F.softmax(T(1.0))
F.softmax(A, axis=0)
F.softmax(A, axis=2)
F.log_softmax(A)
F.relu(T([-1.0, 2.0]))
F.relu6(T([-1.0, 2.0, 7.0]))
F.leaky_relu(T([-1.0, 2.0]))
F.elu(T([-1.0, 2.0]), 0.5)
F.selu(T([-1.0, 2.0]))
F.celu(T([-1.0, 2.0]), 0.5)
F.gelu(T([-1.0, 2.0]))
F.gelu(T([-1.0, 2.0]), approximate=True)
F.sigmoid(T([-1.0, 2.0, 100.0, -100.0]))
F.silu(T([-1.0, 2.0]))
F.swish(T([-1.0, 2.0]))
F.mish(T([-1.0, 2.0, 30.0]))
F.softplus(T([-1.0, 2.0, 30.0]), 2.0, 3.0)
F.softshrink(T([-1.0, 0.2, 2.0]))
F.hardshrink(T([-1.0, 0.2, 2.0]))
F.hardsigmoid(T([-5.0, 0.2, 5.0]))
F.hardswish(T([-5.0, 0.2, 5.0]))
F.hardtanh(T([-5.0, 0.2, 5.0]))
F.tanhshrink(T([-1.0, 0.2]))
F.softsign(T([-1.0, 0.2]))
F.log_sigmoid(T([-1.0, 0.2, -100.0]))
F.thresholded_relu(T([-1.0, 2.0]))
F.maxout(T(np.arange(8).reshape(1, 4, 2).astype('float32')), 2)
F.glu(A)
F.prelu(T([[-1.0, 2.0]]), T([0.25]))
F.prelu(T([[-1.0, -2.0]]), T([0.25, 0.5]))
paddle.linalg.norm(A)
paddle.linalg.norm(A, p=2)
paddle.linalg.norm(A, p=1, axis=[0, 1])
paddle.linalg.norm(A, p=2, axis=[0, 1])
paddle.linalg.norm(A, p=inf, axis=[0, 1])
paddle.linalg.norm(A, p='nuc', axis=[0, 1])
paddle.linalg.norm(A, p='fro', axis=1)
paddle.linalg.norm(A, p=3, axis=-1)
paddle.linalg.norm(A, p=-inf)
paddle.linalg.norm(A, p=0)
paddle.linalg.norm(T([1, 2]))
paddle.linalg.matrix_norm(A, p=1)
paddle.linalg.vector_norm(A, p=2)
paddle.nonzero(A)
paddle.nonzero(A, as_tuple=True)
paddle.sort(T([3, 1, 2]))
paddle.sort(A, axis=0, descending=True)
paddle.argsort(T([1.0, 1, 0, 1]), descending=True)
paddle.topk(A, 1)
paddle.topk(A, 3)
paddle.kthvalue(A, 1)
paddle.mode(T([[1.0, 2, 2], [3, 3, 1]]))
paddle.mode(T([1.0, 2, 2, 1]))
paddle.median(T([1.0, 3, 2, 4]))
paddle.median(T([1.0, 3, 2, 4]), mode='min')
paddle.median(A, axis=1)
paddle.median(A, axis=1, mode='min')
paddle.median(T([1, 3, 2, 4]))
paddle.median(T([1.0, nan, 2]))
paddle.nanmedian(T([1.0, nan, 2]))
paddle.quantile(T([1.0, 2, 3, 4]), 0.3)
paddle.quantile(T([1.0, 2, 3, 4]), [0.3, 0.5])
paddle.quantile(A, 0.5, axis=1, keepdim=True)
paddle.quantile(A, 0.5, axis=1, interpolation='lower')
paddle.nanquantile(T([1.0, nan, 3, 4]), 0.5)
paddle.unique(T([3, 1, 3]))
paddle.unique(T([3, 1, 3]), return_index=True, return_inverse=True, return_counts=True)
paddle.unique_consecutive(T([1, 1, 2]), return_inverse=True, return_counts=True)
paddle.searchsorted(T([1, 3, 5]), T([[3, 6]]))
paddle.bucketize(T([[3, 6]]), T([1, 3, 5]))
paddle.histogram(T([1.0, 2, 1]), bins=4)
paddle.histogram(T([1, 2, 1]), bins=4, min=0, max=3)
paddle.bincount(T([1, 2, 1]))
paddle.bincount(T([1, 2, 1]), weights=T([1.0, 2, 3]))
paddle.allclose(A, A + 1e-9)
paddle.isclose(A, A + 1)
paddle.equal_all(A, A)
paddle.equal_all(A, T([1.0]))
paddle.equal(A, T([1.0, 2.0]))
paddle.equal(T([1]), 1)
paddle.logical_and(T([True, False]), T([True, True]))
paddle.logical_not(T([1, 0]))
paddle.logical_or(T([1, 0]), T([1, 0]))
paddle.logical_and(T([1.0, 0]), T([2, 2]))
paddle.is_empty(T([]))
paddle.isin(T([1, 2]), T([2]))
paddle.isposinf(T([inf, 1.0]))
paddle.signbit(T([-0.0, 1.0]))
paddle.isreal(A)
paddle.dot(T([1, 2]), T([3, 4]))
paddle.mm(A, A)
paddle.inner(A, A)
paddle.outer(T([1.0, 2.0]), T([3.0, 4.0]))
paddle.cross(T([[1.0, 2, 3]]), T([[3.0, 2, 1]]))
paddle.trace(A)
paddle.diff(A)
paddle.diff(T([1, 4, 9]), n=1, prepend=T([0]))
paddle.linalg.det(A)
paddle.linalg.slogdet(A)
paddle.linalg.inv(A)
paddle.linalg.inv(T([[1.0, 1.0], [1.0, 1.0]]))
paddle.linalg.pinv(T([[1.0, 2], [3, 4], [5, 6]]))
paddle.linalg.matrix_rank(A)
paddle.linalg.cond(A)
paddle.linalg.cov(A)
paddle.linalg.corrcoef(A)
paddle.linalg.lu(A)
paddle.linalg.matrix_power(A, 2)
paddle.linalg.multi_dot([A, A, A])
paddle.linalg.solve(A, T([1.0, 2.0]))
paddle.einsum('ij,jk', A, A)
paddle.kron(T([1, 2]), T([3, 4]))
paddle.gcd(T([6]), T([4]))
paddle.lcm(T([6]), T([4]))
paddle.count_nonzero(A)
paddle.nansum(T([1.0, nan]))
paddle.logaddexp(T([1.0]), T([2.0]))
paddle.logsumexp(A)
paddle.heaviside(T([0.0, 1]), T([0.5]))
paddle.frac(T([-1.5]))
paddle.trapezoid(T([1.0, 2, 3]))
paddle.cumulative_trapezoid(T([1.0, 2, 3]))
paddle.renorm(A, 2.0, 0, 1.0)
paddle.vander(T([1.0, 2.0]), 3)
paddle.nan_to_num(T([nan, 1.0]))
paddle.multiplex([A, A + 1], T([[1], [0]], dtype='int32'))
paddle.addmm(A, A, A, beta=0.5, alpha=2.0)
paddle.atan2(T([1]), T([1]))
paddle.sinc(T([0.0, 1.5]))
paddle.hypot(T([3.0]), T([4.0]))
paddle.angle(T([-1.0, 1.0]))
paddle.cdist(A, A)
paddle.tensordot(A, A, axes=1)
paddle.lerp(T([1.0]), T([2.0]), 0.5)
paddle.erfinv(T([0.5, 1.0]))
paddle.digamma(T([0.5, -1.5]))
paddle.lgamma(T([0.5, -1.5]))
paddle.logit(T([0.2, 0.9]))
paddle.stanh(T([0.2]))
paddle.rad2deg(T([1, 2]))
paddle.increment(T([1.0]))
"""


def expressions():
    unary = "acos asin atan ceil cos cosh erf exp expm1 floor log log1p reciprocal rsqrt sin sqrt square tan tanh trunc"
    yield from (f"paddle.{name}(T([1, 2]))" for name in unary.split())
    yield from operator_cases()
    yield from EXPRESSIONS.strip().splitlines()


def shown(value):
    if isinstance(value, (tuple, list)):
        return [shown(v) for v in value]
    if not hasattr(value, "tolist"):
        return value if isinstance(value, (bool, int, float, str)) or value is None else repr(type(value))
    return [str(value.dtype).removeprefix("paddle."), list(value.shape), plain(value.tolist())]


def plain(value):
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, complex):
        return [plain(value.real), plain(value.imag)]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return float(f"{value:.7g}") if isinstance(value, float) else value


def error_class(error):
    return next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")


def record(paddle, functional):
    import numpy as np

    found = {}
    for text in expressions():
        names = {
            "paddle": paddle,
            "F": functional,
            "T": paddle.to_tensor,
            "np": np,
            "inf": math.inf,
            "nan": math.nan,
        }
        names["A"] = paddle.to_tensor([[1.0, -2.0], [3.0, 4.0]])
        try:
            found[text] = shown(eval(text, names))
        except Exception as error:
            found[text] = {"raises": error_class(error)}
    return found


if __name__ == "__main__":
    import paddle

    result = record(paddle, paddle.nn.functional)
    text = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in result.items())
    Path(__file__).with_name("math.json").write_text("{\n" + text + "\n}\n", encoding="utf-8")
