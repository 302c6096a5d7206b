"""``StaticRNN``: what ``programs.py`` does not record of it."""

import numpy as np
import pytest

from paddlelite import fluid
from paddlelite.errors import PreconditionNotMetError, UnimplementedError

L = fluid.layers


def test_every_time_draws_its_own_numbers_and_statistics_go_on(static_mode):
    x = L.data("x", [5, 64, 3], append_batch_size=False)
    rnn = L.StaticRNN()
    with rnn.step():
        now = rnn.step_input(x)
        seen = rnn.memory(shape=[-1, 3], batch_ref=now)
        normal = L.batch_norm(now, momentum=0.5, moving_mean_name="mean")
        rnn.update_memory(seen, L.elementwise_add(seen, normal))
        rnn.step_output(L.dropout(L.ones_like(now), 0.5))
    masks = rnn()
    test = fluid.default_main_program().clone(for_test=True)
    exe = fluid.Executor()
    exe.run(fluid.default_startup_program())
    feed = {"x": np.ones((5, 64, 3), "float32")}
    first, second = (exe.run(feed=feed, fetch_list=[masks])[0] for _ in range(2))
    assert first.shape == (5, 64, 3) and len({a.tobytes() for a in (*first, *second)}) == 10
    mean = fluid.global_scope().find_var("mean").get_tensor()
    np.testing.assert_allclose(np.array(mean), 1 - 0.5**10, rtol=1e-6)  # ten steps towards 1
    assert (exe.run(test, feed=feed, fetch_list=[masks.name])[0] == 0.5).all()
    np.testing.assert_allclose(np.array(mean), 1 - 0.5**10, rtol=1e-6)


def test_what_goes_wrong(static_mode):
    x, y = (L.data(n, [s, 4, 3], append_batch_size=False) for n, s in (("x", 5), ("y", 6)))
    rnn = L.StaticRNN()
    for call in (lambda: rnn.step_input(x), lambda: rnn.memory(init=x), lambda: rnn.step_output(x)):
        with pytest.raises(ValueError, match="You must invoke .* in rnn block"):
            call()
    with pytest.raises(PreconditionNotMetError, match="after rnn block"):
        rnn()
    with pytest.raises(ValueError, match="no step_input"), rnn.step():
        rnn.step_output(x)
    for make, problem in (
        (
            lambda r: (r.step_input(x), r.step_input(y)),
            r"fix seq_len input: y has shape \[6, 4, 3\], the others",
        ),
        (lambda r: r.step_input(L.data("z", [-1, 4, 3], append_batch_size=False)), "fix seq_len input: z"),
        (lambda r: r.memory(shape=[-1, 3]), "need shape and batch_ref"),
        (lambda r: r.memory(init=r.step_input(x)), "make it before the block"),
        (lambda r: r.memory(shape=[-1, 3], batch_ref=r.step_input(x)), "should be updated in every step"),
        (lambda r: r.update_memory(x, x), "no memory of this rnn"),
    ):
        rnn = L.StaticRNN()
        with pytest.raises(ValueError, match=problem), rnn.step():
            make(rnn)
    rnn = L.StaticRNN()
    with rnn.step():
        rnn.step_input(x)
    with pytest.raises(ValueError, match="RNN has no output"):
        rnn()
    with fluid.dygraph.guard(), pytest.raises(UnimplementedError, match="write a loop of Python"):
        L.StaticRNN()
