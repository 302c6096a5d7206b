"""Checklist F 75, G 78: what a program depends on besides its arguments; a stale program is never used."""

from __future__ import annotations

import types

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite.errors import CaptureError
from paddlelite.jit import InputSpec, to_static

from .harness import tensor

X = [1.0]


class Config:
    scale = 4

    def __init__(self):
        self.k = 2


CONFIG, TABLE, MODULE = Config(), {"k": [3, 5]}, types.ModuleType("settings")
MODULE.k = 6


def changes_of(function, *steps, args=()):
    """Calls, then changes and calls again: each time what the function itself gives, from a program that holds."""
    static = to_static(function)
    for number, step in enumerate((None, *steps), 1):
        if step is not None:
            step()
        for _ in range(2):
            np.testing.assert_array_equal(
                static(tensor(X), *args).numpy(), function(tensor(X), *args).numpy()
            )
        assert len(static.program_cache.log) == number, static.program_cache.log
    return static.program_cache.log


def test_closures():
    k, options, rows, table = 2, {"k": 3, "deep": {"z": [1]}}, [1, 2], np.ones(1, "float32")

    def f(x):
        return x * k * options["k"] * options["deep"]["z"][0] * len(rows) * float(table[0])

    def rebind():
        nonlocal k
        k = 7

    log = changes_of(
        f,
        rebind,
        lambda: options.update(k=4),
        lambda: options["deep"]["z"].append(3) or options["deep"]["z"].insert(0, 9),
        lambda: rows.append(1),
        lambda: table.fill(3),
    )
    assert log[1:3] == ["`k` has changed from 2 to 7", "`options` has changed"]


def test_globals_and_modules(monkeypatch):
    def f(x):
        return x * CONFIG.k * CONFIG.scale * TABLE["k"][1] * MODULE.k

    changes_of(
        f,
        lambda: monkeypatch.setattr(CONFIG, "k", 5),
        lambda: monkeypatch.setattr(Config, "scale", 5),
        lambda: monkeypatch.setattr(CONFIG, "scale", 6),
        lambda: monkeypatch.setitem(TABLE, "k", [3, 2]),
        lambda: monkeypatch.setattr(MODULE, "k", 1),
        lambda: monkeypatch.setitem(globals(), "CONFIG", Config()),
    )


def test_objects_given_as_arguments():
    config = Config()

    def f(x, c):
        return x * c.k if x.sum() > 0 else x

    log = changes_of(f, lambda: setattr(config, "k", 9), args=(config,))
    assert log[1] == "`k` has changed from 2 to 9"


class Net(nn.Layer):
    def __init__(self):
        super().__init__()
        self.cfg, self.options, self.sub, self.w = {"k": 2}, [1, 2], nn.Linear(1, 1), tensor([3.0])
        self.sub.scale = 1.0

    def helper(self, x):
        return x + 1

    def forward(self, x):
        return self.helper(x) * self.cfg["k"] * self.sub.scale * len(self.options) * self.w


def test_layers(monkeypatch):
    net = Net()
    forward = net.forward
    changes_of(
        lambda x: forward(x),
        lambda: net.cfg.update(k=3),
        lambda: setattr(net.sub, "scale", 2.0),
        lambda: net.options.append(1),
        lambda: setattr(net, "w", tensor([5.0])),
        lambda: monkeypatch.setattr(Net, "helper", lambda self, x: x + 10),
        lambda: setattr(net, "helper", types.MethodType(lambda self, x: x + 100, net)),
    )


def test_a_function_that_is_defined_again():
    space = {}

    class Maths:
        @staticmethod
        def one(x):
            return x + 1

        @classmethod
        def two(cls, x):
            return x + 2

    def f(x):
        return Maths.one(x) + Maths.two(x) + space["three"](x)

    space["three"] = lambda x: x * 3
    changes_of(
        f,
        lambda: setattr(Maths, "one", staticmethod(lambda x: x * 7)),
        lambda: setattr(Maths, "two", classmethod(lambda cls, x: x * 8)),
        lambda: space.update(three=lambda x: x * 9),
    )


def test_what_the_function_itself_makes_and_changes_is_no_reason():
    class Counter:
        def __init__(self):
            self.n = 0

        def up(self):
            self.n += 1
            return self.n

    def f(x):
        c, d = Counter(), {"k": [1]}
        c.up()
        d["k"][0] += c.n
        return x * c.up() * d["k"][0]

    static = to_static(f)
    for _ in range(3):
        assert static(tensor(X)).numpy() == 4
    assert len(static.program_cache.log) == 1


def test_a_switch_that_goes_back():
    config = Config()
    f = to_static(lambda x: x * config.k)
    for k in (1, 2, 1, 2, 1):
        config.k = k
        assert f(tensor(X)).numpy() == k
    assert len(f.program_cache) == 2


def test_the_log_names_the_leaf_that_changed():
    @to_static
    def f(x, flag=True, opts=None):
        return x * 2 if flag else x

    for call in (
        lambda: f(tensor(X)),
        lambda: f(tensor(X), False),
        lambda: f(tensor([X]), False),
        lambda: f(tensor([1]), False),
        lambda: f(tensor([1, 2]), False),
        lambda: f(tensor([1, 2, 3]), False),
        lambda: f(tensor([1, 2]), False, {"k": 1}),
        lambda: f(tensor([1, 2]), False, {"k": 2}),
        lambda: f(tensor([1, 2]), opts={"k": 2}, flag=False),
    ):
        call()
    assert f.program_cache.log == [
        "first call",
        "`flag` is False, and was missing before",
        "`x` is float32 of 2 axes, and was float32 of 1 axes before",
        "`x` is int64 of 1 axes, and was float32 of 2 axes before",
        "`x` has shape [2], and had [1] before",
        "`opts_k` is 1, and was missing before",
        "`opts_k` is 2, and was 1 before",
    ]


def test_named_and_unknown_sizes_never_capture_again():
    for size in (None, "batch"):
        f = to_static(lambda x: x * 2 if x.sum() > 0 else x - 1, [InputSpec([size, 2], "float32")])
        for n in (1, 2, 17, 0):
            np.testing.assert_array_equal(f(paddle.ones([n, 2])).numpy(), np.full((n, 2), 2.0))
        assert f.program_cache.log == ["first call"]


def test_what_is_written_around_the_function_is_written_at_every_run():
    table, log, last = {"h": tensor([0.0])}, [], None

    def f(x):
        nonlocal last
        last = x * 2
        table["h"] = table["h"] + x
        log.append(last)
        if x.sum() > 1:
            table["h"] = table["h"] * 10
        return table["h"]

    static = to_static(f)
    got = [static(tensor([v])).numpy().item() for v in (1.0, 2.0, 1.0)]
    assert got == [1, 30, 31] and table["h"].numpy() == 31
    assert [v.numpy().item() for v in log] == [2, 4, 2] and last.numpy() == 2


def test_a_failed_capture_leaves_nothing_behind():
    table, log = {"h": tensor([0.0])}, []

    def f(x):
        table["h"] = x
        log.append(x)
        return float(x.numpy())

    with pytest.raises(CaptureError):
        to_static(f)(tensor([1.0]))
    assert table["h"].numpy() == 0 and not log


def test_tensors_in_other_objects_are_not_returned():
    class Box:
        def __init__(self, t):
            self.t = t

    for f, kind in ((lambda x: {x, x + 1}, "set"), (lambda x: (1, Box(x)), "Box")):
        with pytest.raises(CaptureError, match=f"returns a {kind} with tensors of the graph"):
            to_static(f)(tensor([1.0]))


def test_a_last_short_batch_captures_once_more_and_never_again():
    @to_static
    def f(x):
        return x * 2 if x.sum() > 0 else x

    for n in (8, 8, 3, 5, 1, 8):
        np.testing.assert_allclose(f(paddle.ones([n, 2])).numpy(), np.full((n, 2), 2.0))
    assert len(f.program_cache) == 2 and "had [8, 2]" in f.program_cache.log[1]


def test_closure_and_global_values_are_guarded():
    k = 2

    @to_static
    def f(x):
        return x * k if x.sum() > 0 else x

    assert f(tensor([1.0])).numpy() == 2
    k = 5
    assert f(tensor([1.0])).numpy() == 5
    assert "`k` has changed from 2 to 5" in f.program_cache.log


def test_threads_capture_once():
    import threading

    @to_static
    def f(x):
        return x * 2 if x.sum() > 0 else x - 1

    results, start = [], threading.Barrier(8)

    def work():
        start.wait()
        results.append(f(tensor([3.0])).numpy().item())

    threads = [threading.Thread(target=work) for _ in range(8)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert results == [6.0] * 8 and len(f.program_cache.log) == 1


def test_equal_specs_have_one_program():
    f = to_static(lambda x, k=2, *, t=(1, None): x * k if x.sum() > 0 else x)
    programs = []
    for call in (
        lambda: f(tensor(X)),
        lambda: f(tensor([5.0])),
        lambda: f(x=tensor([-5.0])),
        lambda: f(tensor(X), 2, t=(1, None)),
        lambda: f(paddle.ones([1]), t=(1, None)),
    ):
        call()
        programs.append(f.concrete_program.main_program)
    assert len({id(program) for program in programs[:3]}) == 1
    assert len(f.program_cache) == len({id(program) for program in programs}) == len(f.program_cache.log)
    specs = [InputSpec([None], "float32", "x"), InputSpec((-1,), paddle.float32, "x")]
    one, two = (f.get_concrete_program(spec)[0].main_program for spec in specs)
    assert one is two
