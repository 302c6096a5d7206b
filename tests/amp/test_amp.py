"""Mixed precision: what PaddlePaddle 3.3.1 does on the CPU, which is nothing, said once."""

import warnings

import pytest

import paddlelite as paddle
from paddlelite import amp, place


@pytest.fixture(autouse=True)
def first_warning():
    place._warned.clear()


@pytest.mark.parametrize("level", ["O0", "OD", "O1", "O2"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_auto_cast_makes_no_effect_and_says_so_once(level, dtype):
    with pytest.warns(UserWarning, match="auto_cast makes no effect") as warned:
        for _ in range(2):
            with amp.auto_cast(level=level, dtype=dtype, custom_white_list={"softmax"}):
                assert (paddle.ones([2]) * 2).dtype == paddle.float32
                assert not amp.is_autocast_enabled() and amp.get_autocast_dtype() == "float16"
    assert len(warned) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with amp.auto_cast(enable=False, dtype="float32"):
            pass


def test_scaler_scales_by_one():
    p = paddle.create_parameter([2], "float32", default_initializer=paddle.nn.initializer.Constant(1.0))
    sgd = paddle.optimizer.SGD(0.5, parameters=[p])
    with pytest.warns(UserWarning, match="GradScaler makes no effect"):
        scaler = amp.GradScaler(init_loss_scaling=1024)
    assert not scaler.is_enable() and not scaler.is_use_dynamic_loss_scaling()
    assert scaler.get_init_loss_scaling() == 1.0 and scaler.state_dict() == {}
    loss = (p * 2).sum()
    assert scaler.scale(loss) is loss
    loss.backward()
    scaler.unscale_(sgd)
    scaler.step(sgd)
    scaler.update()
    assert p.tolist() == [0, 0]
    operations, pairs = scaler.minimize(sgd, loss)
    assert operations == [] and pairs[0][0] is p and p.tolist() == [-1, -1]
    scaler.load_state_dict({"scale": 3.0})


def test_decorate_gives_back_what_it_was_given():
    model, optimizer = object(), object()
    with pytest.warns(UserWarning, match="decorate makes no effect"):
        assert amp.decorate(model, level="O2") is model
    assert amp.decorate(model, optimizer, level="O1", dtype="bfloat16") == (model, optimizer)
    assert not amp.is_float16_supported() and not amp.is_bfloat16_supported()


@pytest.mark.parametrize(
    ("error", "words", "make"),
    [
        (ValueError, "level", lambda: amp.auto_cast(level="O9").__enter__()),
        (ValueError, "dtype", lambda: amp.auto_cast(dtype="int8").__enter__()),
        (ValueError, "overlap", lambda: amp.auto_cast(True, {"a"}, {"a"}).__enter__()),
        (ValueError, "level", lambda: amp.decorate(1, level="O0")),
        (ValueError, "dtype", lambda: amp.decorate(1, dtype="float32")),
        (ValueError, "incr_ratio", lambda: amp.GradScaler(incr_ratio=1.0)),
        (ValueError, "decr_ratio", lambda: amp.GradScaler(decr_ratio=1.0)),
        (TypeError, "Tensor", lambda: amp.GradScaler(enable=False).scale(3)),
        (TypeError, "dict", lambda: amp.GradScaler(enable=False).load_state_dict(3)),
    ],
)
def test_bad_arguments(error, words, make):
    with pytest.raises(error, match=words):
        make()
