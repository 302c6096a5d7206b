"""What optimizers do besides the arithmetic: learning rates, gradients, state, sharing, bad input."""

import warnings

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite import optimizer as O
from paddlelite.optimizer import blocks

Constant = nn.initializer.Constant


def parameter(value=1.0, shape=(2,), dtype="float32", **attr):
    return paddle.create_parameter(
        list(shape), dtype, attr=paddle.ParamAttr(initializer=Constant(value), **attr)
    )


def with_grad(p, value):
    p.grad = paddle.to_tensor(np.broadcast_to(np.asarray(value, "float32"), p.shape).copy())
    return p


# Learning rates


def test_learning_rate_of_a_number_and_of_a_scheduler():
    p = parameter()
    sgd = O.SGD(1, parameters=[p])
    assert sgd.get_lr() == 1.0
    sgd.set_lr(0.5)
    with_grad(p, 1.0)
    sgd.step()
    assert p.tolist() == [0.5, 0.5]
    schedule = O.lr.StepDecay(0.25, 1, 0.5)
    sgd.set_lr_scheduler(schedule)
    sgd.step()
    schedule.step()
    sgd.step()
    assert p.tolist() == [0.125, 0.125] and sgd.get_lr() == 0.125
    with pytest.raises(RuntimeError, match="LRScheduler"):
        sgd.set_lr(0.3)
    with pytest.raises(TypeError, match="set_lr"):
        O.SGD(1.0, parameters=[p]).set_lr("a")
    with pytest.raises(TypeError, match="set_lr_scheduler"):
        sgd.set_lr_scheduler(0.3)


# Gradients


def test_parameters_without_gradient_or_not_trainable_stay():
    p, q, r = parameter(), parameter(trainable=False), parameter()
    with_grad(p, 1.0)
    with_grad(q, 1.0)
    O.AdamW(0.5, parameters=[p, q, r], weight_decay=0.5).step()
    assert p.tolist() != [1, 1] and q.tolist() == r.tolist() == [1, 1]


def test_clear_grad_leaves_zeros_that_count_as_gradients():
    p = parameter()
    momentum = O.Momentum(0.5, momentum=0.5, parameters=[p])
    (p * 2).sum().backward()
    momentum.step()
    momentum.clear_grad()
    assert p.grad.tolist() == [0, 0] and p.grad.dtype == paddle.float32
    momentum.step()
    assert p.tolist() == [-0.5, -0.5], "the velocity goes on"
    momentum.clear_grad(set_to_zero=False)
    assert p.grad is None
    momentum.step()
    assert p.tolist() == [-0.5, -0.5]


def test_backward_after_clear_grad_starts_from_zero_and_then_accumulates():
    p = parameter()
    sgd = O.SGD(0.5, parameters=[p])
    for _ in range(2):
        sgd.clear_grad()
        (p * 3).sum().backward()
        assert p.grad.tolist() == [3, 3]
    (p * 3).sum().backward()
    assert p.grad.tolist() == [6, 6]
    sgd.clear_grad()
    p.grad.set_value(np.array([5.0, 5.0], "float32"))
    (p * 3).sum().backward()
    assert p.grad.tolist() == [8, 8], "zeros that were written to are zeros no more"


def test_gradients_are_not_changed_by_a_step():
    p = with_grad(parameter(), 3.0)
    for optimizer in (
        O.Adam(0.1, parameters=[p], weight_decay=0.1, grad_clip=nn.ClipGradByGlobalNorm(1.0)),
        O.SGD(
            0.1,
            parameters=[p],
            weight_decay=paddle.regularizer.L1Decay(0.1),
            grad_clip=nn.ClipGradByValue(1.0),
        ),
        O.NAdam(0.1, parameters=[p]),
        O.Rprop(0.1, parameters=[p]),
    ):
        optimizer.step()
        assert p.grad.tolist() == [3, 3]


def test_minimize_uses_the_gradients_that_are_there():
    p, q = parameter(), parameter()
    sgd = O.SGD(0.5, parameters=[p, q])
    loss = (p * q).sum()
    assert sgd.minimize(loss) == ([], [])
    loss.backward()
    operations, pairs = sgd.minimize(loss, parameters=[p])
    assert operations == [] and [pair[0] is p for pair in pairs] == [True]
    assert p.tolist() == [0.5, 0.5] and q.tolist() == [1, 1]
    sgd.minimize(loss, no_grad_set={p.name})
    assert p.tolist() == [0.5, 0.5] and q.tolist() == [0.5, 0.5]
    with pytest.raises(AssertionError, match="loss"):
        sgd.minimize(3)


def test_momentum_rescales_gradients():
    p, q = with_grad(parameter(), 4.0), with_grad(parameter(), 1.0)
    clip = nn.ClipGradByValue(2.0)
    O.Momentum(0.1, parameters=[p], rescale_grad=0.5, grad_clip=clip, weight_decay=0.1).step()
    O.Momentum(0.1, parameters=[q], weight_decay=0.1).step()
    assert p.tolist() == q.tolist()


def test_adamw_lr_ratio_is_a_factor_on_the_rate_of_each_parameter():
    p, q = with_grad(parameter(), 1.0), with_grad(parameter(), 1.0)
    O.AdamW(0.2, parameters=[p], lr_ratio=lambda p: 0.5).step()
    O.AdamW(0.1, parameters=[q]).step()
    assert p.tolist() == q.tolist() != [1, 1]


def test_a_clip_of_the_users_own():
    class Halve(nn.ClipGradBase if hasattr(nn, "ClipGradBase") else nn.clip.ClipGradBase):
        def __call__(self, params_grads):
            return [(p, g * 0.5) for p, g in params_grads]

    p = with_grad(parameter(), 1.0)
    O.SGD(1.0, parameters=[p], grad_clip=Halve()).step()
    assert p.tolist() == [0.5, 0.5]


# Who sees a change


def test_a_step_shows_in_a_detached_tensor_and_not_in_copies():
    p = with_grad(parameter(), 1.0)
    detached, copy, clone = p.detach(), p.numpy(), p.clone()
    O.SGD(0.5, parameters=[p]).step()
    assert p.tolist() == detached.tolist() == [0.5, 0.5]
    assert copy.tolist() == clone.tolist() == [1, 1]


def test_a_step_does_not_change_what_a_living_graph_has_recorded():
    p = parameter(3.0, (2, 2))
    x = paddle.to_tensor([[1.0, 2.0], [3.0, 4.0]])
    x.stop_gradient = False
    y = ((x @ p) ** 2).sum()
    first = paddle.grad(y, x, retain_graph=True)[0].numpy()
    with_grad(p, 1.0)
    sgd = O.SGD(1.0, parameters=[p])
    sgd.step()
    assert p.tolist() == [[2, 2], [2, 2]]
    try:
        again = paddle.grad(y, x)[0].numpy()
    except Exception as error:  # or it is refused, but never a mixture of old and new
        assert "changed in place" in str(error)
    else:
        np.testing.assert_array_equal(again, first)


def test_a_step_is_in_place_when_nobody_else_looks():
    p = with_grad(parameter(1.0, (1000,)), 1.0)
    sgd = O.SGD(0.5, parameters=[p])
    before = p._data.ctypes.data
    version = p._version
    sgd.step()
    assert p._data.ctypes.data == before and p._version != version
    held = p._data
    sgd.step()
    assert held[0] == 0.5 and p._data[0] == 0.0, "an array that is held elsewhere is left alone"


def test_arrays_that_can_not_be_changed_in_place():
    p = with_grad(parameter(1.0, (2, 3)), 1.0)
    p._data = np.broadcast_to(np.float32(1), (2, 3))
    O.Adam(0.5, parameters=[p]).step()
    q = with_grad(parameter(1.0, (3, 2)), 1.0)
    q._data = np.ones((2, 3), "float32").T
    O.Adam(0.5, parameters=[q]).step()
    assert np.allclose(p.numpy(), 0.5) and np.allclose(q.numpy(), 0.5)


# Shapes and dtypes


@pytest.mark.parametrize("name", [n for n in O.__all__ if n not in ("LBFGS", "lr", "Optimizer")])
def test_every_shape_and_dtype(name):
    for shape, dtype in [
        ((), "float32"),
        ((0, 3), "float32"),
        ((2, 1, 3), "float64"),
        ((5,), "float16"),
        ((5,), "bfloat16"),
    ]:
        p = parameter(1.0, shape, dtype)
        p.grad = paddle.full(list(shape), 0.5, dtype)
        optimizer = getattr(O, name)(learning_rate=0.25, parameters=[p])
        for _ in range(3):
            optimizer.step()
        values = p.astype("float32").numpy()
        assert p.shape == list(shape) and str(p.dtype).endswith(dtype)
        assert np.isfinite(values).all() and (values <= 1).all()
        assert (values < 1).all() or "16" in dtype, "a step may be too small for 8 bits"


def test_multi_precision_keeps_what_the_parameter_can_not_hold():
    for dtype in ("bfloat16", "float16"):
        plain, master = parameter(1.0, (3,), dtype), parameter(1.0, (3,), dtype)
        for p in (plain, master):
            p.grad = paddle.full([3], 1.0, dtype)
        rough, fine = O.SGD(1e-4, [plain]), O.SGD(1e-4, [master], multi_precision=True)
        for _ in range(100):
            rough.step()
            fine.step()
        assert plain.astype("float32").tolist() == [1, 1, 1]
        assert np.allclose(master.astype("float32").numpy(), 0.99, atol=3e-3)
        held = fine.state_dict()["master_weights"][master.name]
        assert held.dtype == paddle.float32 and np.allclose(held.numpy(), 0.99, atol=1e-6)
        other = O.SGD(1e-4, [master], multi_precision=True)
        other.set_state_dict(fine.state_dict())
        fine.step()
        expected = fine.state_dict()["master_weights"][master.name].numpy()
        master.set_value(held.astype(dtype))
        other.step()
        assert (other.state_dict()["master_weights"][master.name].numpy() == expected).all()
        master.set_value(np.full(3, 2.0, "float32"))
        other.step()
        assert np.allclose(master.astype("float32").numpy(), 2.0, atol=1e-2), (
            "a new value wins over the kept one"
        )


def test_large_parameters_are_updated_in_blocks_as_small_ones_are():
    rng = np.random.default_rng(0)
    size = 5 * blocks.BLOCK + 12345
    values, grads = rng.standard_normal(size).astype("float32"), rng.standard_normal(size).astype("float32")
    large = paddle.create_parameter([size], "float32", default_initializer=nn.initializer.Assign(values))
    pick = [0, 1, blocks.BLOCK - 1, blocks.BLOCK, size // 2, size - 1]
    small = paddle.create_parameter([6], "float32", default_initializer=nn.initializer.Assign(values[pick]))
    large.grad, small.grad = paddle.to_tensor(grads), paddle.to_tensor(grads[pick])
    for make in (O.Adam, O.AdamW, O.Momentum, O.NAdam, O.RMSProp):
        for p in (large, small):
            optimizer = make(learning_rate=0.1, parameters=[p])
            for _ in range(3):
                optimizer.step()
        np.testing.assert_array_equal(large.numpy()[pick], small.numpy())


# State


def test_state_dict_is_a_copy_and_empty_before_the_first_step():
    p = with_grad(parameter(), 1.0)
    adam = O.Adam(0.1, parameters=[p])
    assert adam.state_dict() == {}
    adam.step()
    state = adam.state_dict()
    key = f"{p.name}_moment1_0"
    before = state[key].tolist()
    assert state[key].name == key
    adam.step()
    assert state[key].tolist() == before
    state[key].set_value(np.zeros(2, "float32"))
    assert adam.state_dict()[key].tolist() != [0, 0]


def test_states_through_a_file(tmp_path):
    p = with_grad(parameter(), 1.0)
    adam = O.Adam(O.lr.StepDecay(0.1, 1), parameters=[p])
    adam.step()
    adam._learning_rate.step()
    paddle.save(adam.state_dict(), str(tmp_path / "model.pdopt"))
    other = O.Adam(O.lr.StepDecay(0.1, 1), parameters=[p])
    other.set_state_dict(paddle.load(str(tmp_path / "model.pdopt")))
    assert other.get_lr() == adam.get_lr() == pytest.approx(0.01)
    for key, value in adam.state_dict().items():
        if key != "LR_Scheduler":
            assert other.state_dict()[key].tolist() == value.tolist()
    numbers = {k: v.numpy() for k, v in adam.state_dict().items() if k != "LR_Scheduler"}
    # PaddlePaddle numbers the accumulators of a second optimizer on the same parameters otherwise
    other.set_state_dict({k[: -len("_0")] + "_3": v for k, v in numbers.items()})
    assert (
        other.state_dict()[f"{p.name}_moment1_0"].tolist()
        == adam.state_dict()[f"{p.name}_moment1_0"].tolist()
    )


def test_states_that_do_not_fit_change_nothing():
    p, q = with_grad(parameter(), 1.0), with_grad(parameter(), 1.0)
    adam = O.Adam(O.lr.StepDecay(0.1, 1), parameters=[p])
    adam.step()
    good = adam.state_dict()
    for broken, words in [
        ({}, "moment1_0 not found"),
        ({k: v for k, v in good.items() if "moment2" not in k}, "moment2_0 not found"),
        ({**good, f"{p.name}_moment2_0": np.ones(3)}, "Shape not match"),
        ({k: v for k, v in good.items() if "pow" not in k}, "not found"),
    ]:
        with pytest.raises(AssertionError, match=words):
            adam.set_state_dict(broken)
        for key, value in adam.state_dict().items():
            assert value == good[key] if key == "LR_Scheduler" else value.tolist() == good[key].tolist()
    with pytest.raises(AssertionError, match="other parameters"):
        O.Adam(0.1, parameters=[q]).set_state_dict(good)
    with pytest.raises(TypeError, match="dict"):
        adam.set_state_dict(3)
    O.SGD(0.1, parameters=[q]).set_state_dict(good)  # has no accumulators to look for


def test_a_part_of_the_parameters_may_be_new():
    p, q = with_grad(parameter(), 1.0), with_grad(parameter(), 1.0)
    old = O.Adam(0.1, parameters=[p])
    old.step()
    new = O.Adam(0.1, parameters=[p, q])
    new.set_state_dict(old.state_dict())
    new.step()
    assert set(new.state_dict()) == {
        f"{name}_{slot}_0"
        for name in (p.name, q.name)
        for slot in ("moment1", "moment2", "beta1_pow_acc", "beta2_pow_acc")
    }


# Bad input; the class of each error was recorded from PaddlePaddle 3.3.1


def bad_arguments():
    p = parameter()
    each = [p]
    return [
        (AttributeError, "parameters", lambda: O.SGD(0.1)),
        (TypeError, "learning rate", lambda: O.SGD("a", each)),
        (TypeError, "learning rate", lambda: O.SGD(paddle.to_tensor(0.1), each)),
        (ValueError, "learning_rate is not set", lambda: O.SGD(None, each)),
        (TypeError, "iterable", lambda: O.SGD(0.1, p)),
        (TypeError, "int", lambda: O.SGD(0.1, 3)),
        (TypeError, "Tensors", lambda: O.SGD(0.1, [3])),
        (TypeError, "weight_decay", lambda: O.SGD(0.1, each, weight_decay="a")),
        (TypeError, "grad_clip", lambda: O.SGD(0.1, each, grad_clip=3)),
        (ValueError, "more than one", lambda: O.SGD(0.1, [{"params": each}, {"params": each}])),
        (AssertionError, "params", lambda: O.SGD(0.1, [{"x": each}])),
        (TypeError, "set", lambda: O.SGD(0.1, [{"params": set(each)}])),
        (ValueError, "foo", lambda: O.SGD(0.1, [{"params": each, "foo": 1}])),
        (TypeError, "grad_clip", lambda: O.SGD(0.1, [{"params": each, "grad_clip": 1}])),
        (ValueError, "beta1", lambda: O.Adam(0.1, beta1=1.0, parameters=each)),
        (ValueError, "beta1", lambda: O.Adam(0.1, parameters=[{"params": each, "beta1": 1.0}])),
        (ValueError, "beta2", lambda: O.Adam(0.1, beta2=-1.0, parameters=each)),
        (ValueError, "epsilon", lambda: O.Adam(0.1, epsilon=-1.0, parameters=each)),
        (TypeError, "beta1", lambda: O.Adam(0.1, beta1="a", parameters=each)),
        (TypeError, "weight_decay", lambda: O.AdamW(0.1, weight_decay="a", parameters=each)),
        (TypeError, "weight_decay", lambda: O.AdamW(0.1, weight_decay=None, parameters=each)),
        (
            TypeError,
            "AdamW",
            lambda: O.AdamW(0.1, weight_decay=paddle.regularizer.L2Decay(0.1), parameters=each),
        ),
        (TypeError, "apply_decay_param_fun", lambda: O.AdamW(0.1, apply_decay_param_fun=3, parameters=each)),
        (ValueError, "momentum", lambda: O.Momentum(0.1, momentum=None, parameters=each)),
        (ValueError, "rho", lambda: O.RMSProp(0.1, rho=-1.0, parameters=each)),
        (ValueError, "rho", lambda: O.RMSProp(0.1, rho=None, parameters=each)),
        (ValueError, "momentum", lambda: O.RMSProp(0.1, momentum=-1.0, parameters=each)),
        (ValueError, "epsilon", lambda: O.Adadelta(0.1, epsilon=None, parameters=each)),
        (ValueError, "rho", lambda: O.Adadelta(0.1, rho=None, parameters=each)),
        (ValueError, "beta2", lambda: O.Adamax(0.1, beta2=2.0, parameters=each)),
        (ValueError, "learning rate", lambda: O.NAdam(-0.1, parameters=each)),
        (ValueError, "momentum_decay", lambda: O.NAdam(0.1, momentum_decay=-2.0, parameters=each)),
        (ValueError, "beta1", lambda: O.RAdam(0.1, beta1=2.0, parameters=each)),
        (
            ValueError,
            "learning_rate_range",
            lambda: O.Rprop(0.1, learning_rate_range=(1, 0), parameters=each),
        ),
        (ValueError, "learning_rate_range", lambda: O.Rprop(100.0, parameters=each)),
        (ValueError, "etas", lambda: O.Rprop(0.1, etas=(1.5, 2), parameters=each)),
        (ValueError, "batch_num", lambda: O.ASGD(0.1, batch_num=0, parameters=each)),
        (ValueError, "batch_num", lambda: O.ASGD(0.1, batch_num=None, parameters=each)),
    ]


@pytest.mark.parametrize("index", range(len(bad_arguments())))
def test_bad_arguments(index):
    error, words, make = bad_arguments()[index]
    with pytest.raises(error, match=words):
        make()


def test_what_is_accepted():
    p = parameter()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        O.Adam(0.1, beta1=paddle.to_tensor(0.9), parameters=iter([p]), lazy_mode=True, use_multi_tensor=True)
        O.Momentum(0.1, parameters=[p], use_multi_tensor=True, weight_decay=1)
        O.AdamW(0.1, parameters=[p], weight_decay=1, use_lowprecision_moment=True)
        assert O.SGD(0.1, []).step() is None
        assert O.SGD(0.1, [{"params": p}])._param_groups == [{"params": p}]


def test_a_nan_reaches_the_parameters_through_clipping():
    for clip in (nn.ClipGradByNorm(1.0), nn.ClipGradByGlobalNorm(1.0), nn.ClipGradByValue(1.0)):
        p = with_grad(parameter(), np.nan)
        O.SGD(1.0, parameters=[p], grad_clip=clip).step()
        assert np.isnan(p.numpy()).all()
