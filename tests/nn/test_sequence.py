"""ctc_loss, sequence_mask, unpooling, weight_norm and spectral_norm against PaddlePaddle 3.3.1 (tests/golden)."""

import itertools
import pathlib

import numpy as np
import pytest

import paddlelite as paddle
import paddlelite.nn.functional as F
from paddlelite import nn
from paddlelite.errors import InvalidArgumentError, PreconditionNotMetError
from tests.nn.sequence_cases import COUNTS, LABELS, STEPS, numbers, run

GOLDEN = np.load(pathlib.Path(__file__).parents[1] / "golden" / "sequences.npz")
GIVEN = [paddle.to_tensor(each) for each in (LABELS, STEPS, COUNTS)]


@pytest.fixture(scope="module")
def found():
    return run(paddle)


@pytest.mark.parametrize("name", sorted({name.rpartition("#")[0] for name in GOLDEN.files}))
def test_as_paddlepaddle(found, name):
    arrays = found[name]
    assert len(arrays) == sum(key.rpartition("#")[0] == name for key in GOLDEN.files)
    for i, array in enumerate(arrays):
        assert array.shape == GOLDEN[f"{name}#{i}"].shape
        np.testing.assert_allclose(array, GOLDEN[f"{name}#{i}"], rtol=2e-4, atol=2e-5)


def test_pdist():
    # PaddlePaddle 3.3.1: paddle.pdist(x, p)
    x = paddle.to_tensor(np.random.RandomState(0).randn(4, 3).astype("float32"), stop_gradient=False)
    for p, expected in {
        0: [3.0] * 6,
        1: [3.900257, 2.447435, 2.085103, 4.183779, 5.98536, 2.392383],
        3.5: [2.141376, 1.206413, 1.364424, 2.157886, 2.815173, 1.569581],
        np.inf: [1.956016, 1.081957, 1.353454, 2.018915, 2.431551, 1.557492],
    }.items():
        np.testing.assert_allclose(paddle.pdist(x, p), expected, rtol=1e-5)
    F.pdist(x).sum().backward()
    np.testing.assert_allclose(x.grad[0], [1.294135, -0.036013, 1.198881], rtol=1e-4)
    assert paddle.pdist(paddle.ones([1, 3])).shape == [0]
    np.testing.assert_allclose(paddle.jit.to_static(lambda t: paddle.pdist(t))(x), paddle.pdist(x), rtol=1e-6)
    with pytest.raises(InvalidArgumentError, match="pdist needs a known number of rows"):
        paddle.pdist(paddle.ones([3]))


def test_ctc_counts_every_way():
    """The likelihood is the sum over all paths that read as the label."""
    scores = numbers(3, 4, 1, 3)
    chances = np.exp(scores[:, 0]) / np.exp(scores[:, 0]).sum(1, keepdims=True)
    total = 0.0
    for path in itertools.product(range(3), repeat=4):
        if [kind for kind, _ in itertools.groupby(path) if kind] == [1, 1]:
            total += np.prod([chances[step, kind] for step, kind in enumerate(path)])
    loss = F.ctc_loss(
        paddle.to_tensor(scores),
        paddle.to_tensor([[1, 1]]),
        paddle.to_tensor([4]),
        paddle.to_tensor([2]),
        reduction="sum",
    )
    assert float(loss) == pytest.approx(-np.log(total), rel=1e-5)


def test_ctc_as_a_program():
    scores = paddle.to_tensor(numbers(1, 7, 4, 5))

    def loss(scores, labels, steps, counts):
        return nn.CTCLoss(reduction="none", zero_infinity=True)(scores, labels, steps, counts)

    np.testing.assert_allclose(
        paddle.jit.to_static(loss)(scores, *GIVEN), loss(scores, *GIVEN), rtol=1e-5, atol=1e-6
    )


def test_ctc_trains():
    paddle.seed(0)
    scores = paddle.create_parameter([6, 2, 4], "float32")
    trainer = paddle.optimizer.Adam(0.3, parameters=[scores])
    labels, steps, counts = (paddle.to_tensor(each) for each in ([[1, 2], [3, 3]], [6, 6], [2, 2]))
    for _ in range(40):
        loss = F.ctc_loss(scores, labels, steps, counts)
        loss.backward()
        trainer.step()
        trainer.clear_grad()
    best = scores.argmax(-1).numpy().T
    read = [[int(kind) for kind, _ in itertools.groupby(row) if kind] for row in best]
    assert read == [[1, 2], [3, 3]] and float(loss) < 0.1


@pytest.mark.parametrize("translate", [False, True])
def test_made_weights_train(translate):
    for made in (nn.utils.weight_norm, nn.utils.spectral_norm):
        paddle.seed(1)
        layer = made(nn.Linear(4, 2))
        net = paddle.jit.to_static(nn.Sequential(layer)) if translate else layer
        trainer = paddle.optimizer.SGD(0.1, parameters=layer.parameters())
        x, losses = paddle.to_tensor(numbers(1, 8, 4)), []
        for _ in range(4):
            loss = ((net(x) - 1) ** 2).mean()
            loss.backward()
            trainer.step()
            trainer.clear_grad()
            losses.append(float(loss))
        assert losses == sorted(losses, reverse=True) and losses[0] > losses[-1] * 1.05


def test_a_made_weight_in_a_program_of_its_own_is_refused():
    layer = paddle.jit.to_static(nn.utils.weight_norm(nn.Linear(4, 2)))
    with pytest.raises(
        NotImplementedError, match=r"Linear.weight is made of others .*nn.Sequential\(layer\)"
    ):
        layer(paddle.ones([1, 4]))


def test_made_weights_are_saved(tmp_path):
    layer, other = nn.utils.weight_norm(nn.Linear(4, 2)), nn.utils.weight_norm(nn.Linear(4, 2))
    assert sorted(layer.state_dict()) == ["bias", "weight_g", "weight_v"]
    paddle.save(layer.state_dict(), str(tmp_path / "m.pdparams"))
    other.set_state_dict(paddle.load(str(tmp_path / "m.pdparams")))
    x = paddle.to_tensor(numbers(1, 3, 4))
    np.testing.assert_allclose(layer(x), other(x), rtol=1e-6)
    plain = nn.utils.remove_weight_norm(layer)
    assert sorted(plain.state_dict()) == ["bias", "weight"] and not plain._forward_pre_hooks
    np.testing.assert_allclose(plain(x), other(x), rtol=1e-5)


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: F.ctc_loss(paddle.ones([3, 2]), *GIVEN), "needs scores"),
        (
            lambda: F.ctc_loss(paddle.ones([7, 3, 5]), *GIVEN),
            "input_lengths should be one for each of 3 rows",
        ),
        (lambda: F.ctc_loss(paddle.ones([7, 4, 5]), *GIVEN, blank=5), "blank should be one of 5 classes"),
        (lambda: F.ctc_loss(paddle.ones([7, 4, 5]), *GIVEN, reduction="all"), "reduction should be"),
        (lambda: F.ctc_loss(paddle.ones([6, 4, 5]), *GIVEN), "input_lengths should be from 0 to 6"),
        (
            lambda: F.ctc_loss(paddle.ones([7, 4, 5]), GIVEN[0][:, :2], *GIVEN[1:]),
            "label_lengths should be from 0 to 2",
        ),
        (
            lambda: F.max_unpool2d(paddle.ones([1, 2, 2]), paddle.ones([1, 2, 2], "int64"), 2),
            r"should have \[N, C, H, W\]",
        ),
        (
            lambda: F.max_unpool1d(
                paddle.ones([1, 1, 2]), paddle.zeros([1, 1, 2], "int64"), 2, output_size=[9]
            ),
            "invalid output_size",
        ),
        (
            lambda: F.max_unpool1d(
                paddle.ones([1, 1, 2]), paddle.zeros([1, 1, 2], "int64"), 2, data_format="NLC"
            ),
            "data_format should be NCL",
        ),
        (lambda: nn.utils.weight_norm(nn.Linear(2, 2), "scale"), "has no parameter 'scale'"),
        (lambda: nn.utils.weight_norm(nn.Linear(2, 2), dim=2), r"dim must set between \[-R, R\)"),
        (
            lambda: nn.utils.spectral_norm(nn.Linear(2, 2), n_power_iterations=0),
            "n_power_iterations to be positive",
        ),
        (lambda: nn.utils.remove_weight_norm(nn.Linear(2, 2)), "weight_norm of 'weight' not found"),
    ],
)
def test_bad_input(make, match):
    with pytest.raises(InvalidArgumentError, match=match):
        make()


def test_a_weight_is_made_once():
    layer = nn.utils.weight_norm(nn.Linear(2, 2))
    with pytest.raises(PreconditionNotMetError, match="Cannot register two weight_norm hooks"):
        nn.utils.weight_norm(layer)


def test_unpooling_outside_is_an_error():
    with pytest.raises((IndexError, ValueError)):
        F.max_unpool1d(paddle.ones([1, 1, 2]), paddle.to_tensor([[[0, 9]]]), 2)
