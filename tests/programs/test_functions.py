"""Checklist F: functions, scopes, classes; and layers."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import pickle

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite.errors import CaptureError, InvalidArgumentError
from paddlelite.jit import InputSpec, enable_to_static, not_to_static, to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


def helper(x, k=2):
    if x.sum() > 1:
        return x * k
    return x - k


def test_helpers_closures_and_defaults():
    bias = 3

    def inner(v, *rest, scale=1, **more):
        if v.sum() > 2:
            v = v + bias
        return v * scale + sum(rest) + more.get("z", 0)

    def f(x):
        total = 0

        def bump(v):
            nonlocal total
            if v.sum() > 1:
                total = total + 1
            else:
                total = total + 2
            return v

        bump(x)
        return helper(x) + inner(x, 1, 2, scale=2, z=1), helper(x, k=5), total

    check(f, *NUMBERS)


def test_nonlocal_written_by_a_function_called_in_a_branch():
    def f(x):
        n = 0

        def bump():
            nonlocal n
            n = n + 1

        if x.sum() > 1:
            bump()
        return x * n

    check(f, *NUMBERS)


def test_decorators_partials_and_callables():
    def twice(g):
        @functools.wraps(g)
        def wrapper(*args):
            return g(*args) * 2

        return wrapper

    @twice
    def decorated(v):
        if v.sum() > 1:
            v = v + 1
        return v

    class Caller:
        def __init__(self, k):
            self.k = k

        def __call__(self, v):
            return v + self.k if v.sum() > 1 else v - self.k

        @staticmethod
        def fixed(v):
            return v if v.sum() > 1 else -v

        @classmethod
        def made(cls, v):
            return cls(1)(v) if v.sum() > 0 else v

    def f(x):
        c = Caller(3)
        return decorated(x), functools.partial(helper, k=7)(x), c(x), c.fixed(x), Caller.made(x)

    check(f, *NUMBERS)


def test_properties_items_and_calls_of_the_users_classes():
    class Signed:
        def __init__(self, t):
            self.t = t

        @property
        def size(self):
            if self.t.sum() > 1:
                return self.t
            return -self.t

        @size.setter
        def size(self, value):
            if value.sum() > 1:
                self.t = value
            else:
                self.t = value * 2

        def __getitem__(self, i):
            return self.t + i if self.t.sum() > 1 else self.t - i

        @size.deleter
        def size(self):
            if self.t.sum() > 4:
                self.t = self.t - 1

        def __setitem__(self, i, value):
            if value.sum() > i:
                self.t = value

        def __delitem__(self, i):
            if self.t.sum() > i:
                self.t = self.t - i

        def __call__(self, k):
            return self.t * k if self.t.sum() > 2 else self.t

        def __add__(self, other):
            return Signed(self.t + other.t)

        def __len__(self):
            return 3

    def f(x):
        v = Signed(x)
        found = [v.size, v[2], v[0], v(5), (v + Signed(x * 2)).t, len(v)]
        v.size = x + 0.5
        v[1] = v.t * 2
        del v.size, v[3]
        return found, v.t

    check(f, *NUMBERS)


class Doubling:
    """Gives three tensors."""

    def __init__(self, x):
        self.x, self.given = x, 0

    def __iter__(self):
        return self

    def __next__(self):
        self.given += 1
        if self.given > 3:
            raise StopIteration
        if self.x.sum() > 1:
            self.x = self.x * 2
        else:
            self.x = self.x + 1
        return self.x


def test_iterators_of_the_users():
    def f(x):
        it = Doubling(x * 3)
        return [v + 1 for v in Doubling(x)], next(it), next(it)

    check(f, *NUMBERS)


def _halved(v):
    if v.sum() > 2:
        return v / 2
    return v


def _more(a, b):
    return a + b if b.sum() > 1 else a - b


def test_functions_that_a_builtin_calls():
    def f(x):
        rows = [x, x + 1, x * 3]
        kept = filter(lambda v: v is not x, rows)
        return list(map(_halved, rows)), functools.reduce(_more, rows), list(kept)

    check(f, *NUMBERS)


@dataclasses.dataclass
class Pair:
    one: object
    two: object = 2


def test_copies_of_objects_in_a_loop():
    def f(x):
        p, q, i = Pair(x), Pair(x), 0
        while i < x.sum():
            p = dataclasses.replace(p, one=p.one * 2)
            q = copy.copy(q)
            q.one = q.one + 1
            i += 1
        return p.one, q.one

    check(f, *NUMBERS)


def test_hooks_are_rewritten():
    def before(layer, inputs):
        return (inputs[0] * 2,) if inputs[0].sum() > 1 else inputs

    def after(layer, inputs, output):
        if output.sum() > 0:
            return output + 1
        return output

    net = nn.Sequential(nn.Linear(1, 1))
    net[0].register_forward_pre_hook(before)
    net[0].register_forward_post_hook(after)
    xs = [paddle.to_tensor([[float(n)]]) for n in (-3, 0, 1, 2, 9)]
    want = [net(x).numpy() for x in xs]
    to_static(net)
    for x, w in zip(xs, want):
        np.testing.assert_allclose(net(x).numpy(), w, rtol=1e-6)
    assert net.forward.main_program.op_counts()["cond"] == 2


def test_recursion_with_a_python_bound():
    def power(v, n):
        return v if n == 0 else power(v * 2, n - 1) if v.sum() > 0 else v

    def f(x):
        return power(x, 4)

    check(f, *NUMBERS)


class Net(nn.Layer):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.blocks = nn.LayerList([nn.Linear(4, 4) for _ in range(2)])
        self.scale = 2.0
        self.__secret = 1.0

    def helper(self, h):
        if h.mean() > 0:
            return h * self.scale
        return h + self.__secret

    def forward(self, x):
        h = self.first(x)
        for block in self.blocks:
            h = block(h)
            if h.sum() > 0:
                h = self.helper(h)
        return h


class Child(Net):
    def forward(self, x):
        h = super().forward(x) if x.sum() > 0 else Net.forward(self, x) * 2
        return h + (super().forward(x) if x.sum() > 0 else h)


@pytest.mark.parametrize("kind", [Net, Child])
def test_layers(kind):
    paddle.seed(1)
    net = kind()
    xs = [paddle.to_tensor(np.random.RandomState(i).randn(2, 3).astype("float32")) for i in range(3)]
    want = [net(x).numpy() for x in xs]
    assert to_static(net) is net
    for x, w in zip(xs, want):
        np.testing.assert_allclose(net(x).numpy(), w, rtol=1e-5, atol=1e-6)
    assert net.forward.main_program.op_counts()["cond"] >= 2
    twin = copy.deepcopy(net)
    twin.first.weight.set_value(twin.first.weight * 0)
    np.testing.assert_allclose(net(xs[0]).numpy(), want[0], rtol=1e-5, atol=1e-6)
    assert twin.forward.class_instance is twin
    net.forward.rollback()
    assert "forward" not in net.__dict__
    np.testing.assert_allclose(net(xs[0]).numpy(), want[0], rtol=1e-5, atol=1e-6)


def test_attributes_are_guarded():
    net = to_static(Net())
    x = paddle.ones([2, 3])
    before = net(x).numpy()
    net.scale = 3.0
    after = net(x).numpy()
    net.forward.rollback()
    np.testing.assert_allclose(net(x).numpy(), after, rtol=1e-5)
    assert before.shape == after.shape


class Decorated(nn.Layer):
    def __init__(self):
        super().__init__()
        self.k = paddle.to_tensor(2.0)
        self.drop = nn.Dropout(0.5)

    @to_static
    def forward(self, x, flag=True):
        if flag and x.sum() > 0:
            x = x * self.k
        return self.drop(x)

    @to_static(input_spec=[InputSpec([None], "float32", "v")])
    def other(self, v):
        return v + 1 if v.sum() > 0 else v


def test_decorated_methods():
    one, two = Decorated(), Decorated()
    two.k = paddle.to_tensor(5.0)
    assert one.forward is one.forward and one.forward is not two.forward
    one.eval(), two.eval()
    x = tensor([1.0, 2.0])
    assert one(x).numpy().tolist() == [2, 4] and two(x).numpy().tolist() == [5, 10]
    assert one(x, False).numpy().tolist() == [1, 2] and one(x, flag=False).numpy().tolist() == [1, 2]
    assert len(one.forward.program_cache) == 2
    assert one.other(x).numpy().tolist() == [2, 3] and one.other(tensor([-1.0])).numpy().tolist() == [-1]
    assert len(one.other.program_cache) == 1
    one.train()
    assert (
        len({tuple(one(paddle.ones([64])).numpy()) for _ in range(3)}) == 3
    )  # dropout draws anew at each call
    again = pickle.loads(pickle.dumps(two))
    again.eval()
    assert again(x).numpy().tolist() == [5, 10]


def test_training_mode_is_part_of_the_key():
    net = to_static(nn.Sequential(nn.BatchNorm1D(3), nn.Linear(3, 2)))
    x = paddle.to_tensor(np.random.RandomState(0).randn(8, 3).astype("float32"))
    net.train()
    a = net(x).numpy()
    mean = net[0]._mean.numpy()
    assert np.abs(mean).max() > 0
    net.eval()
    b = net(x).numpy()
    assert np.abs(a - b).max() > 1e-3
    np.testing.assert_array_equal(net[0]._mean.numpy(), mean)


def test_gradients_are_eagers():
    paddle.seed(3)
    net = Net()
    x = paddle.to_tensor(np.random.RandomState(0).randn(5, 3).astype("float32"))
    net(x).sum().backward()
    want = [p.grad.numpy() for p in net.parameters()]
    net.clear_gradients()
    to_static(net)
    net(x).sum().backward()
    for p, w in zip(net.parameters(), want):
        np.testing.assert_allclose(p.grad.numpy(), w, rtol=1e-4, atol=1e-5)


def test_gradients_through_a_loop():
    def f(x, n):
        y = x
        for i in range(n):
            if y.sum() > 4:
                y = y * 0.5
            else:
                y = y * x + i
        return (y * y).sum()

    static = to_static(f)
    for n in (0, 1, 3):
        grads = []
        for function in (f, static):
            x = paddle.to_tensor([1.0, 2.0], stop_gradient=False)
            function(x, paddle.to_tensor(n)).backward()
            grads.append(x.grad.numpy())
        np.testing.assert_allclose(grads[1], grads[0], rtol=1e-5)


def test_switch_and_not_to_static():
    calls = []

    @not_to_static
    def plain(v):
        calls.append(1)
        return v + 1

    @to_static
    def f(x):
        return plain(x) if x.sum() > 0 else x

    enable_to_static(False)
    try:
        f(tensor([1.0]))
        assert len(f.program_cache) == 0
    finally:
        enable_to_static(True)
    assert f(tensor([1.0])).numpy() == 2 and len(f.program_cache) == 1

    @not_to_static
    def branches(v):
        if v.sum() > 0:
            v = v + 1
        return v

    with pytest.raises(CaptureError):
        to_static(lambda x: branches(x))(tensor([1.0]))


def test_bad_calls():
    f = to_static(helper, input_spec=[InputSpec([None, 3], "float32", "x")])
    with pytest.raises(InvalidArgumentError, match=r"x is float32\[2, 4\], which does not fit its InputSpec"):
        f(paddle.ones([2, 4]))
    with pytest.raises(InvalidArgumentError, match="does not fit"):
        f(paddle.ones([2, 3], "int64"))
    with pytest.raises(TypeError, match=r"helper\(\) missing a required argument: 'x'"):
        f()
    with pytest.raises(TypeError):
        f(paddle.ones([2, 3]), unknown=1)
    for bad in (3, None and 0, "text"):
        if bad is not None:
            with pytest.raises(TypeError, match="to_static"):
                to_static(bad)
    with pytest.raises(TypeError, match="input_spec"):
        to_static(helper, input_spec=InputSpec([2]))


def test_a_last_short_batch_captures_once_more_and_never_again():
    @to_static
    def f(x):
        return x * 2 if x.sum() > 0 else x

    for n in (8, 8, 3, 5, 1, 8):
        np.testing.assert_allclose(f(paddle.ones([n, 2])).numpy(), np.full((n, 2), 2.0))
    assert len(f.program_cache) == 2 and "had [8, 2]" in f.program_cache.log[1]


def test_nested_arguments():
    def f(d, pair, flag):
        a, (b, c) = pair
        if d["x"].sum() > 0 and flag:
            return {"r": [d["x"] + a, b - c]}
        return {"r": [d["x"] - a, b + c]}

    static = to_static(f)
    for sign in (1.0, -1.0):
        args = ({"x": tensor([sign])}, (tensor([2.0]), [tensor([3.0]), tensor([4.0])]), True)
        got, want = static(*args), f(*args)
        assert [t.numpy().tolist() for t in got["r"]] == [t.numpy().tolist() for t in want["r"]]
    assert [v.name for v in static.main_program.inputs] == ["d_x", "pair_0", "pair_1_0", "pair_1_1"]


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


def test_batch_norm_in_a_branch_and_a_loop():
    class Normed(nn.Layer):
        def __init__(self):
            super().__init__()
            self.bn = nn.BatchNorm1D(3)

        def forward(self, x, n):
            if x.sum() > 0:
                x = self.bn(x)
            for i in range(n):
                x = self.bn(x * 2) + i
            return x

    rng = np.random.RandomState(0)
    xs = [rng.randn(4, 3).astype("float32") + k for k in (-2, 2, 1)]
    states = []
    for capture in (False, True):
        net = Normed()
        if capture:
            to_static(net)
        outs = [net(paddle.to_tensor(x), paddle.to_tensor(n)).numpy() for x, n in zip(xs, (0, 2, 3))]
        states.append((outs, net.bn._mean.numpy(), net.bn._variance.numpy()))
    for a, b in zip(*states):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def countdown(n):
    return 0 if n <= 0 else 1 + countdown(n - 1)


def test_recursion_through_a_global_name():
    def f(x):
        return x * countdown(3)

    assert to_static(f)(tensor([2.0])).numpy() == 6

    @to_static
    def g(x, n):
        return x * countdown(n)

    with pytest.raises(CaptureError, match="recursion on a tensor condition"):
        g(tensor([1.0]), paddle.to_tensor(3))


def test_no_grad_around_a_branch():
    def f(x):
        y = x * 2
        with paddle.no_grad():
            if x.sum() > 1:
                y = y * 3
        return y * x

    check(f, *NUMBERS, stops="no_grad")


def test_no_grad_around_what_may_not_happen():
    """What no round and no branch has written keeps its gradient."""

    def f(x, n):
        y, z = x * 2, x * 3
        with paddle.no_grad():
            for i in range(n):
                y = y * 2
                for _ in range(i):
                    z = z - y
            if n == 2:
                z = z * y
        return y * x + z

    check(f, *(([1.0, -2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 3)), stops="no_grad")
    x = tensor([1.0, -2.0])
    x.stop_gradient = False

    def g(x, n):
        with paddle.no_grad():
            y, z = x * 0, x
            for _ in range(n):
                y = y + z
            if y.sum() > 1:
                y = y * x
        return y, z

    for n in (0, 2):
        y, z = to_static(g)(x, paddle.to_tensor(n))
        assert y.stop_gradient and not z.stop_gradient


class Counting:
    """Counts in `__enter__` and `__exit__`, under conditions on tensors."""

    def __init__(self, x):
        self.x, self.depth = x, 0

    def __enter__(self):
        self.depth += 2 if self.x.sum() > 1 else 3
        return self.x * self.depth

    def __exit__(self, *error):
        self.depth = self.depth - 1


def test_what_context_managers_change():
    def in_branches_and_loops(x, n):
        counting = Counting(x)
        if n > 1:
            with counting as y:
                x = x + y
        for _ in range(n):
            with counting as y:
                x = x - y
        return x, counting.depth

    def of_a_generator(x, n):
        counting = Counting(x)

        @contextlib.contextmanager
        def once_more():
            counting.depth += 1
            yield x * counting.depth
            counting.depth = counting.depth * 2

        for _ in range(n):
            with once_more() as y:
                x = x + y
        return x, counting.depth

    for function in (in_branches_and_loops, of_a_generator):
        check(function, *(([1.0, -2.5], paddle.to_tensor(n)) for n in (0, 1, 2, 3)))


def test_context_managers_enter_and_exit_in_order():
    log = []

    class Manager:
        def __init__(self, name):
            self.name = name

        def __enter__(self):
            log.append("enter " + self.name)
            return 2

        def __exit__(self, *error):
            log.append("exit " + self.name)

    def f(x):
        with Manager("a") as k, Manager("b"):
            y = x * k if x.sum() > 1 else x
            if y.sum() > 5:
                return y
        return y + 1

    static = to_static(f)
    static(tensor([1.0]))
    assert log == ["enter a", "enter b", "exit b", "exit a"]
    check(f, *NUMBERS)

    def in_a_branch(x):
        if x.sum() > 1:
            with Manager("c"):
                x = x * 2
        return x

    with pytest.raises(CaptureError, match="is a list of .* if the condition holds and a list of .* if not"):
        to_static(in_a_branch)(tensor([1.0]))


def test_generators():
    def numbers(x, n):
        for i in range(n):
            yield x * i

    def equal(x):
        if x.sum() > 1:
            a = x + 1
            yield a
            yield x
        else:
            yield x
            x = -x
            yield x * 2
            x = x - 5
        yield x

    def f(x):
        s = x
        for v in numbers(x, 3):
            if v.sum() > 1:
                s = s + v
        return s, list(equal(x)), [v + 1 for v in numbers(x, 2)], sum(numbers(x, 3))

    check(f, *NUMBERS)


@pytest.mark.parametrize("kind", ["generator", "asynchronous"])
def test_functions_that_are_suspended_are_refused(kind):
    def generator(x):
        yield x

    async def asynchronous(x):
        return x

    function = {"generator": generator, "asynchronous": asynchronous}[kind]
    line = function.__code__.co_firstlineno
    with pytest.raises(CaptureError, match=rf"test_functions.py:{line}: .*{kind}\(\) is .*{kind}"):
        to_static(function)(tensor([1.0]))


def test_recursion_on_a_tensor_ends():
    def expression(n):
        return n if n <= 1 else n * expression(n - 1)

    def twice(n):
        if n < 2:
            return n
        return twice(n - 1) + twice(n - 2)

    def loop(n):
        while n > 0:
            n = loop(n - 1)
        return n

    def one(n):
        return n if n.sum() < 0 else two(n - 1)

    def two(n):
        if n.sum() < 0:
            return n
        return one(n - 2)

    for f in (expression, twice, loop, one):
        with pytest.raises(CaptureError, match=r"test_functions.py:\d+: recursion on a tensor condition"):
            to_static(f)(tensor([3.0]))


def test_functions_of_numbers_are_refused():
    import math
    import random

    for f, text in (
        (lambda x: math.sqrt(x), r"math.sqrt\(\) called on a traced tensor.*Use paddle.sqrt\(\)"),
        (lambda x: np.sin(x), r"numpy.sin\(\) called on a traced tensor.*Use paddle.sin\(\)"),
        (lambda x: np.array([x, x]), r"numpy.array\(\) called on a traced tensor.*Use functions of paddle"),
        (lambda x: random.randint(0, x), r"random.randint\(\) called on a traced tensor"),
    ):
        with pytest.raises(CaptureError, match=r"test_functions.py:\d+: " + text):
            to_static(f)(tensor([1.0]))
    assert to_static(lambda x: x * math.sqrt(4) * float(np.float32(2)))(tensor([1.0])).numpy() == 4


def test_operators_of_users_classes():
    class Money:
        def __init__(self, t):
            self.t = t

        def __add__(self, other):
            if other.sum() > 1:
                return self.t + other
            return self.t - other

        def __radd__(self, other):
            return Money(self.t * 3) + other

        def __neg__(self):
            return self.t * 2 if self.t.sum() > 2 else self.t

        def __lt__(self, other):
            if self.t.sum() > 1:
                return other.t > self.t
            return other.t < self.t

    class Purse:
        def __init__(self, t):
            self.money = Money(t)

    own = dict(vars(Money))

    def f(x):
        purse = Purse(x + 1)
        return Money(x) + x, x + Money(x), -purse.money, Money(x) < purse.money

    check(f, *NUMBERS)
    assert dict(vars(Money)) == own  # the class has its own methods again


def test_operators_are_put_back_after_a_refusal():
    class Wrong:
        def __add__(self, other):
            return other.numpy()

    own = Wrong.__add__

    @to_static
    def f(x):
        return Wrong() + x

    with pytest.raises(CaptureError, match="numpy"):
        f(tensor([1.0]))
    assert Wrong.__add__ is own


def test_nonlocal_written_by_a_function_called_in_a_loop():
    def f(x, n):
        z, k = x, 1

        def outside(v):
            nonlocal z
            z = z + v
            return z * 2

        for i in range(n):

            def inside(v):
                nonlocal k, z
                k, z = k + i, z - v
                return z + k

            x = outside(x) - inside(x)
        for v in [x, x]:
            z = z + v  # it is a name that an operator sees, too
            k = k + 1
        return x, z, k

    check(f, *[([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 3)])


def test_variables_of_the_call_itself_are_not_watched():
    outer = 1

    def f(x):
        k = 1

        def h(v):
            return v * k + outer

        y = h(x)
        k = 2
        return h(y)

    static = to_static(f)
    for _ in range(3):
        static(tensor([1.0]))
    assert len(static.program_cache) == 1
    outer = 5
    assert static(tensor([1.0])).numpy() == 17
