"""Bad input: data sets that fail in a loader."""

import numpy as np
import pytest

from paddlelite import io


class Numbers(io.Dataset):
    """Five samples, made by a function of their number."""

    def __init__(self, make=float):
        self.make = make

    def __len__(self):
        return 5

    def __getitem__(self, i):
        return self.make(i)


class Stream(io.IterableDataset):
    def __iter__(self):
        yield from [1.0, 2.0]


@pytest.mark.parametrize(
    ("data", "options", "kind", "words"),
    [
        (Numbers(), {"batch_size": 0}, AssertionError, "batch_size should be None or a positive"),
        (Numbers(), {"num_workers": -1}, AssertionError, "num_workers"),
        (Numbers(), {"timeout": -1}, AssertionError, "timeout"),
        (
            Numbers(),
            {"batch_sampler": [[0]], "shuffle": True},
            AssertionError,
            "should not be set when batch_sampler",
        ),
        (Stream(), {"shuffle": True}, ValueError, "IterableDataset.*shuffle"),
        (Stream(), {"batch_sampler": [[0]]}, ValueError, "batch_sampler"),
        (Numbers(lambda i: np.ones(i + 1)), {"batch_size": 2}, ValueError, "different shapes.*collate_fn"),
        (Numbers(lambda i: {"a": 1} if i % 2 else {"b": 1}), {"batch_size": 2}, KeyError, "lack the keys.*b"),
        (Numbers(lambda i: (1,) * (1 + i)), {"batch_size": 2}, RuntimeError, "different numbers of fields"),
        (Numbers(lambda i: None), {"batch_size": 2}, TypeError, "NoneType.*collate_fn"),
        (Numbers(lambda i: [][i]), {"batch_size": 2}, IndexError, "list index out of range"),
    ],
)
def test_data_loaders(data, options, kind, words):
    with pytest.raises(kind, match=words):
        list(io.DataLoader(data, **options))
