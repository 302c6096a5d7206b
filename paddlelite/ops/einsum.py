"""einsum, as transposes, reshapes and matrix products: its gradients and lowerings are theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .. import dims as D
from ..errors import InvalidArgumentError, UnimplementedError
from ..op import Many, op
from .elementwise import multiply
from .linalg import matmul
from .reduce import reduce_sum
from .samples import f32, f64
from .shape import reshape, shape, squeeze, transpose, unsqueeze

__all__ = ["einsum"]

# What an ellipsis stands for is given labels that no equation can contain.
_ELLIPSIS = "\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467"


@op("einsum", composite=True)
def einsum(Operands: Many, *, equation):  # type: ignore[no-untyped-def]
    """Sums of products of tensors by Einstein's convention, such as ``"bij,bjk->bik"``."""
    terms, result = parse(equation, [len(t.dims) for t in Operands])
    _check_sizes(equation, terms, Operands)
    left, labels = _sum_out(Operands[0], terms[0], _needed(terms[1:], result))
    for i, (right, term) in enumerate(zip(Operands[1:], terms[1:], strict=True), 1):
        needed = _needed(terms[i + 1 :], result)
        right, term = _sum_out(right, term, needed | set(labels))
        left, labels = _sum_out(left, labels, needed | set(term))
        left, labels = _product(left, labels, right, term, needed)
    left, labels = _sum_out(left, labels, set(result))
    order = [labels.index(c) for c in result]
    return left if order == list(range(len(order))) else transpose(left, axis=order)


def parse(equation: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """The labels of every operand and of the result. Raises InvalidArgumentError for an equation that does not fit."""
    text = equation.replace(" ", "")
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(ranks):
        raise InvalidArgumentError(
            f"einsum {equation!r} names {len(terms)} operands, but there are {len(ranks)}"
        )
    dots = 0
    for term, rank in zip(terms, ranks, strict=True):
        letters = term.replace("...", "", 1)
        if not all(c.isascii() and c.isalpha() for c in letters):
            raise InvalidArgumentError(
                f"einsum {equation!r}: {term!r} is not made of letters and one ellipsis"
            )
        if len(letters) != rank if letters == term else len(letters) > rank:
            raise InvalidArgumentError(f"einsum {equation!r}: {term!r} does not fit a tensor of rank {rank}")
        if letters != term:
            dots = max(dots, rank - len(letters))
    if dots > len(_ELLIPSIS):
        raise UnimplementedError(f"einsum: an ellipsis of more than {len(_ELLIPSIS)} axes")
    full = _ELLIPSIS[:dots]
    expanded = [
        t.replace("...", full[dots - (r - len(t) + 3) :]) if "..." in t else t
        for t, r in zip(terms, ranks, strict=True)
    ]
    for term in expanded:
        if len(set(term)) != len(term):
            raise UnimplementedError(
                f"einsum {equation!r}: a label twice in one operand. Take diagonal() of it first."
            )
    if arrow:
        result = output.replace("...", full)
        counts = Counter(result)
        known = set("".join(expanded))
        if any(n > 1 for n in counts.values()) or not set(result) <= known:
            raise InvalidArgumentError(
                f"einsum {equation!r}: the result {output!r} must name labels of the operands, once"
            )
        return expanded, result
    counts = Counter("".join(terms).replace(".", ""))
    return expanded, full + "".join(sorted(c for c, n in counts.items() if n == 1))


def _check_sizes(equation: str, terms: Sequence[str], operands: Sequence[Any]) -> None:
    sizes: dict[str, int] = {}
    for term, t in zip(terms, operands, strict=True):
        for label, d in zip(term, t.dims, strict=True):
            if isinstance(d, int) and d != 1 and sizes.setdefault(label, d) != d:
                raise InvalidArgumentError(
                    f"einsum {equation!r}: label {label!r} has sizes {sizes[label]} and {d}"
                )


def _needed(terms: Sequence[str], result: str) -> set[str]:
    return set("".join(terms)) | set(result)


def _sum_out(t: Any, labels: str, keep: set[str]) -> tuple[Any, str]:
    """``t`` summed over the labels that nobody needs any more."""
    axes = [i for i, c in enumerate(labels) if c not in keep]
    if not axes:
        return t, labels
    return reduce_sum(t, dim=axes, reduce_all=len(axes) == len(labels)), "".join(
        c for c in labels if c in keep
    )


def _product(x: Any, a: str, y: Any, b: str, needed: set[str]) -> tuple[Any, str]:
    """The product of two operands, summed over what only they share."""
    both = [c for c in a if c in b]
    # Sizes of 1 broadcast, which a sum over a product can not express: those labels are multiplied, then summed.
    stretched = [
        c
        for c in both
        if x.dims[a.index(c)] != y.dims[b.index(c)] and 1 in (x.dims[a.index(c)], y.dims[b.index(c)])
    ]
    contracted = [c for c in both if c not in needed and c not in stretched]
    if not contracted:
        labels = a + "".join(c for c in b if c not in a)
        return multiply(_aligned(x, a, labels), _aligned(y, b, labels)), labels
    batch = [c for c in both if c not in contracted]
    rows, columns = [c for c in a if c not in both], [c for c in b if c not in both]
    left = _as_matrices(x, a, batch, rows, contracted)
    right = _as_matrices(y, b, batch, contracted, columns)
    out = matmul(left, right)
    return _restored(out, x, a, y, b, batch, rows, columns), "".join((*batch, *rows, *columns))


def _aligned(t: Any, labels: str, target: str) -> Any:
    """``t`` with its axes in the order of ``target``, and axes of size 1 where it has none."""
    order = [labels.index(c) for c in target if c in labels]
    if order != list(range(len(order))):
        t = transpose(t, axis=order)
    missing = [i for i, c in enumerate(target) if c not in labels]
    return unsqueeze(t, axes=missing) if missing else t


def _as_matrices(t: Any, labels: str, batch: list[str], rows: list[str], columns: list[str]) -> Any:
    """``t`` with axes (batch..., all rows, all columns)."""
    order = [labels.index(c) for c in (*batch, *rows, *columns)]
    if order != list(range(len(order))):
        t = transpose(t, axis=order)
    n = len(batch)
    if not rows:
        t = unsqueeze(t, axes=[n])
    if not columns:
        t = unsqueeze(t, axes=[len(t.dims)])
    r, c = max(len(rows), 1), max(len(columns), 1)
    if r == 1 and c == 1:
        return t
    height, width = D.numel(t.dims[n : n + r]), D.numel(t.dims[n + r :])
    keep = [d if isinstance(d, int) else 0 for d in t.dims[:n]]
    if isinstance(width, int):
        return reshape(t, shape=[*keep, -1 if 0 not in t.dims else height, width])
    if isinstance(height, int):
        return reshape(t, shape=[*keep, height, -1])
    if c > 1:  # the columns first, then the rows: one size is worked out at a time
        t = reshape(t, shape=[0] * (n + r) + [-1])
    if r > 1:
        last = _sizes_of(t, [len(t.dims) - 1])
        lead = [_sizes_of(t, list(range(n)))] if n else []
        t = reshape(t, _joined([*lead, _minus_one(), last]))
    return t


def _restored(
    out: Any, x: Any, a: str, y: Any, b: str, batch: list[str], rows: list[str], columns: list[str]
) -> Any:
    """The product of matrices with its rows and columns split into their labels again."""
    n = len(batch)
    if len(rows) == 1 and len(columns) == 1:
        return out
    gone = [n + i for i, group in enumerate((rows, columns)) if not group]
    if len(rows) <= 1 and len(columns) <= 1:
        return squeeze(out, axes=gone)
    sizes = [x.dims[a.index(c)] for c in rows] + [y.dims[b.index(c)] for c in columns]
    known = [*(d if isinstance(d, int) else 0 for d in out.dims[:n]), *sizes]
    if D.is_static(sizes) or (sum(not isinstance(d, int) for d in known) == 1):
        return reshape(out, shape=[d if isinstance(d, int) else -1 for d in known])
    parts = [_sizes_of(out, list(range(n)))] if n else []
    parts += [_sizes_of(x, [a.index(c)]) for c in rows] + [_sizes_of(y, [b.index(c)]) for c in columns]
    return reshape(out, _joined(parts))


def _sizes_of(t: Any, axes: list[int]) -> Any:
    from .index import slice_

    return slice_(shape(t), axes=[0], starts=[axes[0]], ends=[axes[-1] + 1])


def _minus_one() -> Any:
    from ..dtypes import int32
    from .creation import fill_constant

    return fill_constant(shape=[1], dtype=int32, value=-1.0)


def _joined(parts: list[Any]) -> Any:
    from .join import concat

    return concat(parts) if len(parts) > 1 else parts[0]


einsum.sample([f32(2, 3), f32(3, 4)], equation="ij,jk->ik").sample(
    [f32(5, 2, 3), f32(5, 3, 4)], equation="bij,bjk->bik"
)
einsum.sample([f32(2, 3, 4)], equation="ijk->kji").sample([f32(3), f32(3)], equation="i,i->").sample(
    [f32(2), f32(3)], equation="i,j"
)
einsum.sample([f32(2, 3, 4, 5), f32(2, 6, 4, 5)], equation="bqhd,bkhd->bhqk").sample(
    [f32(2, 3)], equation="ij->"
)
einsum.sample([f32(2, 3, 4), f32(4, 5)], equation="...i,ij->...j").sample(
    [f32(2, 3), f32(3, 4), f32(4, 2)], equation="ij,jk,kl->il"
)
einsum.sample([f32(2, 3, 4), f32(3, 4, 5)], equation="ijk,jkl").sample(
    [f32(2, 3, 4), f32(5, 3, 4, 6)], equation="abc,dbce->aed"
)
einsum.sample([f64(2, 3), f64(2, 3)], equation="ij,ij->i").sample(
    [f32(2, 3, 4), f32(2, 5)], equation="ijk,il->jkl"
)
