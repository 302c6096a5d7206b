"""Building ONNX graphs: ``b.MatMul(x, y)``, ``b.Conv(x, w, strides=[2, 2])``, for every operator of ONNX.

Nodes are written for the base opset (18) and adapted in :mod:`.opsets` when another one is asked for; dtypes
without an onnxruntime kernel are cast by the measured table in :mod:`.kernels`; constants fold and equal
nodes are shared while they are added (:mod:`.passes`). Nothing is serialised here: see :mod:`.model`.

    b = Builder()
    x = b.input("x", float32, ("batch", 4))
    y = b.Add(b.MatMul(x, b.const(weight)), 1.0)     # Python numbers take the dtype of their partner
    b.outputs([y], ["y"])
    proto = to_model(b)

``If`` and ``Loop`` take inner builders, which see every value of the outer ones:

    then = b.inner(); then.outputs([then.Neg(x)])
    orelse = b.inner(); orelse.outputs([x])
    y = b.If(flag, then_branch=then, else_branch=orelse)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..dims import symbol
from ..dtypes import DType, dtype_of
from ..errors import InvalidArgumentError
from . import kernels, opsets, passes
from .signatures import BASE_OPSET, Signature, dtype_code, signature

__all__ = ["Builder", "Node", "Ref"]

_INTS, _GRAPH = 7, 5


class Ref:
    """A value of the graph.

    ``dims`` are ints, Dims or None for a size nothing is known of; ``dims`` itself is None when even the rank
    is unknown. ``value`` is the array of a constant; ``content`` the values as sizes (maybe symbolic) where
    they are known. ``sequence``: a sequence of tensors of ``dtype``.
    """

    __slots__ = ("_content", "dims", "dtype", "name", "node", "sequence", "value")

    def __init__(
        self,
        name: str | None,
        dtype: DType | None,
        dims: tuple[Any, ...] | None,
        node: Node | None = None,
        value: np.ndarray | None = None,
        sequence: bool = False,
    ) -> None:
        self.name, self.dtype, self.dims = name, dtype, dims
        self.node, self.value, self.sequence = node, value, sequence
        self._content: np.ndarray | None = None

    @property
    def content(self) -> np.ndarray | None:
        if self._content is None and self.value is not None and self.value.dtype.kind in "iu":
            self._content = np.array(self.value.tolist(), dtype=object).reshape(self.value.shape)
        return self._content

    def __repr__(self) -> str:
        kind = f"seq({self.dtype})" if self.sequence else repr(self.dtype)
        return f"<{self.name or '?'}: {kind}{list(self.dims) if self.dims is not None else ''}>"


class Node:
    """One operator call. ``attrs`` are plain Python values; inner graphs are Builders."""

    __slots__ = ("attrs", "inputs", "op", "outputs", "path", "source")

    def __init__(
        self, op: str, inputs: tuple[Ref | None, ...], attrs: dict[str, Any], path: str, source: str
    ) -> None:
        self.op, self.inputs, self.attrs, self.path, self.source = op, inputs, attrs, path, source
        self.outputs: tuple[Ref, ...] = ()


class Builder:
    """One graph under construction. ``path`` and ``source`` label the nodes that are added next.

    With ``checks`` the program's assertions are part of the graph: ``failed`` is whether one has failed so far, None
    while there was none.
    """

    def __init__(
        self, opset: int = BASE_OPSET, *, parent: Builder | None = None, checks: bool = False
    ) -> None:
        self.opset = opset
        self.parent = parent
        self.checks: bool = parent.checks if parent else checks
        self.failed: Ref | None = parent.failed if parent else None
        self.root: Builder = parent.root if parent else self
        self.nodes: list[Node] = []
        self.inputs: list[Ref] = []
        self.results: list[Ref] = []
        self.path = parent.path if parent else ""
        self.source = parent.source if parent else ""
        self._known: dict[Any, tuple[Ref, ...]] = {}
        #: Constants and parameters, held by the outermost graph.
        self.initializers: dict[str, Ref] = {}
        self._constants: dict[Any, Ref] = {}

    # ------------------------------------------------------------------ values

    def input(
        self, name: str | None, dtype: Any, dims: Sequence[Any] | None, *, sequence: bool = False
    ) -> Ref:
        """A new input of this graph. A string in ``dims`` is a named size."""
        shape = None if dims is None else tuple(symbol(d) if isinstance(d, str) else d for d in dims)
        ref = Ref(name, dtype_of(dtype), shape, sequence=sequence)
        self.inputs.append(ref)
        return ref

    def const(self, value: Any, dtype: Any = None) -> Ref:
        """A constant; equal ones are shared. Python numbers and lists default to int64, float32 or bool."""
        array = np.asarray(value)
        if dtype is not None:
            array = array.astype(dtype_of(dtype).np, copy=False)  # (an int outside of the dtype wraps round)
        if dtype is None and not isinstance(value, (np.ndarray, np.generic)):
            array = array.astype(np.float32 if array.dtype == np.float64 else array.dtype)
            array = array.astype(np.int64) if array.size == 0 and isinstance(value, (list, tuple)) else array
        kind = dtype_of(array.dtype)
        key = (kind.code, array.shape, array.tobytes()) if array.nbytes <= 4096 else id(array)
        known = self.root._constants
        if key not in known:
            known[key] = self.root._initializer(f"const_{len(known)}", array, kind)
        return known[key]

    def initializer(self, name: str, array: np.ndarray) -> Ref:
        """A named constant such as a parameter. Raises InvalidArgumentError when the name is taken."""
        if name in self.root.initializers:
            raise InvalidArgumentError(f"two parameters are called {name!r} in one graph")
        return self.root._initializer(name, array, dtype_of(array.dtype))

    def _initializer(self, name: str, array: np.ndarray, dtype: DType) -> Ref:
        ref = Ref(name, dtype, array.shape, value=array)
        self.initializers[name] = ref
        return ref

    def sizes(self, dims: Sequence[Any]) -> Ref | None:
        """``dims`` as an int64 constant when all of them are numbers, else None."""
        return self.const(list(dims), np.int64) if all(isinstance(d, int) for d in dims) else None

    def inner(self) -> Builder:
        """A graph for a branch or a loop body."""
        return Builder(self.opset, parent=self)

    def outputs(self, refs: Sequence[Ref], names: Sequence[str] | None = None) -> None:
        """Declare the results of this graph, in order, and optionally their names."""
        made_here = {id(o) for node in self.nodes for o in node.outputs}
        taken: set[int] = set()
        for i, ref in enumerate(refs):
            # A result must be computed by this very graph, under a name of its own.
            fresh = ref
            renamed = names is not None and ref.name not in (None, names[i])
            if id(ref) not in made_here or id(ref) in taken or renamed:
                fresh = self._add("Identity", (ref,), {}, 1, share=False)[0]
                fresh.sequence = ref.sequence
            if names is not None:
                fresh.name = names[i]
            taken.add(id(fresh))
            self.results.append(fresh)

    # ------------------------------------------------------------------ operators

    def __getattr__(self, op: str) -> Callable[..., Any]:
        if op.startswith("_"):
            raise AttributeError(op)
        sig = signature(op)

        def call(*inputs: Any, outputs: int | None = None, **attrs: Any) -> Any:
            return self._call(sig, inputs, attrs, outputs)

        call.__name__ = op
        # Found by instance lookup from now on.
        self.__dict__[op] = call
        return call

    def _call(self, sig: Signature, inputs: Sequence[Any], attrs: dict[str, Any], outputs: int | None) -> Any:
        attrs = {k: _attribute(sig, k, v) for k, v in attrs.items() if v is not None}
        count = outputs if outputs is not None else sig.results
        if count is None:
            count = _variadic_results(sig, inputs, attrs)
        refs = self._operands(sig, inputs)
        folded = passes.fold(self, sig.op, refs, attrs)
        if folded is not None:
            return folded
        made = opsets.adapt(self, sig, refs, attrs, count)
        if made is None:
            made = self._typed(sig, refs, attrs, count)
        return made[0] if count == 1 else made

    def _operands(self, sig: Signature, inputs: Sequence[Any]) -> tuple[Ref | None, ...]:
        """Inputs as refs: numbers take the dtype of the ref that shares their type parameter."""
        if all(i is None or isinstance(i, Ref) for i in inputs):
            return tuple(inputs)
        partner: dict[Any, DType | None] = {}
        for i, value in enumerate(inputs):
            if isinstance(value, Ref):
                partner.setdefault(sig.input_type(i), value.dtype)
        refs: list[Ref | None] = []
        for i, value in enumerate(inputs):
            kind = sig.input_type(i)
            if value is None or isinstance(value, Ref):
                refs.append(value)
            elif isinstance(kind, DType):
                refs.append(self.const(value, kind))
            else:
                refs.append(self.const(value, partner.get(kind)))
        return tuple(refs)

    def _typed(
        self, sig: Signature, refs: tuple[Ref | None, ...], attrs: dict[str, Any], count: int
    ) -> tuple[Ref, ...]:
        """Add the node with casts around it where onnxruntime has no kernel for its dtypes."""
        bound: dict[str, DType] = {}
        for i, ref in enumerate(refs):
            kind = sig.input_type(i)
            if ref is not None and ref.dtype is not None and isinstance(kind, str) and not ref.sequence:
                bound.setdefault(kind, ref.dtype)
        wide = kernels.widen(sig.op, self.opset, bound)
        if wide is None:
            kinds = ", ".join(sorted({d.name for d in bound.values()}))
            raise opsets.Unsupported(sig.op, f"onnxruntime has no {sig.op} kernel for {kinds}")
        if wide:
            refs = tuple(
                self.cast(r, wide[t]) if r is not None and (t := sig.input_type(i)) in wide else r
                for i, r in enumerate(refs)
            )
        made = self._add(sig.op, refs, attrs, count, sig=sig, bound={**bound, **wide})
        if wide:
            back = tuple(bound[t] if (t := sig.output_type(i)) in wide else None for i in range(len(made)))
            made = tuple(self.cast(r, d) if d is not None else r for r, d in zip(made, back))
        return made

    def cast(self, ref: Ref, dtype: Any) -> Ref:
        """``ref`` in another dtype; itself when it has it already."""
        done: Ref = self.Cast(ref, to=dtype)
        return done

    def _add(
        self,
        op: str,
        inputs: tuple[Ref | None, ...],
        attrs: dict[str, Any],
        count: int,
        *,
        sig: Signature | None = None,
        bound: dict[str, DType] | None = None,
        share: bool = True,
    ) -> tuple[Ref, ...]:
        key = passes.identity(op, inputs, attrs, count) if share else None
        if key is not None:
            known = self._find(key)
            if known is not None:
                return known
        sig = sig or signature(op)
        node = Node(op, inputs, attrs, self.path, self.source)
        if bound is None:
            known_types = ((sig.input_type(i), r) for i, r in enumerate(inputs) if r is not None)
            bound = {kind: r.dtype for kind, r in known_types if r.dtype and isinstance(kind, str)}
        node.outputs = tuple(passes.describe(node, sig, bound, i) for i in range(count))
        self.nodes.append(node)
        if key is not None:
            self._known[key] = node.outputs
        return node.outputs

    def _find(self, key: Any) -> tuple[Ref, ...] | None:
        builder: Builder | None = self
        while builder is not None:
            if key in builder._known:
                return builder._known[key]
            builder = builder.parent
        return None


def _attribute(sig: Signature, name: str, value: Any) -> Any:
    """An attribute in its plain form. Raises AttributeError for one the operator does not have."""
    kind = sig.attributes.get(name)
    if kind is None:
        raise AttributeError(f"{sig.op} has no attribute {name!r}; it has {sorted(sig.attributes)}")
    if name in ("to", "dtype") and not isinstance(value, int):
        return dtype_code(dtype_of(value))
    if kind == _INTS:
        return tuple(int(v) for v in value)
    if kind == _GRAPH and not isinstance(value, Builder):
        raise InvalidArgumentError(f"{sig.op}: {name} must be an inner builder (b.inner())")
    return value


def _variadic_results(sig: Signature, inputs: Sequence[Any], attrs: dict[str, Any]) -> int:
    for name in ("then_branch", "body"):
        if name in attrs:
            # The first output of a loop's body is its condition, which is not a result.
            return len(attrs[name].results) - (name == "body")
    if "num_outputs" in attrs:
        return int(attrs["num_outputs"])
    if sig.op == "Split" and len(inputs) > 1 and inputs[1] is not None:
        sizes: Any = inputs[1].value if isinstance(inputs[1], Ref) else inputs[1]
        return len(sizes)
    raise InvalidArgumentError(f"{sig.op}: say how many outputs= it has")
