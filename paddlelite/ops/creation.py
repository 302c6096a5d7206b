"""Ops that make tensors: fill_constant, assign_value, range, linspace, eye and their relatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, float32, int64
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from .samples import b, f32, i32, i64
from .shape import content_or, numbers, sizes_onnx


@op("assign", total=True)
def assign(X):  # type: ignore[no-untyped-def]
    """A copy. ONNX: Identity."""
    return X.copy()


assign.infer(lambda X: Spec(X.dims, X.dtype, X.content, getattr(X, "array", False)))
assign.grad(lambda c, g: assign(g), saves="")
assign.onnx(lambda b, X: b.Identity(X))
assign.sample(f32(2, 3)).sample(b(2), grad="")


@op("fill_any_like", total=True)
def fill_any_like(X, *, value=0.0, dtype=None):  # type: ignore[no-untyped-def]
    """A tensor of the shape of ``X`` filled with ``value``. ONNX: Shape, Expand."""
    return np.full(X.shape, value, X.dtype if dtype is None else dtype.np)


@fill_any_like.infer
def _(X: Any, *, value: float = 0.0, dtype: DType | None = None) -> Spec:
    return Spec(X.dims, dtype or X.dtype)


@fill_any_like.onnx
def _(b: Any, X: Any, *, value: float = 0.0, dtype: DType | None = None) -> Any:
    return b.Expand(b.const(value, dtype or X.dtype), b.Shape(X))


fill_any_like.sample(f32(2, 3), value=1.5).sample(f32(), value=2.0, dtype=i32(1).dtype)


@op("fill_constant", on_sizes=True)
def fill_constant(  # type: ignore[no-untyped-def]
    ValueTensor=None,
    ShapeTensor=None,
    ShapeTensorList: Many = None,
    *,
    shape=(),
    dtype=float32,
    value=0.0,
    str_value="",
    force_cpu=False,
    place_type=-1,
):
    """A tensor of ``shape`` filled with one number (``str_value`` wins over ``value``). ONNX: Expand."""
    fill = ValueTensor.reshape(()) if ValueTensor is not None else filler(value, str_value, dtype)
    return np.full(numbers(ShapeTensor, ShapeTensorList, shape), fill, dtype.np)


def filler(value: float, str_value: str, dtype: DType) -> Any:
    """The number that ``value`` and ``str_value`` mean: integers too long for a float are written as text."""
    if not str_value:
        return value
    if dtype.is_complex:
        return complex(str_value)
    return float(str_value) if dtype.is_floating or not str_value.lstrip("+-").isdigit() else int(str_value)


@fill_constant.infer
def _(ValueTensor: Any = None, ShapeTensor: Any = None, ShapeTensorList: Any = None, **attrs: Any) -> Spec:
    target = content_or(ShapeTensor, ShapeTensorList, attrs["shape"])
    if target is None:
        target = [D.fresh() for _ in range(ShapeTensor.dims[0])]
    if any(isinstance(s, int) and s < 0 for s in target):
        raise InvalidArgumentError(f"the sizes of a tensor can not be negative, got {target}")
    return Spec(tuple(target), attrs["dtype"])


@fill_constant.onnx
def _(
    b: Any, ValueTensor: Any = None, ShapeTensor: Any = None, ShapeTensorList: Any = None, **attrs: Any
) -> Any:
    dtype = attrs["dtype"]
    if ValueTensor is not None:
        fill = b.cast(b.Reshape(ValueTensor, b.const([], "int64")), dtype)
    else:
        fill = b.const(filler(attrs["value"], attrs["str_value"], dtype), dtype)
    return b.Expand(fill, sizes_onnx(b, ShapeTensor, ShapeTensorList, attrs["shape"]))


fill_constant.sample(shape=[2, 3], value=1.5).sample(
    shape=[], dtype=i64(1).dtype, str_value="9007199254740993"
)


@op("assign_value")
def assign_value(  # type: ignore[no-untyped-def]
    *,
    shape,
    dtype,
    values=(),
    bool_values=(),
    fp32_values=(),
    fp64_values=(),
    int32_values=(),
    int64_values=(),
):
    """A constant: the values in the list that belongs to ``dtype``. ONNX: an initializer."""
    return _listed(dtype, values, bool_values, fp32_values, fp64_values, int32_values, int64_values).reshape(
        tuple(shape)
    )


def _listed(dtype: DType, *lists: Sequence[Any]) -> np.ndarray:
    found: Sequence[Any] = next((v for v in lists if len(v)), ())
    return np.array(found, dtype.np)


@assign_value.infer
def _(*, shape: Sequence[int], dtype: DType, **lists: Any) -> Spec:
    array = _listed(dtype, *lists.values())
    if array.size != D.numel(shape):
        raise InvalidArgumentError(f"assign_value: {array.size} values for the shape {list(shape)}")
    content = np.array(array.tolist(), dtype=object).reshape(tuple(shape)) if dtype.is_integer else None
    return Spec(tuple(shape), dtype, content)


@assign_value.onnx
def _(b: Any, *, shape: Sequence[int], dtype: DType, **lists: Any) -> Any:
    return b.const(_listed(dtype, *lists.values()).reshape(tuple(shape)), dtype)


assign_value.sample(shape=[2, 2], dtype=float32, fp32_values=[1.0, 2.5, 3.0, -1.0])
assign_value.sample(shape=[2], dtype=i64(1).dtype, int64_values=[1, 2])
assign_value.sample(shape=[], dtype=b().dtype, bool_values=[1]).sample(shape=[0], dtype=float32)


@op("range", on_sizes=True)
def arange(Start, End, Step):  # type: ignore[no-untyped-def]
    """``Start``, ``Start + Step``, ... below ``End``, which are tensors of one element. ONNX: Range."""
    start, end, step = (t.reshape(-1)[0] for t in (Start, End, Step))
    if step == 0:
        raise InvalidArgumentError("The step of range op should not be 0.")
    return steps(start, end, step, Start.dtype)


def steps(start: Any, end: Any, step: Any, dtype: np.dtype) -> np.ndarray:
    """The numbers of ``arange``: start + i * step in double precision, rounded once."""
    if dtype.kind in "iuO":
        return np.arange(start, end, step, dtype=np.int64 if dtype.kind == "O" else dtype)
    start, end, step = float(start), float(end), float(step)
    count = max(int(np.ceil((end - start) / step)), 0)
    return (start + np.arange(count) * step).astype(dtype)


@arange.infer
def _(Start: Any, End: Any, Step: Any) -> Spec:
    for t in (Start, End, Step):
        count = D.numel(t.dims)
        if isinstance(count, int) and count != 1:
            raise InvalidArgumentError(f"range needs tensors of one element, got shape {list(t.dims)}")
    if any(t.content is None for t in (Start, End, Step)):
        return Spec((D.fresh(),), Start.dtype)
    start, end, step = (t.content.item() for t in (Start, End, Step))
    if step == 0:
        raise InvalidArgumentError("The step of range op should not be 0.")
    if not isinstance(step, int):
        return Spec((D.fresh(),), Start.dtype)
    if isinstance(start, int) and isinstance(end, int):
        found = range(start, end, step)
        content = np.array(found, dtype=object) if len(found) <= 64 else None
        return Spec((len(found),), Start.dtype, content)
    # Sizes count upwards from 0 in practice; anything else may be empty, which a size can not say.
    if start == 0 and step > 0:
        return Spec(((end + (step - 1)) // step,), Start.dtype)
    return Spec((D.fresh(),), Start.dtype)


@arange.onnx
def _(b: Any, Start: Any, End: Any, Step: Any) -> Any:
    return b.Range(*(b.Reshape(t, b.const([], "int64")) if t.dims else t for t in (Start, End, Step)))


def _numbers(*values: Any, dtype: Any = np.int64) -> list[np.ndarray]:
    return [np.array(v, dtype) for v in values]


arange.sample(*_numbers(0, 5, 2)).sample(*_numbers([5], [0], [-2])).sample(*_numbers(3, 3, 1))
arange.sample(*_numbers(0.0, 1.0, 0.3, dtype=np.float32), grad="")


def _count(Num: Any) -> D.Size:
    if Num.content is None:
        return D.fresh()
    n = Num.content.item()
    if isinstance(n, int) and n < 1:
        raise InvalidArgumentError(f"The num of linspace op should be larger than 0, but received num is {n}")
    return n


@op("linspace")
def linspace(Start, Stop, Num, *, dtype):  # type: ignore[no-untyped-def]
    """``Num`` numbers at equal distances from ``Start`` to ``Stop``. ONNX: Range, Mul, Add."""
    ends = [float(t.reshape(-1)[0]) for t in (Start, Stop)]
    return np.linspace(*ends, int(Num.reshape(-1)[0])).astype(dtype.np)


@linspace.infer
def _(Start: Any, Stop: Any, Num: Any, *, dtype: DType) -> Spec:
    return Spec((_count(Num),), dtype)


def _linspace_onnx(b: Any, Start: Any, Stop: Any, Num: Any) -> Any:
    first, last = (b.cast(b.Reshape(t, b.const([], "int64")), "float64") for t in (Start, Stop))
    n = b.cast(b.Reshape(Num, b.const([], "int64")), "int64")
    i = b.cast(b.Range(b.const(0, "int64"), n, b.const(1, "int64")), "float64")
    step = b.Div(
        b.Sub(last, first), b.cast(b.Max(b.Sub(n, b.const(1, "int64")), b.const(1, "int64")), "float64")
    )
    return b.Add(b.Mul(i, step), first)


linspace.onnx(lambda b, Start, Stop, Num, *, dtype: b.cast(_linspace_onnx(b, Start, Stop, Num), dtype))
_ENDS = (np.array(-1.0, np.float32), np.array([2.0], np.float32))
linspace.sample(*_ENDS, np.array(5, np.int32), dtype=float32, grad="")
linspace.sample(*_ENDS, np.array([1], np.int32), dtype=float32, grad="").sample(
    *_ENDS, np.array(4, np.int64), dtype=i64(1).dtype, grad=""
)


@op("logspace")
def logspace(Start, Stop, Num, Base, *, dtype):  # type: ignore[no-untyped-def]
    """``Base`` to the power of the numbers of :func:`linspace`. ONNX: Range, Mul, Add, Pow."""
    first, last, base = (float(t.reshape(-1)[0]) for t in (Start, Stop, Base))
    return (base ** np.linspace(first, last, int(Num.reshape(-1)[0]))).astype(dtype.np)


@logspace.infer
def _(Start: Any, Stop: Any, Num: Any, Base: Any, *, dtype: DType) -> Spec:
    return Spec((_count(Num),), dtype)


@logspace.onnx
def _(b: Any, Start: Any, Stop: Any, Num: Any, Base: Any, *, dtype: DType) -> Any:
    base = b.cast(b.Reshape(Base, b.const([], "int64")), "float64")
    return b.cast(b.Pow(base, _linspace_onnx(b, Start, Stop, Num)), dtype)


logspace.sample(*_ENDS, np.array(4, np.int32), np.array(10.0, np.float32), dtype=float32, grad="")


@op("eye")
def eye(*, num_rows, num_columns=-1, dtype=float32):  # type: ignore[no-untyped-def]
    """Ones on the diagonal of a matrix of zeros. ONNX: an initializer."""
    return np.eye(num_rows, num_rows if num_columns == -1 else num_columns, dtype=dtype.np)


@eye.infer
def _(*, num_rows: int, num_columns: int = -1, dtype: DType = float32) -> Spec:
    if num_rows < 0 or num_columns < -1:
        raise InvalidArgumentError(
            f"eye: the numbers of rows and columns can not be negative, got {num_rows}, {num_columns}"
        )
    return Spec((num_rows, num_rows if num_columns == -1 else num_columns), dtype)


@eye.onnx
def _(b: Any, *, num_rows: int, num_columns: int = -1, dtype: DType = float32) -> Any:
    return b.const(np.eye(num_rows, num_rows if num_columns == -1 else num_columns, dtype=dtype.np), dtype)


eye.sample(num_rows=3).sample(num_rows=2, num_columns=4, dtype=i64(1).dtype).sample(num_rows=0)


@op("empty", composite=True)
def empty(ShapeTensor=None, ShapeTensorList: Many = None, *, shape=(), dtype=float32):  # type: ignore[no-untyped-def]
    """Zeros: memory that was not written would make results depend on chance."""
    return fill_constant(None, ShapeTensor, ShapeTensorList, shape=shape, dtype=dtype, value=0.0)


empty.sample(shape=[2, 3])


@op("fill_constant_batch_size_like", composite=True)
def fill_constant_batch_size_like(  # type: ignore[no-untyped-def]
    Input,
    *,
    shape,
    input_dim_idx=0,
    output_dim_idx=0,
    dtype=float32,
    value=0.0,
    str_value="",
    force_cpu=False,
):
    """:func:`fill_constant` of ``shape`` with one size taken from ``Input``."""
    sizes = list(shape)
    n = Input.dims[input_dim_idx]
    if isinstance(n, int):
        sizes[output_dim_idx] = n
        return fill_constant(shape=sizes, dtype=dtype, value=value, str_value=str_value)
    from ..tensor.attribute import size_value
    from ..tensor.creation import shape_slots

    sizes[output_dim_idx] = size_value(Input, input_dim_idx)
    attrs, tensor, tensors = shape_slots(sizes)
    return fill_constant(None, tensor, tensors, **attrs, dtype=dtype, value=value, str_value=str_value)


fill_constant_batch_size_like.sample(f32(4, 3), shape=[-1, 2], value=1.5, grad="")


@op("fill_zeros_like", composite=True)
def fill_zeros_like(X):  # type: ignore[no-untyped-def]
    """Zeros in the shape and dtype of ``X``."""
    return fill_any_like(X, value=0.0)


fill_zeros_like.sample(f32(2, 3), grad="")


def _triangle(rows: int, cols: int, offset: int, lower: bool, dtype: DType) -> np.ndarray:
    found = np.tril_indices(rows, offset, cols) if lower else np.triu_indices(rows, offset, cols)
    return np.array(found, dtype.np)


@op("tril_indices", out="out")
def tril_indices(*, rows=0, cols=0, offset=0, dtype=int64):  # type: ignore[no-untyped-def]
    """The row and column numbers of a matrix' lower triangle. ONNX: an initializer."""
    return _triangle(rows, cols, offset, True, dtype)


@op("triu_indices", out="out")
def triu_indices(*, row=0, col=0, offset=0, dtype=int64):  # type: ignore[no-untyped-def]
    """The row and column numbers of a matrix' upper triangle. ONNX: an initializer."""
    return _triangle(row, col, offset, False, dtype)


for _record in (tril_indices, triu_indices):

    def _array(*, _record: Any = _record, **attrs: Any) -> np.ndarray:
        return _record.kernel(**attrs)

    _record.infer(lambda *, _array=_array, **attrs: Spec(_array(**attrs).shape, attrs["dtype"]))
    _record.onnx(lambda b, *, _array=_array, **attrs: b.const(_array(**attrs), attrs["dtype"]))

tril_indices.sample(rows=3, cols=4, offset=-1).sample(rows=2, cols=2)
triu_indices.sample(row=3, col=4, offset=1).sample(row=2, col=2)
