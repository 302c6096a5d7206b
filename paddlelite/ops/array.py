"""TensorArrays: lists of tensors of one dtype inside a graph, as lists in loops become.

An array is never changed: each op gives a new one. Elements may differ in size; then their sizes are symbolic.
In the interpreter an array is a Python list, in ONNX a sequence.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, float32, int32, int64
from ..errors import InvalidArgumentError, OutOfRangeError
from ..op import Many, Spec, op
from ..refusal import refuse

__all__ = [
    "array_add", "array_append", "array_concat", "array_erase", "array_insert", "array_joined", "array_length",
    "array_make", "array_picked", "array_read", "array_slice", "array_stack", "array_write", "as_index", "create_array",
    "list_insert", "list_slice", "list_write",
]  # fmt: skip


def element(spec: Any) -> Spec:
    """What is known of an array's elements."""
    return Spec(spec.dims, spec.dtype)


def join_element(array: Any, x: Any) -> Spec:
    """The spec of an array that also holds ``x``. Raises CaptureError when dtype or rank differ."""
    if array.array == "empty":
        return Spec(x.dims, x.dtype if array.dtype is None else _same_dtype(array, x), None, "full")
    if len(array.dims) != len(x.dims):
        raise refuse(
            f"a list in a graph holds tensors of one rank, but one of shape {list(x.dims)} joins those of "
            f"{list(array.dims)}",
            "Reshape one, so that all have equally many axes.",
        )
    return Spec(D.join_dims(tuple(array.dims), tuple(x.dims)), _same_dtype(array, x), None, "full")


def _same_dtype(array: Any, x: Any) -> DType:
    if array.dtype is not x.dtype:
        raise refuse(
            f"a list in a graph holds tensors of one dtype, but a {x.dtype.name} tensor joins {array.dtype.name} ones",
            "Convert with astype(), so that all have one dtype.",
        )
    return x.dtype


def _at(array: list[Any], i: int, what: str, end: int = 0) -> int:
    n = len(array)
    if not -n <= i < n + end:
        raise OutOfRangeError(f"list {what} index out of range: index {i}, length {n}")
    return i + n if i < 0 else i


@op("array_make", out="Out", graph_only=True)
def array_make(X: Many, *, dtype=float32):  # type: ignore[no-untyped-def]
    """The array of the given tensors; ``dtype`` is for an empty one. ONNX: SequenceConstruct, SequenceEmpty."""
    return list(X)


@array_make.infer
def _(X: Any, *, dtype: DType = float32) -> Spec:
    spec = Spec((), dtype, None, "empty")
    for x in X:
        spec = join_element(spec if spec.array == "full" else spec._replace(dtype=x.dtype), x)
    return spec


array_make.grad(lambda c, g: ([array_read(g, as_index(i)) for i in range(len(c.like("X")))],), saves="")
array_make.onnx(lambda b, X, *, dtype=float32: b.SequenceConstruct(*X) if X else b.SequenceEmpty(dtype=dtype))


def create_array(dtype: DType) -> Any:
    """An empty array."""
    return array_make([], dtype=dtype)


def as_index(i: Any) -> Any:
    """A number or tensor of one element as a 0-D tensor."""
    from ..tensor.creation import to_tensor
    from ..tensor.tensor import Tensor

    return to_tensor(i, dtype="int64") if not isinstance(i, Tensor) else i.reshape([]) if i.dims else i


@op("array_append", out="Out", graph_only=True)
def array_append(Array, X):  # type: ignore[no-untyped-def]
    """The array with ``X`` at its end. ONNX: SequenceInsert."""
    return [*Array, X]


array_append.infer(join_element)


@array_append.grad(saves="Array")
def _(c: Any, g: Any) -> Any:
    end = array_length(c.Array)
    return array_slice(g, as_index(0), end), array_read(g, end)


array_append.onnx(lambda b, Array, X: b.SequenceInsert(Array, X))


@op("write_to_array", out="Out", graph_only=True)
def array_write(X, I, Array):  # type: ignore[no-untyped-def]  # noqa: E741
    """The array with element ``I`` replaced by ``X``; ``I`` may be its length. ONNX: SequenceErase, SequenceInsert."""
    i = _at(Array, int(I.reshape(())), "assignment", 1)
    return [*Array[:i], X, *Array[i + 1 :]]


array_write.infer(lambda X, I, Array: join_element(Array, X))  # noqa: E741


@array_write.grad(saves="I Array")
def _(c: Any, g: Any) -> Any:
    own = array_read(g, c.I)
    start, end = array_slice(g, as_index(0), c.I), array_slice(g, c.I + 1, array_length(g))
    # The written place gets no gradient; where the array grew, there was no place.
    rest = array_extend(array_append(start, own * 0), end)
    return own, None, array_slice(rest, as_index(0), array_length(c.Array))


@array_write.onnx
def _(b: Any, X: Any, I: Any, Array: Any) -> Any:  # noqa: E741
    at = b.Reshape(b.cast(I, "int64"), b.const([], "int64"))
    at = b.Where(b.Less(at, b.const(0, "int64")), b.Add(at, b.SequenceLength(Array)), at)
    grown, replaced = b.inner(), b.inner()
    grown.outputs([grown.SequenceInsert(Array, X)])
    replaced.outputs([replaced.SequenceInsert(replaced.SequenceErase(Array, at), X, at)])
    return b.If(b.Equal(at, b.SequenceLength(Array)), then_branch=grown, else_branch=replaced)


@op("read_from_array", out="Out", graph_only=True)
def array_read(Array, I):  # type: ignore[no-untyped-def]  # noqa: E741
    """Element ``I``, which may be negative. Raises OutOfRangeError outside. ONNX: SequenceAt."""
    return Array[_at(Array, int(I.reshape(())), "")]


@array_read.infer
def _(Array: Any, I: Any) -> Spec:  # noqa: E741
    if Array.array == "empty":
        raise OutOfRangeError("list index out of range: the list is empty")
    return element(Array)


@array_read.grad(saves="Array I")
def _(c: Any, g: Any) -> Any:
    return array_write(g, c.I, array_zeros_like(c.Array)), None


array_read.onnx(lambda b, Array, I: b.SequenceAt(Array, b.Reshape(b.cast(I, "int64"), b.const([], "int64"))))  # noqa: E741


@op("array_erase", out="Out", graph_only=True)
def array_erase(Array, I):  # type: ignore[no-untyped-def]  # noqa: E741
    """The array without element ``I``, which may be negative. Raises OutOfRangeError outside. ONNX: SequenceErase."""
    i = _at(Array, int(I.reshape(())), "")
    return [*Array[:i], *Array[i + 1 :]]


array_erase.infer(lambda Array, I: Array.spec)  # noqa: E741
array_erase.grad(
    lambda c, g: (array_insert(g, array_read(array_zeros_like(c.Array), c.I), _front(c.I, c.Array)), None),
    saves="Array I",
)
array_erase.onnx(
    lambda b, Array, I: b.SequenceErase(Array, b.Reshape(b.cast(I, "int64"), b.const([], "int64")))  # noqa: E741
)


@op("array_insert", out="Out", graph_only=True)
def array_insert(Array, X, I):  # type: ignore[no-untyped-def]  # noqa: E741
    """The array with ``X`` before element ``I``, counted from the front and no further than the end. ONNX:
    SequenceInsert.
    """
    i = int(I.reshape(()))
    return [*Array[:i], X, *Array[i:]]


array_insert.infer(lambda Array, X, I: join_element(Array, X))  # noqa: E741
array_insert.grad(lambda c, g: (array_erase(g, c.I), array_read(g, c.I), None), saves="I")
array_insert.onnx(
    lambda b, Array, X, I: b.SequenceInsert(Array, X, b.Reshape(b.cast(I, "int64"), b.const([], "int64")))  # noqa: E741
)


def _front(i: Any, array: Any) -> Any:
    """An index counted from the front."""
    from ..tensor.search import where

    return where(i < 0, i + array_length(array), i)


@op("lod_array_length", out="Out", graph_only=True)
def array_length(X):  # type: ignore[no-untyped-def]
    """The number of elements, 0-D int64. ONNX: SequenceLength."""
    return np.array(len(X), np.int64)


array_length.infer(lambda X: Spec((), int64))
array_length.onnx(lambda b, X: b.SequenceLength(X))


@op("array_slice", out="Out", graph_only=True)
def array_slice(Array, Start, End):  # type: ignore[no-untyped-def]
    """The elements from ``Start`` up to ``End``, as Python slices."""
    return Array[int(Start) : int(End)]


array_slice.infer(lambda Array, Start, End: Array.spec if hasattr(Array, "spec") else Array)


@array_slice.grad(saves="Array Start")
def _(c: Any, g: Any) -> Any:
    zeros = array_zeros_like(c.Array)
    start = array_slice(zeros, as_index(0), c.Start)
    after = array_slice(zeros, array_length(start) + array_length(g), array_length(zeros))
    return array_extend(array_extend(start, g), after), None, None


@op("array_extend", out="Out", graph_only=True)
def array_extend(Array, Other):  # type: ignore[no-untyped-def]
    """Both arrays, one after the other."""
    return [*Array, *Other]


@array_extend.infer
def _(Array: Any, Other: Any) -> Spec:
    specs = [x.spec if hasattr(x, "spec") else x for x in (Array, Other)]
    if "empty" in (specs[0].array, specs[1].array):
        return specs[0] if specs[1].array == "empty" else specs[1]
    return join_element(specs[0], specs[1])


@array_extend.grad(saves="Array")
def _(c: Any, g: Any) -> Any:
    cut = array_length(c.Array)
    return array_slice(g, as_index(0), cut), array_slice(g, cut, array_length(g))


@op("array_zeros_like", out="Out", graph_only=True)
def array_zeros_like(Array):  # type: ignore[no-untyped-def]
    """An array of zeros like the elements."""
    return [np.zeros_like(x) for x in Array]


array_zeros_like.infer(lambda Array: Array.spec if hasattr(Array, "spec") else Array)


@op("array_add", out="Out", graph_only=True)
def array_add(X, Y):  # type: ignore[no-untyped-def]
    """The sums of the elements of two arrays of one length (how gradients of arrays add up)."""
    if len(X) != len(Y):
        raise InvalidArgumentError(f"arrays of {len(X)} and {len(Y)} elements can not be added")
    return [a + b for a, b in zip(X, Y, strict=True)]


array_add.infer(lambda X, Y: X.spec if hasattr(X, "spec") else X)
array_add.grad(lambda c, g: (g, g), saves="")


@op("tensor_array_to_tensor", out=("Out", "OutIndex"), graph_only=True)
def array_to_tensor(X, *, axis=0, use_stack=False):  # type: ignore[no-untyped-def]
    """The elements stacked or concatenated, and their sizes along ``axis``. ONNX: ConcatFromSequence."""
    if not X:
        raise InvalidArgumentError(f"{'stack' if use_stack else 'concat'} of an empty list")
    join = np.stack if use_stack else np.concatenate
    sizes = [1 if use_stack else x.shape[axis] for x in X]
    return join(X, axis=axis), np.array(sizes, np.int32)


@array_to_tensor.infer
def _(X: Any, *, axis: int = 0, use_stack: bool = False) -> Any:
    if X.array == "empty":
        raise InvalidArgumentError(f"{'stack' if use_stack else 'concat'} of an empty list")
    dims = list(X.dims)
    if use_stack:
        dims.insert(axis % (len(dims) + 1), D.fresh())
    else:
        if not dims:
            raise InvalidArgumentError("0-D tensors can not be concatenated; stack them")
        dims[axis] = D.fresh()
    return Spec(tuple(dims), X.dtype), Spec((D.fresh(),), int32)


@array_to_tensor.grad(saves="X")
def _(c: Any, g: Any, g_index: Any) -> Any:
    return array_split_like(g, c.X, axis=c.axis, use_stack=c.use_stack)


@array_to_tensor.onnx
def _(b: Any, X: Any, *, axis: int = 0, use_stack: bool = False) -> Any:
    out = b.ConcatFromSequence(X, axis=axis, new_axis=int(use_stack))
    return out, None


@op("array_split_like", out="Out", graph_only=True)
def array_split_like(G, Array, *, axis=0, use_stack=False):  # type: ignore[no-untyped-def]
    """``G`` cut into elements as large as those of ``Array``: the gradient of stacking or concatenating it."""
    if use_stack:
        return list(np.moveaxis(G, axis, 0))
    return np.split(G, np.cumsum([x.shape[axis] for x in Array])[:-1], axis=axis)


array_split_like.infer(lambda G, Array, **attrs: Spec(Array.dims, G.dtype, None, Array.array))


@array_split_like.grad(saves="")
def _(c: Any, g: Any) -> Any:
    return array_to_tensor(g, axis=c.axis, use_stack=c.use_stack)[0], None


def array_stack(array: Any, axis: int = 0) -> Any:
    """The elements along a new axis."""
    return array_to_tensor(array, axis=axis, use_stack=True)[0]


def array_concat(array: Any, axis: int = 0) -> Any:
    """The elements joined along an axis."""
    return array_to_tensor(array, axis=axis, use_stack=False)[0]


def array_picked(array: Any, count: Any, at: Any, onto: Any = None) -> Any:
    """The elements at ``at(0)``, ``at(1)``, … (``count`` of them), by a loop; behind those of ``onto``, if given."""
    from .control import while_loop

    onto = create_array(array.dtype) if onto is None else onto
    if array.array == "empty":
        return onto

    def more(i: Any, _: Any) -> Any:
        return i < count

    def pick(i: Any, made: Any) -> list[Any]:
        return [i + 1, array_append(made, array_read(array, at(i)))]

    return while_loop(more, pick, [as_index(0), onto])[1]


def array_joined(array: Any, other: Any) -> Any:
    """Both arrays, one after the other."""
    return array_picked(other, array_length(other), lambda i: i, array)


def list_write(array: Any, x: Any, index: Any) -> Any:
    """The array after ``list[index] = x``. Raises IndexError (when the graph runs) for an index outside."""
    from .check import assert_op

    index = as_index(index)  # the op itself takes the length, too, and makes the array longer
    assert_op(index < array_length(array), [], error=IndexError("list assignment index out of range"))
    return array_write(x, index, array)


def list_insert(array: Any, x: Any, index: Any) -> Any:
    """The array after ``list.insert(index, x)``, which takes an index outside for the end that is next to it."""
    length = array_length(array)
    return array_insert(array, x, _bounded(index, length, as_index(0), length))


def list_slice(array: Any, start: Any, stop: Any, step: int | None) -> Any:
    """The array ``list[start:stop:step]``; start and stop may be tensors."""
    length, step = array_length(array), 1 if step is None else step
    if step == 0:
        raise ValueError("slice step cannot be zero")
    least, most = (as_index(0), length) if step > 0 else (as_index(-1), length - 1)
    ends = (least, most) if step > 0 else (most, least)
    first, last = (
        end if part is None else _bounded(part, length, least, most) for part, end in zip((start, stop), ends)
    )
    away = last - first if step > 0 else first - last
    return array_picked(array, (away + abs(step) - 1) // abs(step), lambda i: first + i * step)


def _bounded(index: Any, length: Any, least: Any, most: Any) -> Any:
    """An index counted from the front and kept between two bounds."""
    from ..tensor.pairs import maximum, minimum
    from ..tensor.search import where

    index = as_index(index)
    return minimum(maximum(where(index < 0, index + length, index), least), most)
