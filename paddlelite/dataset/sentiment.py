"""2,000 reviews of films, as PaddlePaddle 1.x reads them: ``(numbers of the words, 0 for a bad or 1 for a good one)``.

It is NLTK's ``movie_reviews``, which PaddlePaddle reads with that package; here its archive is read without.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from .common import download
from .files import damaged, reading

__all__ = ["fetch", "get_word_dict", "test", "train"]

URL = "https://corpora.bj.bcebos.com/movie_reviews%2Fmovie_reviews.zip"
MD5 = "155de2b77c6834dd8eea7cbe88e93acb"
NUM_TRAINING_INSTANCES = 1600
NUM_TOTAL_INSTANCES = 2000

_NAME = re.compile(r"movie_reviews/(neg|pos)/[^.][^/]*\.txt$")
_WORD = re.compile(r"\w+|[^\w\s]+")

Sample = tuple[list[int], int]


def fetch() -> str:
    """The path of the archive, fetched if it is not there. Raises as `common.download`."""
    return download(URL, "corpora", MD5, save_name="movie_reviews.zip")


def _reviews() -> list[list[list[str]]]:
    """The words of the bad reviews and of the good ones, in the order of their names."""
    path = fetch()
    kinds: list[list[list[str]]] = [[], []]
    with reading(path, "zip archive"), zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            found = _NAME.match(name)
            if found:
                kinds[found[1] == "pos"].append(_WORD.findall(archive.read(name).decode("ascii")))
    if not all(kinds):
        raise damaged(path, "it holds no reviews at movie_reviews/neg/*.txt and movie_reviews/pos/*.txt")
    return kinds


def _ranked(kinds: list[list[list[str]]]) -> list[tuple[str, int]]:
    counts = Counter(word for reviews in kinds for review in reviews for word in review)
    return [(word, number) for number, (word, _) in enumerate(counts.most_common())]


def get_word_dict() -> list[tuple[str, int]]:
    """The words and their numbers, the most frequent first. Raises as `common.download`, and InvalidArgumentError for a
    damaged file."""
    return _ranked(_reviews())


def _samples() -> list[Sample]:
    """A bad and a good review by turns."""
    kinds = _reviews()
    numbers = dict(_ranked(kinds))
    unknown = [word for word in numbers if word.lower() not in numbers]
    if unknown:
        raise damaged(fetch(), f"it has words in capitals only, such as {unknown[0]!r}")
    turns = chain.from_iterable(map(enumerate, zip(*kinds)))
    return [([numbers[word.lower()] for word in review], label) for label, review in turns]


def train() -> Iterator[Sample]:
    """The first 1,600 reviews. Raises as `get_word_dict`."""
    return iter(_samples()[:NUM_TRAINING_INSTANCES])


def test() -> Iterator[Sample]:
    """The other 400 reviews; as `train`."""
    return iter(_samples()[NUM_TRAINING_INSTANCES:])
