"""`paddle.static.nn.cond`, `while_loop` and their like inside captured functions: what they are given is Python."""

import numpy as np

import paddlelite as paddle
from paddlelite.static.nn import case, cond, switch_case, while_loop

from .harness import check


def test_what_a_branch_does_besides_its_result_is_done_where_it_is_taken():
    def function(x):
        items, count = [x], 0

        def doubled():
            nonlocal count
            items.append(x * 2)
            count += 1
            return x + 1

        y = cond(x.sum() > 0, doubled, lambda: x - 1)
        return y, count, paddle.stack(items).sum()

    check(function, ([1.0, 2.0],), ([-2.0, 1.0],))


def test_a_body_does_everything_in_each_round():
    def function(x, n):
        seen, rounds = [], 0

        def body(i, total):
            nonlocal rounds
            rounds += 1
            seen.append(total)
            return i + 1, total + x

        i, total = while_loop(lambda i, total: i < n, body, [paddle.to_tensor(0), x * 0])
        return i, total, rounds, len(seen)

    check(function, ([1.0, 2.0], 3), ([-2.0, 1.0], 0), ([0.5, 1.5], 1))


def test_functions_with_conditions_of_their_own():
    def function(x):
        def large():
            if x.sum() > 2:
                return x * 10
            return x

        return cond(x.sum() > 0, large, lambda: -x)

    check(function, ([1.0],), ([-2.0],), ([3.0],))


def test_cases():
    def function(x, n):
        taken = []

        def note(name, value):
            taken.append(value)
            return value

        y = switch_case(n, [lambda: note(0, x), lambda: note(1, x * 2)], default=lambda: x * 0)
        z = case([(x.sum() > 3, lambda: note(2, x + 1)), (x.sum() > 1, lambda: note(3, x - 1))], lambda: y)
        return y, z, len(taken)

    check(function, ([1.0, 1.0], np.array(0)), ([2.0, 2.0], np.array(1)), ([0.0, 0.5], np.array(2)))


def test_a_condition_of_python_is_decided_at_once():
    def function(x):
        done = []
        y = cond(paddle.to_tensor(len(x.shape) == 1), lambda: done.append(1) or x, lambda: -x)
        return y, len(done)

    check(function, ([1.0, 2.0],))
