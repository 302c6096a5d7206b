"""Checklist D 48: print and strings that depend on tensors."""

from __future__ import annotations

import dataclasses
import io

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.export.executor import run_onnxruntime
from paddlelite.interpret import run_program
from paddlelite.jit import InputSpec, to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]
COUNTS = [([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 3)]


def printed(capsys, function, *calls):
    """What eager prints, by call; the captured function and both executors print the same."""
    texts = []
    static = to_static(function)
    for args in calls:
        fresh = lambda: [tensor(a) if isinstance(a, list) else a for a in args]
        static(*fresh())
        capsys.readouterr()
        function(*fresh())
        texts.append(capsys.readouterr().out)
        static(*fresh())
        assert capsys.readouterr().out == texts[-1]
        entry, tensors = static._entry(tuple(fresh()), {})
        for run in (run_program, run_onnxruntime):
            run(entry.main_program, [t.numpy() for t in tensors])
            assert capsys.readouterr().out == texts[-1]
    return texts


def test_print_of_tensors(capsys):
    def f(x):
        print("x:", x, x.sum() + 1, sep="|", end="!\n")
        return x

    assert "x:|Tensor(" in printed(capsys, f, *NUMBERS)[0]
    check(f, *NUMBERS)


def test_print_in_branches(capsys):
    def f(x):
        if x.sum() > 1:
            print("big")
        else:
            print(f"small: {x.sum():.2f}, {x.shape}, {x.sum()!r:>20}")
        return x

    texts = printed(capsys, f, *NUMBERS)
    assert texts[2:] == ["big\n", "big\n"] and texts[1].startswith("small: 1.00, ")
    check(f, *NUMBERS)


def test_print_in_a_loop(capsys):
    def f(x, n):
        for i in range(n):
            x = x + i
            print(f"{i}: {float(x.sum())}", [i, (x.mean(), "t")])
        return x

    texts = printed(capsys, f, *COUNTS)
    assert texts[0] == "" and texts[2].count("\n") >= 3 and texts[2].startswith("0: 3.0 [0, (Tensor(")
    check(f, *COUNTS)


def test_print_of_python_values_is_pythons(capsys):
    @to_static
    def f(x):
        print("captured", x.shape[0], [1, None])
        return x + 1

    f(tensor([1.0, 2.0]))
    f(tensor([1.0, 2.0]))
    assert capsys.readouterr().out == "captured 2 [1, None]\n"


def test_every_way_to_make_a_text(capsys):
    def f(x):
        n = x.sum()
        kind = "big" if n > 1 else "small"
        form = " c {:.1f} {k}"
        text = "a %s, b %5.1f" % (n.item(), n) + form.format(n, k=n.item())  # noqa: UP031
        text = "<" + text + ">" + str(n) + repr(n.item()) + format(n, ".3f")
        print(text, kind, f"{kind}!", "=" + kind, ", ".join(["x", str(n.item())]))
        return x

    assert "a 2.0, b   2.0 c 2.0 2.0" in printed(capsys, f, *NUMBERS)[2]


def test_texts_that_branches_make(capsys):
    def f(x):
        n = x.sum()
        if n > 1:
            text = f"n is {n:.1f}"
        else:
            text = "none"
        print(text)
        return x

    assert printed(capsys, f, *NUMBERS) == ["none\n", "none\n", "n is 2.0\n", "n is 9.0\n"]
    check(f, *NUMBERS)


def test_print_to_a_file():
    out = io.StringIO()

    @to_static
    def f(x):
        print(x.sum().item(), file=out)
        return x

    f(tensor([1.0]))
    f(tensor([2.5]))
    assert out.getvalue() == "1.0\n2.5\n"


def test_an_unused_text_prevents_nothing():
    def f(x):
        text = f"{x} {x.sum():.2f} {x.mean()!r}"
        assert text is not None
        return x + 1

    check(f, *NUMBERS)


def test_a_text_that_is_needed_is_refused():
    @to_static
    def f(x):
        text = f"{x.sum()}"
        if len(text) > 3:
            x = x + 1
        return x

    with pytest.raises(CaptureError, match=r"test_text.py:\d+: this string depends on a tensor"):
        f(tensor([1.0]))


def test_sizes_in_texts(capsys):
    def f(x):
        print(f"{x.shape[0]} rows, {len(x):>3}", x.shape[0] * 2, "%d" % x.shape[0])  # noqa: UP031
        return x + 1

    static = to_static(f, input_spec=[InputSpec([None], "float32")])
    for n in (2, 1, 17, 0):
        static(paddle.ones([n]))
        capsys.readouterr()
        static(paddle.ones([n]))
        assert capsys.readouterr().out == f"{n} rows, {n:>3} {n * 2} {n}\n"
    check(f, ([1.0, 2.0],), ([1.0],), ([],))


class Rows:
    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"Rows({self.value.sum()})"


class Named(Rows):
    def __str__(self):
        return "named " + repr(self.value.sum() * 2)


@dataclasses.dataclass
class Pair:
    one: object
    two: int = 3


def test_objects_show_what_their_own_methods_make_of_tensors(capsys):
    def f(x):
        r, n = Rows(x), Named(x * 2)
        form = "{}"
        print(r, n, [r, n], {"k": Pair(x)}, f"{r!r:>12} {n}", str(r), repr(n), form.format(r))
        print("%s" % n)  # noqa: UP031
        if x.sum() > 1:
            r.value = x * 3
            text = f"large {r}"
        else:
            text = f"small {r}"
        r.value = x * 0
        print(text, r)
        return x

    texts = printed(capsys, f, *NUMBERS)
    assert texts[3].startswith("Rows(9.0) named ") and "large Rows(27.0) Rows(0.0)" in texts[3]


def test_a_text_is_what_it_was_when_it_was_made(capsys):
    def f(x):
        y, items, table = x + 1, [x], {"k": x}
        text = f"{y} {len(items)} {items}" + str(table)
        y[0] = 7.0
        items.append(y)
        items[0] = table["k"] = y
        if y.sum() > 1:
            text = text + "%s" % items  # noqa: UP031
            items.append(x)
        print(text)
        return y

    printed(capsys, f, *NUMBERS)
