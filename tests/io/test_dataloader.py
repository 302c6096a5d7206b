"""The DataLoader in one process and with workers."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections import namedtuple

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import io

Pair = namedtuple("Pair", "image label")


class Rows(io.Dataset):
    def __init__(self, row, size=5):
        self.row, self.size = row, size

    def __getitem__(self, index):
        return self.row(index)

    def __len__(self):
        return self.size


class Stream(io.IterableDataset):
    def __init__(self, size=5):
        self.size = size

    def __iter__(self):
        for i in range(self.size):
            yield np.full(2, i, "float32"), i


def shown(value):
    """Nested structure with tensors as (dtype, shape)."""
    if isinstance(value, paddle.Tensor):
        return str(value.dtype).removeprefix("paddle."), tuple(value.shape)
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, (list, tuple)) else value


@pytest.fixture(autouse=True)
def no_processes_left():
    yield
    deadline = time.monotonic() + 5
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert multiprocessing.active_children() == []


# recorded from PaddlePaddle 3.3.1, except for numpy's bool, which fails there
STRUCTURES = [
    (lambda i: np.ones([2], "float32"), ("float32", (2, 2))),
    (lambda i: (np.ones(2), i), [("float64", (2, 2)), ("int64", (2,))]),
    (lambda i: float(i), ("float64", (2,))),
    (lambda i: i, ("int64", (2,))),
    (lambda i: ("a", i), [["a", "a"], ("int64", (2,))]),
    (
        lambda i: {"x": np.ones(2), "y": i, "z": [1, (2.0, 3)]},
        {
            "x": ("float64", (2, 2)),
            "y": ("int64", (2,)),
            "z": [("int64", (2,)), [("float64", (2,)), ("int64", (2,))]],
        },
    ),
    (lambda i: paddle.ones([2]), ("float32", (2, 2))),
    (
        lambda i: (np.float32(1), np.int32(2), np.bool_(True)),
        [("float32", (2,)), ("int32", (2,)), ("bool", (2,))],
    ),
]


@pytest.mark.parametrize("workers", [0, 2])
def test_structures_and_dtypes(workers):
    for row, expected in STRUCTURES:
        batches = list(io.DataLoader(Rows(row), batch_size=2, num_workers=workers))
        assert len(batches) == 3 and shown(batches[0]) == expected
        assert all(t.stop_gradient for t in batches[0] if isinstance(t, paddle.Tensor))


@pytest.mark.parametrize("workers", [0, 2])
def test_collate_fn_may_return_anything(workers):
    rows = Rows(lambda i: i)

    def batches(collate):
        return list(io.DataLoader(rows, batch_size=2, collate_fn=collate, num_workers=workers))

    assert batches(lambda samples: samples) == [[0, 1], [2, 3], [4]]
    assert [b.tolist() for b in batches(lambda samples: paddle.to_tensor(samples))] == [[0, 1], [2, 3], [4]]
    pair = batches(lambda samples: Pair(np.array(samples), "x"))[0]
    assert type(pair.image) is paddle.Tensor and pair.label == "x"
    assert shown(batches(lambda samples: {"a": None, "b": {1, 2}, "c": (np.ones(1), 2.5)})[0]) == {
        "a": None,
        "b": {1, 2},
        "c": [("float64", (1,)), 2.5],
    }
    strings = batches(lambda samples: np.array(["a", "b"]))[0]
    assert strings.tolist() == ["a", "b"]


@pytest.mark.parametrize("workers", [0, 3])
def test_order_is_kept_and_the_whole_dataset_comes(workers):
    def row(i):
        time.sleep(0.01 * (i % 3))  # later samples may be ready earlier
        return i

    rows = Rows(row, 20)
    loader = io.DataLoader(rows, batch_size=3, num_workers=workers)
    assert [i for batch in loader for i in batch.tolist()] == list(range(20))
    assert len(loader) == 7


def test_shuffled_orders_are_paddles_under_a_numpy_seed():
    rows = Rows(lambda i: i, 12)

    def orders(workers, **options):
        np.random.seed(1)
        loader = io.DataLoader(rows, batch_size=4, shuffle=True, num_workers=workers, **options)
        return [[i for batch in loader for i in batch.tolist()] for _ in range(2)]

    assert orders(0)[0] == [2, 3, 4, 10, 1, 6, 0, 7, 11, 9, 8, 5]
    assert orders(2)[0] == [3, 7, 6, 2, 10, 4, 1, 11, 0, 5, 9, 8]
    assert orders(2, persistent_workers=True) == [
        [3, 7, 6, 2, 10, 4, 1, 11, 0, 5, 9, 8],
        [7, 0, 10, 1, 6, 9, 8, 3, 11, 2, 5, 4],
    ]
    dropped = io.DataLoader(rows, batch_size=5, shuffle=True, drop_last=True, num_workers=2)
    assert len(dropped) == 2 and len(set(i for batch in dropped for i in batch.tolist())) == 10


@pytest.mark.parametrize("workers", [0, 2])
def test_batch_sampler_and_no_batching(workers):
    rows = Rows(lambda i: (np.full(2, i), i))
    sampler = io.BatchSampler(sampler=[4, 0, 2], batch_size=2)
    loader = io.DataLoader(rows, batch_sampler=sampler, num_workers=workers)
    assert [batch[1].tolist() for batch in loader] == [[4, 0], [2]]
    assert len(loader) == 2 and loader.batch_sampler is sampler
    own = io.DataLoader(rows, batch_sampler=[[1, 2], [3]], num_workers=workers)
    assert [batch[1].tolist() for batch in own] == [[1, 2], [3]]
    single = io.DataLoader(rows, batch_size=None, num_workers=workers)
    assert [(shown(image), label) for image, label in single] == [(("int64", (2,)), i) for i in range(5)]
    assert len(single) == 5
    assert list(io.DataLoader([1, 2, 3], batch_size=None, num_workers=workers)) == [1, 2, 3]


def test_a_loader_is_called_or_iterated_again():
    loader = io.DataLoader(Rows(lambda i: i), batch_size=2, places=[paddle.CPUPlace()], return_list=False)
    assert [b.tolist() for b in loader()] == [b.tolist() for b in loader] == [[0, 1], [2, 3], [4]]


def test_streams():
    assert shown(list(io.DataLoader(Stream(), batch_size=2))) == [
        [("float32", (2, 2)), ("int64", (2,))],
        [("float32", (2, 2)), ("int64", (2,))],
        [("float32", (1, 2)), ("int64", (1,))],
    ]
    assert len(list(io.DataLoader(Stream(), batch_size=2, drop_last=True))) == 2
    assert [label for _, label in io.DataLoader(Stream(3), batch_size=None)] == [0, 1, 2]
    # every worker iterates its own copy, and they take turns, as recorded from PaddlePaddle 3.3.1
    batches = [labels.tolist() for _, labels in io.DataLoader(Stream(), batch_size=2, num_workers=2)]
    assert batches == [[0, 1], [0, 1], [2, 3], [2, 3], [4], [4]]


def test_a_stream_can_be_shared_among_workers():
    class Shared(io.IterableDataset):
        def __iter__(self):
            info = io.get_worker_info()
            return iter(range(info.id, 10 - info.id * 4, info.num_workers))

    batches = [batch.tolist() for batch in io.DataLoader(Shared(), batch_size=2, num_workers=2)]
    assert batches == [[0, 2], [1, 3], [4, 6], [5], [8]]


def test_worker_info_and_worker_init_fn():
    assert io.get_worker_info() is None
    dataset = Rows(
        lambda i: (io.get_worker_info().id, io.get_worker_info().num_workers, int(os.environ["MARK"]))
    )

    def init(worker):
        os.environ["MARK"] = str(worker * 10)
        assert io.get_worker_info().dataset is dataset

    batches = list(io.DataLoader(dataset, num_workers=2, worker_init_fn=init))
    assert [[int(field) for field in batch] for batch in batches] == [
        [i % 2, 2, i % 2 * 10] for i in range(5)
    ]
    assert io.get_worker_info() is None and "MARK" not in os.environ


def test_workers_draw_different_random_numbers_and_repeat_them_under_one_seed():
    rows = Rows(lambda i: (np.random.rand(), random.random(), float(paddle.rand([1]))), 6)

    def draw():
        return [float(field) for batch in io.DataLoader(rows, num_workers=2) for field in batch]

    np.random.seed(5)
    first, second = draw(), draw()
    assert len(set(first + second)) == 36, "no number comes twice"
    np.random.seed(5)
    assert draw() == first


def fails(i):
    if i == 3:
        raise KeyError(f"no sample {i}")
    return i


class Picky(Exception):
    def __init__(self, one, two):
        super().__init__(one)


def test_errors_reach_the_user():
    loader = iter(io.DataLoader(Rows(fails), batch_size=2))
    assert next(loader).tolist() == [0, 1]
    with pytest.raises(KeyError, match="no sample 3"):
        next(loader)

    loader = iter(io.DataLoader(Rows(fails), batch_size=2, num_workers=2))
    assert next(loader).tolist() == [0, 1]
    with pytest.raises(KeyError, match=r"DataLoader worker\(1\)[\s\S]*test_dataloader.py[\s\S]*no sample 3"):
        next(loader)


def test_errors_of_every_kind_come_from_workers():
    def raising(error):
        def row(i):
            raise error

        return io.DataLoader(Rows(row), num_workers=1)

    class Local(ValueError):
        pass

    with pytest.raises(ZeroDivisionError, match="nothing"):
        list(raising(ZeroDivisionError("nothing")))
    with pytest.raises(RuntimeError, match="Picky"):
        list(raising(Picky(1, 2)))
    with pytest.raises(RuntimeError, match="Local: x"):
        list(raising(Local("x")))
    with pytest.raises(TypeError, match="batch data can only contain.*NoneType"):
        list(io.DataLoader(Rows(lambda i: None), num_workers=1))
    with pytest.raises((AttributeError, RuntimeError, TypeError), match="pickle"):
        list(io.DataLoader(Rows(lambda i: i), collate_fn=lambda samples: lambda: 1, num_workers=1))

    def init(worker):
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        list(io.DataLoader(Rows(lambda i: i), num_workers=2, worker_init_fn=init))


def test_a_worker_that_dies():
    def die(i):
        if i == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return i

    with pytest.raises(
        RuntimeError, match=r"worker\(0\) \(pid \d+\) exited unexpectedly, killed by signal 9"
    ):
        list(io.DataLoader(Rows(die), num_workers=2))
    with pytest.raises(RuntimeError, match="exit code 3"):
        list(io.DataLoader(Rows(lambda i: os._exit(3)), num_workers=1))


def test_timeout():
    start = time.monotonic()
    with pytest.raises(RuntimeError, match=r"timed out.*worker\(0\).*0.2 seconds"):
        list(io.DataLoader(Rows(lambda i: time.sleep(60)), num_workers=2, timeout=0.2))
    assert time.monotonic() - start < 5
    assert len(list(io.DataLoader(Rows(lambda i: i), num_workers=2, timeout=30))) == 5


def test_leaving_early_leaves_no_process():
    start = time.monotonic()
    for batch in io.DataLoader(Rows(lambda i: np.zeros(300_000), 50), batch_size=2, num_workers=2):
        break  # while the workers are blocked on full pipes
    for batch in io.DataLoader(Stream(10**9), batch_size=2, num_workers=2):
        break
    iterator = iter(
        io.DataLoader(
            Rows(lambda i: time.sleep(0.01 if i < 2 else 60), 5), None, num_workers=2, batch_size=None
        )
    )
    next(iterator)
    del iterator
    assert time.monotonic() - start < 8
    assert multiprocessing.active_children() == []


def test_persistent_workers():
    loader = io.DataLoader(
        Rows(lambda i: (i, os.getpid()), 6), batch_size=2, num_workers=2, persistent_workers=True
    )

    def pids():
        batches = list(loader)
        assert [i for b in batches for i in b[0].tolist()] == list(range(6))
        return {int(p) for b in batches for p in b[1].tolist()}

    first = pids()
    for batch in loader:
        break  # the next iteration must not see what is left of this one
    assert pids() == first and len(first) == 2
    old = iter(loader)
    next(old)
    assert pids() == first
    with pytest.raises(RuntimeError, match="another iteration"):
        next(old)
    os.kill(min(first), signal.SIGKILL)
    with pytest.raises(RuntimeError, match="exited unexpectedly"):
        pids()
    assert pids() != first, "a new pool after a failure"

    streams = io.DataLoader(Stream(4), batch_size=2, num_workers=2, persistent_workers=True)
    for _ in range(2):
        assert [labels.tolist() for _, labels in streams] == [[0, 1], [0, 1], [2, 3], [2, 3]]
    for _ in streams:
        break
    assert [labels.tolist() for _, labels in streams] == [[0, 1], [0, 1], [2, 3], [2, 3]]


def test_large_batches_and_large_index_lists_pass_the_pipes():
    rows = Rows(lambda i: np.full(50_000, i, "float32"), 24)
    sums = [batch.sum().item() for batch in io.DataLoader(rows, batch_size=4, num_workers=2)]
    assert sums == [50_000.0 * sum(range(k, k + 4)) for k in range(0, 24, 4)]
    many = io.DataLoader(Rows(lambda i: i, 200_000), batch_size=50_000, num_workers=2)
    assert [batch.shape for batch in many] == [[50_000]] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_workers_of_a_killed_parent_end(tmp_path):
    script = tmp_path / "train.py"
    script.write_text(
        "import os, sys, time\n"
        "from paddlelite import io\n"
        "class D(io.Dataset):\n"
        "    def __getitem__(self, i): return os.getpid()\n"
        "    def __len__(self): return 100\n"
        "if __name__ == '__main__':\n"
        "    it = iter(io.DataLoader(D(), num_workers=2))\n"
        "    print(next(it).item(), next(it).item(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = os.path.dirname(os.path.dirname(paddle.__file__))
    env = {**os.environ, "PYTHONPATH": root}
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=env)
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert len(set(pids)) == 2 and all(os.path.exists(f"/proc/{pid}") for pid in pids)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while any(_running(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(_running(pid) for pid in pids)


def _running(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("error", "words", "options"),
    [
        (AssertionError, "num_workers", {"num_workers": -1}),
        (AssertionError, "timeout", {"timeout": -1}),
        (AssertionError, "prefetch_factor", {"prefetch_factor": 0}),
        (AssertionError, "worker_init_fn", {"worker_init_fn": 3}),
        (AssertionError, "batch_size", {"batch_size": 0}),
        (AssertionError, "batch_size", {"batch_size": -1}),
        (AssertionError, "batch_size", {"batch_size": 2.5}),
        (AssertionError, "batch_sampler is given", {"batch_sampler": [[1]], "batch_size": 4}),
        (AssertionError, "batch_sampler is given", {"batch_sampler": [[1]], "shuffle": True}),
        (AssertionError, "shuffle", {"batch_size": None, "shuffle": True}),
        (AssertionError, "drop_last", {"batch_size": None, "drop_last": True}),
    ],
)
def test_bad_arguments(error, words, options):
    with pytest.raises(error, match=words):
        io.DataLoader(Rows(lambda i: i), **options)


def test_what_a_stream_can_not_have():
    with pytest.raises(ValueError, match="shuffle"):
        io.DataLoader(Stream(), shuffle=True)
    with pytest.raises(ValueError, match="batch_sampler"):
        io.DataLoader(Stream(), batch_sampler=[[1]])
    with pytest.raises(ValueError, match="length"):
        len(io.DataLoader(Stream()))


def test_samples_that_do_not_fit_together():
    with pytest.raises(ValueError, match="different shapes"):
        io.default_collate_fn([np.ones(1), np.ones(2)])
    with pytest.raises(RuntimeError, match="numbers of fields"):
        io.default_collate_fn([(1, 2), (1,)])
    with pytest.raises(TypeError, match="NoneType"):
        io.default_collate_fn([None, None])
    with pytest.raises(KeyError):
        io.default_collate_fn([{"a": 1}, {"b": 1}])
    assert type(io.default_collate_fn([1.5, 2])) is np.ndarray
    assert type(io.default_collate_fn([paddle.ones([2]), paddle.ones([2])])) is paddle.Tensor
