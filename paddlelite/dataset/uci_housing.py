"""Boston house prices, as PaddlePaddle 1.x reads them: ``(thirteen scaled features, [price])``, float64.

The newer form is `paddle.text.datasets.UCIHousing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from .common import download
from .files import damaged, reading

__all__ = ["feature_names", "fetch", "load_data", "predict_reader", "test", "train"]

URL = "http://paddlemodels.bj.bcebos.com/uci_housing/housing.data"
MD5 = "d4accdce7a25600298819f8e28e8d593"
feature_names = [
    "CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT",
]  # fmt: skip

Reader = Callable[[], Iterator[tuple[np.ndarray, np.ndarray]]]


def load_data(filename: str, feature_num: int = 14, ratio: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """The rows to train with and those to test, float64 [n, feature_num]; the last column is the price.

    Every other column is shifted by its mean and divided by its range, of all rows.
    Raises InvalidArgumentError for what is no table of numbers.
    """
    with reading(filename, "table"), open(filename, encoding="ascii") as file:
        words = file.read().split()
    try:
        numbers = np.array(words, np.float64)
    except ValueError as error:
        raise damaged(filename, f"it is no table of numbers ({error})") from error
    if not numbers.size or numbers.size % feature_num:
        raise damaged(
            filename, f"it has {numbers.size} numbers, which are no whole rows of {feature_num} columns"
        )
    data = numbers.reshape(-1, feature_num)
    features = data[:, :-1]
    span = features.max(axis=0) - features.min(axis=0)
    if not span.all():
        raise damaged(filename, f"its column {int(np.flatnonzero(span == 0)[0])} has one value only")
    data[:, :-1] = (features - features.sum(axis=0) / len(data)) / span
    offset = int(len(data) * ratio)
    return data[:offset], data[offset:]


def _reader(rows: np.ndarray) -> Reader:
    return lambda: ((row[:-1], row[-1:]) for row in rows)


def train() -> Reader:
    """The reader of the first four fifths. Raises as `common.download`, and InvalidArgumentError for a damaged file.

    >>> import paddlelite as paddle
    >>> features, price = next(paddle.dataset.uci_housing.train()())  # doctest: +SKIP
    """
    return _reader(load_data(download(URL, "uci_housing", MD5))[0])


def test() -> Reader:
    """The reader of the last fifth; as `train`."""
    return _reader(load_data(download(URL, "uci_housing", MD5))[1])


def predict_reader() -> tuple[np.ndarray]:
    """The features of the first test row, as a tuple of one array."""
    return (load_data(download(URL, "uci_housing", MD5))[1][0][:-1],)


def fetch() -> None:
    """Fetch the file."""
    download(URL, "uci_housing", MD5)
