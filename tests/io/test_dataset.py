"""Datasets and samplers; orders under a NumPy seed were recorded from PaddlePaddle 3.3.1."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import io


class Rows(io.Dataset):
    def __init__(self, size=5, row=lambda index: index):
        self.size, self.row = size, row

    def __getitem__(self, index):
        return self.row(index)

    def __len__(self):
        return self.size


class Stream(io.IterableDataset):
    def __init__(self, size=5):
        self.size = size

    def __iter__(self):
        return iter(range(self.size))


def test_what_a_subclass_must_define():
    class Empty(io.Dataset):
        pass

    with pytest.raises(NotImplementedError, match="__getitem__.*Empty"):
        Empty()[0]
    with pytest.raises(NotImplementedError, match="__len__"):
        len(Empty())
    with pytest.raises(NotImplementedError, match="__iter__"):
        iter(io.IterableDataset())
    with pytest.raises(RuntimeError, match="__getitem__"):
        Stream()[0]
    with pytest.raises(RuntimeError, match="__len__"):
        len(Stream())
    with pytest.raises(NotImplementedError, match="__iter__"):
        list(io.Sampler())


def test_type_arguments_are_accepted():
    class Typed(io.Dataset[int], io.Sampler[int]):
        pass

    assert issubclass(Typed, io.Dataset) and io.ConcatDataset[int] is io.ConcatDataset


def test_tensor_dataset():
    rows = io.TensorDataset([paddle.ones([3, 2]), paddle.to_tensor([1, 2, 3]), np.arange(3)])
    image, label, number = rows[1]
    assert image.shape == [2] and label.shape == [] and label.item() == 2 and number == 1
    assert len(rows) == 3 and len(io.TensorDataset([])) == 0
    with pytest.raises(AssertionError, match=r"\[3, 2\]"):
        io.TensorDataset([paddle.ones([3, 2]), paddle.ones([2])])
    with pytest.raises(AssertionError, match="0-D"):
        io.TensorDataset([paddle.to_tensor(1.0)])
    with pytest.raises(TypeError):
        io.TensorDataset(3)


def test_compose_chain_concat_subset():
    composed = io.ComposeDataset([Rows(row=lambda i: (i,)), Rows(row=lambda i: [i, 2]), Rows()])
    assert composed[1] == (1, 1, 2, 1) and len(composed) == 5
    for bad, words in [([], "empty"), ([Rows(), Rows(3)], "lengths"), ([Stream()], "IterableDataset")]:
        with pytest.raises(AssertionError, match=words):
            io.ComposeDataset(bad)

    assert list(io.ChainDataset([Stream(2), Stream(3)])) == [0, 1, 0, 1, 2]
    for bad, words in [([], "empty"), ([Rows()], "IterableDataset")]:
        with pytest.raises(AssertionError, match=words):
            io.ChainDataset(bad)

    joined = io.ConcatDataset([Rows(), Rows(0), Rows(3, lambda i: i + 10)])
    assert [joined[i] for i in range(8)] == [0, 1, 2, 3, 4, 10, 11, 12]
    assert (joined[-1], joined[-8], len(joined), joined.cumulative_sizes) == (12, 0, 8, [5, 5, 8])
    with pytest.raises(IndexError):
        joined[8]
    with pytest.raises(ValueError, match="exceed"):
        joined[-9]
    for bad, words in [([], "empty"), ([Stream()], "IterableDataset")]:
        with pytest.raises(AssertionError, match=words):
            io.ConcatDataset(bad)

    assert [io.Subset(joined, [7, 1])[i] for i in range(2)] == [12, 1]
    with pytest.raises(IndexError):
        io.Subset(joined, [1])[5]


@pytest.mark.parametrize(
    ("lengths", "sizes"), [([3, 2], [3, 2]), ([5, 0], [5, 0]), ([0.5, 0.5], [3, 2]), ([0.2] * 5, [1] * 5)]
)
def test_random_split_is_a_partition_that_follows_the_seed(lengths, sizes):
    paddle.seed(3)
    parts = io.random_split(Rows(), lengths)
    assert [len(part) for part in parts] == sizes
    assert sorted(i for part in parts for i in part.indices) == [0, 1, 2, 3, 4]
    paddle.seed(3)
    assert [part.indices for part in io.random_split(Rows(), lengths)] == [part.indices for part in parts]


def test_random_split_refuses_lengths_that_do_not_fit():
    for lengths in ([3, 3], [0.5, 0.3], [2]):
        with pytest.raises(ValueError, match="Sum of input lengths"):
            io.random_split(Rows(), lengths)
    with pytest.raises(ValueError, match="Fraction at index 0"):
        io.random_split(Rows(), [1.5, -0.5])


@pytest.mark.parametrize(
    ("order", "make"),
    [
        ([2, 8, 4, 9, 1, 6, 7, 3, 0, 5], lambda: io.RandomSampler(Rows(10))),
        ([2, 8, 4, 9], lambda: io.RandomSampler(Rows(10), num_samples=4)),
        ([5, 0, 3, 3, 7, 9, 3, 5, 2, 4], lambda: io.RandomSampler(Rows(10), replacement=True)),
        ([5, 0, 3, 3], lambda: io.RandomSampler(Rows(10), replacement=True, num_samples=4)),
        ([2, 2, 2, 2, 1], lambda: io.WeightedRandomSampler(np.array([1, 2, 3.0]), 5)),
        ([2, 1], lambda: io.WeightedRandomSampler([1, 2, 3.0], 2, False)),
        ([[2, 0], [1, 3], [4]], lambda: io.BatchSampler(Rows(), shuffle=True, batch_size=2)),
        ([[2, 0], [1, 3]], lambda: io.BatchSampler(Rows(), shuffle=True, batch_size=2, drop_last=True)),
    ],
)
def test_random_orders_are_paddles_under_a_numpy_seed(order, make):
    np.random.seed(0)
    sampler = make()
    assert list(sampler) == order and len(sampler) == len(order)


def test_other_samplers():
    assert list(io.SequenceSampler([5, 6, 7])) == [0, 1, 2]
    assert list(io.RandomSampler(Rows(4), generator=iter([3, 1, 2, 0]))) == [3, 1, 2, 0]
    subset = io.SubsetRandomSampler([4, 5, 6, 7])
    paddle.seed(1)
    order = list(subset)
    assert sorted(order) == [4, 5, 6, 7] and len(subset) == 4
    paddle.seed(1)
    assert list(subset) == order
    assert list(io.BatchSampler(sampler=[3, 2, 1], batch_size=2)) == [[3, 2], [1]]
    assert list(io.BatchSampler([], batch_size=2)) == []


@pytest.mark.parametrize(
    ("replicas", "rank", "size", "options", "batches"),
    [
        (1, 0, 5, {"shuffle": True}, [[2, 0], [1, 3], [4]]),
        (2, 0, 5, {"shuffle": True}, [[0, 2], [0]]),
        (2, 1, 5, {}, [[2, 3], [0]]),
        (2, 1, 11, {"drop_last": True}, [[2, 3], [6, 7], [10, 0]]),
        (2, 0, 11, {"drop_last": True}, [[0, 1], [4, 5], [8, 9]]),
        (2, 0, 11, {"shuffle": True}, [[6, 0], [2, 8], [9, 3]]),
    ],
)
def test_distributed_batches_as_recorded(replicas, rank, size, options, batches):
    sampler = io.DistributedBatchSampler(Rows(size), 2, num_replicas=replicas, rank=rank, **options)
    assert list(sampler) == batches and len(sampler) == len(batches)


def test_distributed_epochs_as_recorded():
    sampler = io.DistributedBatchSampler(Rows(), 2, shuffle=True)
    assert list(sampler) == [[2, 0], [1, 3], [4]]
    assert list(sampler) == [[2, 1], [4, 0], [3]]
    sampler.set_epoch(0)
    assert list(sampler) == [[2, 0], [1, 3], [4]]
    many = [io.DistributedBatchSampler(Rows(3), 4, num_replicas=8, rank=rank) for rank in range(8)]
    assert [list(one) for one in many] == [[[0]], [[1]], [[2]]] * 2 + [[[0]], [[1]]]


@pytest.mark.parametrize(
    ("error", "words", "make"),
    [
        (TypeError, "replacement", lambda: io.RandomSampler(Rows(), replacement=1)),
        (ValueError, "num_samples", lambda: io.RandomSampler(Rows(), num_samples=-1)),
        (ValueError, "14 > data_source: 10", lambda: list(io.RandomSampler(Rows(10), num_samples=14))),
        (ValueError, "indices", lambda: io.SubsetRandomSampler([])),
        (ValueError, "num_samples", lambda: io.WeightedRandomSampler([1, 2], -5)),
        (ValueError, "replacement", lambda: io.WeightedRandomSampler([1, 2], 1, 3)),
        (ValueError, "1-D", lambda: io.WeightedRandomSampler([[1, 2]], 1)),
        (AssertionError, "positive", lambda: io.WeightedRandomSampler([0, 0], 1)),
        (AssertionError, "positive", lambda: io.WeightedRandomSampler([1, -1], 1)),
        (AssertionError, "positive", lambda: io.WeightedRandomSampler([1, np.nan], 1)),
        (AssertionError, "less than num_samples", lambda: io.WeightedRandomSampler([1, 2, 0.0], 3, False)),
        (AssertionError, "either dataset or sampler", lambda: io.BatchSampler()),
        (AssertionError, "both dataset and sampler", lambda: io.BatchSampler(Rows(), sampler=[1])),
        (AssertionError, "IterableDataset", lambda: io.BatchSampler(Stream())),
        (AssertionError, "batch_size", lambda: io.BatchSampler(Rows(), batch_size=0)),
        (AssertionError, "batch_size", lambda: io.BatchSampler(Rows(), batch_size=1.5)),
        (AssertionError, "drop_last", lambda: io.BatchSampler(Rows(), drop_last=3)),
        (AssertionError, "shuffle", lambda: io.BatchSampler(Rows(), shuffle=3)),
        (AssertionError, "shuffle", lambda: io.BatchSampler(sampler=[1], shuffle=True)),
        (AssertionError, "Sampler or Iterable", lambda: io.BatchSampler(sampler=3)),
        (ValueError, "rank", lambda: io.DistributedBatchSampler(Rows(), 2, num_replicas=2, rank=2)),
        (AssertionError, "num_replicas", lambda: io.DistributedBatchSampler(Rows(), 2, num_replicas=0)),
        (AssertionError, "batch_size", lambda: io.DistributedBatchSampler(Rows(), 0)),
    ],
)
def test_bad_arguments(error, words, make):
    with pytest.raises(error, match=words):
        make()
