"""Reviews of films, as PaddlePaddle 1.x reads them: ``(numbers of the words, 0 for a good or 1 for a bad review)``.

Words are bytes, as in PaddlePaddle on Python 3. The newer form is `paddle.text.datasets.Imdb`.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Callable, Iterator
from re import Pattern
from re import compile as pattern_of

from .common import download
from .files import damaged, members, numbered

__all__ = ["build_dict", "fetch", "test", "train", "word_dict"]

URL = "https://dataset.bj.bcebos.com/imdb%2FaclImdb_v1.tar.gz"
MD5 = "7c2ac02c03563afcf9b574c7e56c153a"

Words = dict[bytes | str, int]
Reader = Callable[[], Iterator[tuple[list[int], int]]]

ALL = pattern_of(r"aclImdb/((train)|(test))/((pos)|(neg))/.*\.txt$")
CUTOFF = 150
_PUNCTUATION = string.punctuation.encode("latin-1")


def documents(path: str, pattern: Pattern[str]) -> Iterator[tuple[str, list[bytes]]]:
    """Name and words of the files of an archive that match: small letters, without punctuation."""
    for name, file in members(path, pattern.match):
        yield name, file.read().rstrip(b"\n\r").translate(None, _PUNCTUATION).lower().split()


def count_words(path: str, pattern: Pattern[str], cutoff: int) -> Words:
    """The numbers of the words that come more than ``cutoff`` times; the most frequent is 0, ``<unk>`` the last."""
    counts: Counter[bytes | str] = Counter()
    for _, words in documents(path, pattern):
        counts.update(words)
    if not counts:
        raise damaged(path, f"it holds no reviews at {pattern.pattern}")
    return numbered(counts, cutoff)


def reviews(path: str, part: str, words: Words) -> list[tuple[list[int], int]]:
    """The reviews of ``train`` or ``test``, the good ones first."""
    unknown = words["<unk>"]
    kinds: tuple[list[tuple[list[int], int]], ...] = ([], [])
    for name, document in documents(path, pattern_of(rf"aclImdb/{part}/(pos|neg)/.*\.txt$")):
        label = int(name.startswith(f"aclImdb/{part}/neg"))
        kinds[label].append(([words.get(word, unknown) for word in document], label))
    return kinds[0] + kinds[1]


def build_dict(pattern: Pattern[str], cutoff: int) -> Words:
    """The numbers of the words of the files whose name matches, if they come more than ``cutoff`` times."""
    return count_words(download(URL, "imdb", MD5), pattern, cutoff)


def word_dict() -> Words:
    """The numbers of all words that come more than 150 times. Raises as `common.download`."""
    return build_dict(ALL, CUTOFF)


def _reader(part: str, word_idx: Words) -> Reader:
    samples = reviews(download(URL, "imdb", MD5), part, word_idx)
    return lambda: iter(samples)


def train(word_idx: Words) -> Reader:
    """The reader of the 25,000 reviews to train with; ``word_idx`` is `word_dict()`.

    Raises as `common.download`, and InvalidArgumentError for a damaged file.
    """
    return _reader("train", word_idx)


def test(word_idx: Words) -> Reader:
    """The reader of the 25,000 reviews to test with; as `train`."""
    return _reader("test", word_idx)


def fetch() -> None:
    """Fetch the archive."""
    download(URL, "imdb", MD5)
