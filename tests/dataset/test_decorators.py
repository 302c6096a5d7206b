"""`paddle.batch` and `paddle.reader`: what comes out, and that an error inside is an error outside, never a hang."""

import os
import random
import signal
import threading
import time

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import reader as R


def count(n):
    return lambda: iter(range(n))


def failing(n):
    def reader():
        yield from range(n)
        raise OSError("the disk is gone")

    return reader


def test_batch():
    assert list(paddle.batch(count(5), 2)()) == [[0, 1], [2, 3], [4]]
    assert list(paddle.batch(count(5), 2, drop_last=True)()) == [[0, 1], [2, 3]]
    assert list(paddle.batch(count(4), 2)()) == [[0, 1], [2, 3]]
    for size in (0, -1):
        with pytest.raises(
            ValueError, match=f"batch_size should be a positive integer value, but got batch_size={size}"
        ):
            paddle.batch(count(5), size)


def test_simple_ones():
    assert list(R.map_readers(lambda x, y: x + y, count(3), count(5))()) == [0, 2, 4]
    assert list(R.chain(count(2), count(3))()) == [0, 1, 0, 1, 2]
    assert list(R.firstn(count(9), 4)()) == [0, 1, 2, 3] and list(R.firstn(count(2), 4)()) == [0, 1]
    assert list(R.compose(lambda: [(1, 2)], lambda: [3], lambda: [(4, 5)])()) == [(1, 2, 3, 4, 5)]
    assert R.decorator.buffered is R.buffered


def test_a_reader_can_be_read_again():
    for made in (
        paddle.batch(count(3), 1),
        R.chain(count(3)),
        R.map_readers(str, count(3)),
        R.firstn(count(3), 2),
    ):
        assert list(made()) == list(made()) != []


def test_cache_reads_once():
    calls = []

    def reader():
        calls.append(1)
        yield from range(3)

    cached = R.cache(reader)
    assert list(cached()) == list(cached()) == [0, 1, 2] and calls == [1]


def test_shuffle_draws_as_paddlepaddle():
    # PaddlePaddle 3.3.1: random.seed(3); list(paddle.reader.shuffle(lambda: iter(range(8)), 5)())
    random.seed(3)
    assert list(R.shuffle(count(8), 5)()) == SHUFFLED
    assert sorted(R.shuffle(count(8), 100)()) == list(range(8))


SHUFFLED = [0, 2, 3, 4, 1, 6, 5, 7]


def test_compose_checks_alignment():
    with pytest.raises(R.ComposeNotAligned, match="outputs of readers are not aligned"):
        list(R.compose(count(3), count(4))())
    assert list(R.compose(count(3), count(4), check_alignment=False)()) == [(0, 0), (1, 1), (2, 2)]
    assert issubclass(R.ComposeNotAligned, ValueError)
    assert list(R.compose(lambda: [None], lambda: [1])()) == [(None, 1)]


@pytest.mark.parametrize(
    "wrap",
    [
        lambda r: R.buffered(r, 2),
        lambda r: R.xmap_readers(lambda x: x, r, 2, 3, order=True),
        lambda r: R.xmap_readers(lambda x: x, r, 3, 4),
        lambda r: R.multiprocess_reader([r]),
    ],
)
def test_errors_come_through(wrap):
    got = []
    with pytest.raises(OSError, match="the disk is gone"):
        for sample in wrap(failing(5))():
            got.append(sample)
    assert set(got) <= set(range(5))


def test_buffered():
    made = R.buffered(count(100), 3)
    assert list(made()) == list(made()) == list(range(100))
    assert list(R.buffered(lambda: [np.zeros(2), None], 9)())[1] is None


def test_a_buffered_reader_that_is_left_stops_reading():
    read = []

    def endless():
        while True:
            read.append(len(read))
            yield read[-1]

    samples = R.buffered(endless, 2)()
    assert [next(samples), next(samples)] == [0, 1]
    samples.close()
    before = threading.active_count()
    time.sleep(0.05)
    seen = len(read)
    time.sleep(0.05)
    assert len(read) == seen and threading.active_count() <= before


def test_xmap():
    assert list(R.xmap_readers(lambda x: x * x, count(50), 4, 8, order=True)()) == [x * x for x in range(50)]
    assert sorted(R.xmap_readers(lambda x: x * x, count(50), 4, 8)()) == [x * x for x in range(50)]

    def bad(x):
        return 1 // (x - 3)

    for order in (True, False):
        with pytest.raises(ZeroDivisionError):
            list(R.xmap_readers(bad, count(50), 2, 4, order)())
    samples = R.xmap_readers(lambda x: x, lambda: iter(int, 1), 2, 4)()
    assert next(samples) == 0
    samples.close()


def test_multiprocess_reader():
    def pairs(start):
        return lambda: ((start + i, np.full(2, start)) for i in range(3))

    for use_pipe in (True, False):
        samples = list(R.multiprocess_reader([pairs(0), pairs(10)], use_pipe)())
        assert sorted(number for number, _ in samples) == [0, 1, 2, 10, 11, 12]
        assert all(isinstance(sample, tuple) and sample[1][0] == sample[0] // 10 * 10 for sample in samples)
    assert len(list(R.multiprocess_reader([count(5), count(1)], queue_size=1)())) == 6
    with pytest.raises(TypeError, match="list or tuple of readers"):
        R.multiprocess_reader(count(3))
    with pytest.raises(ValueError, match="a sample is None"):
        list(R.multiprocess_reader([lambda: [None]])())


def test_a_killed_process():
    def reader():
        yield 1
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(RuntimeError, match="exited unexpectedly, killed by signal 9"):
        list(R.multiprocess_reader([reader])())
