"""Sentences of the Penn Treebank, as PaddlePaddle 1.x reads them: n-grams, or sequences, of the numbers of words.

Words are bytes, as in PaddlePaddle on Python 3. The newer form is `paddle.text.datasets.Imikolov`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from ..errors import MismatchError
from .common import download
from .files import member, numbered

__all__ = ["DataType", "build_dict", "fetch", "test", "train"]

URL = "https://dataset.bj.bcebos.com/imikolov%2Fsimple-examples.tgz"
MD5 = "30177ea32e27c525793142b6bf2c8e2d"

Words = dict[bytes | str, int]
Reader = Callable[[], Iterator[tuple[Any, ...]]]


class DataType:
    """What a sample is: ``NGRAM``, a tuple of n numbers; ``SEQ``, a sentence and the one that follows word by word."""

    NGRAM = 1
    SEQ = 2


def file_of(part: str) -> str:
    return f"simple-examples/data/ptb.{part}.txt"


def count_words(path: str, least: int) -> Words:
    """The numbers of the words that come more than ``least`` times in the training and the validation text."""
    counts: Counter[bytes | str] = Counter()
    for part in ("train", "valid"):
        for file in member(path, file_of(part)):
            for line in file:
                counts.update(line.split())
                counts.update(("<s>", "<e>"))
    counts.pop("<unk>", None)
    return numbered(counts, least)


def sentences(path: str, part: str, words: Words, n: int, data_type: int) -> Iterator[tuple[Any, ...]]:
    """The samples of one text of the archive."""
    unknown = words["<unk>"]
    if data_type not in (DataType.NGRAM, DataType.SEQ):
        raise MismatchError("Unknown data type: it should be DataType.NGRAM or DataType.SEQ")
    if data_type == DataType.NGRAM and n < 0:
        raise MismatchError(f"Invalid gram length: n should not be negative, but is {n}")
    for line in (line for file in member(path, file_of(part)) for line in file):
        numbers = [words.get(word, unknown) for word in line.split()]
        if data_type == DataType.NGRAM:
            whole = [words.get("<s>", unknown), *numbers, words.get("<e>", unknown)]
            for end in range(n, len(whole) + 1):
                yield tuple(whole[end - n : end])
        elif n <= 0 or len(numbers) < n:
            yield [words["<s>"], *numbers], [*numbers, words["<e>"]]


def build_dict(min_word_freq: int = 50) -> Words:
    """The numbers of the words that come more than ``min_word_freq`` times. Raises as `common.download`."""
    return count_words(download(URL, "imikolov", MD5), min_word_freq)


def _reader(part: str, word_idx: Words, n: int, data_type: int) -> Reader:
    return lambda: sentences(download(URL, "imikolov", MD5), part, word_idx, n, data_type)


def train(word_idx: Words, n: int, data_type: int = DataType.NGRAM) -> Reader:
    """The reader of the training text.

    ``word_idx`` is `build_dict()`; ``n`` the length of an n-gram, or the greatest length of a sequence (0: any).
    Reading raises as `common.download`, and InvalidArgumentError for a damaged file.
    """
    return _reader("train", word_idx, n, data_type)


def test(word_idx: Words, n: int, data_type: int = DataType.NGRAM) -> Reader:
    """The reader of the validation text; as `train`."""
    return _reader("valid", word_idx, n, data_type)


def fetch() -> None:
    """Fetch the archive."""
    download(URL, "imikolov", MD5)
