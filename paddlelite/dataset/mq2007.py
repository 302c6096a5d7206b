"""MQ2007 of LETOR 4.0, queries with judged documents to learn ranking from, as PaddlePaddle 1.x reads it.

It is published as a .rar archive, which Python reads with the package ``rarfile`` and the program ``unrar``. Without
them unpack it by hand, in ``~/.cache/paddle/dataset/MQ2007``: the text files are read from there.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, NoReturn

import numpy as np

from ..errors import InvalidArgumentError, NotFoundError
from . import common
from .files import damaged, reading

__all__ = [
    "Query", "QueryList", "fetch", "gen_list", "gen_pair", "gen_plain_txt", "gen_point", "load_from_text",
    "query_filter", "test", "train",
]  # fmt: skip

URL = "http://www.bigdatalab.ac.cn/benchmark/upload/download_source/7b6dbbe2-842c-11e4-a536-bcaec51b9163_MQ2007.rar"
MD5 = "7be1640ae95c6408dab0ae7207bdc706"

_FEATURES = 46


def fetch() -> str:
    """The path of the archive, fetched if it is not there. Raises as `common.download`."""
    return common.download(URL, "MQ2007", MD5)


class Query:
    """A document judged for a query: how relevant it is (0 to 2), and 46 features."""

    def __init__(
        self,
        query_id: int = -1,
        relevance_score: int = -1,
        feature_vector: list[float] | None = None,
        description: str = "",
    ) -> None:
        self.query_id = query_id
        self.relevance_score = relevance_score
        self.feature_vector = [] if feature_vector is None else feature_vector
        self.description = description

    def __str__(self) -> str:
        return f"{self.relevance_score} {self.query_id} {' '.join(map(str, self.feature_vector))}"


class QueryList:
    """The documents judged for one query. Raises ValueError for a document of another one."""

    def __init__(self, querylist: Iterable[Query] | None = None) -> None:
        self.query_id = -1
        self.querylist: list[Query] = []
        for query in querylist or ():
            self._add_query(query)

    def __iter__(self) -> Iterator[Query]:
        return iter(self.querylist)

    def __len__(self) -> int:
        return len(self.querylist)

    def __getitem__(self, i: int) -> Query:
        return self.querylist[i]

    def _correct_ranking_(self) -> None:
        self.querylist.sort(key=lambda query: query.relevance_score, reverse=True)

    def _add_query(self, query: Query) -> None:
        if self.query_id == -1:
            self.query_id = query.query_id
        elif self.query_id != query.query_id:
            raise InvalidArgumentError("query in list must be same query_id")
        self.querylist.append(query)


def _ranked(querylist: Any) -> QueryList:
    """The most relevant first."""
    found = querylist if isinstance(querylist, QueryList) else QueryList(querylist)
    found._correct_ranking_()
    return found


def gen_plain_txt(querylist: Any) -> Iterator[tuple[int, int, np.ndarray]]:
    """The query's number, the relevance and the features of each document."""
    for query in (ranked := _ranked(querylist)):
        yield ranked.query_id, query.relevance_score, np.array(query.feature_vector)


def gen_point(querylist: Any) -> Iterator[tuple[int, np.ndarray]]:
    """The relevance and the features of each document."""
    for query in _ranked(querylist):
        yield query.relevance_score, np.array(query.feature_vector)


def gen_pair(
    querylist: Any, partial_order: str = "full"
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """``[1]``, and the features of two documents of which the first is more relevant: every such pair."""
    ranked = _ranked(querylist)
    for i, left in enumerate(ranked):
        for right in ranked.querylist[i + 1 :]:
            if left.relevance_score != right.relevance_score:
                yield np.array([1]), np.array(left.feature_vector), np.array(right.feature_vector)


def gen_list(querylist: Any) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The relevances [n, 1] and the features [n, 46] of all documents at once."""
    ranked = _ranked(querylist)
    yield np.array([[q.relevance_score] for q in ranked]), np.array([q.feature_vector for q in ranked])


def query_filter(querylists: Iterable[QueryList]) -> list[QueryList]:
    """Those with a relevant document."""
    return [each for each in querylists if sum(query.relevance_score for query in each) != 0]


def load_from_text(filepath: str, shuffle: bool = False, fill_missing: int = -1) -> list[QueryList]:
    """The queries of a text file of the archive, ``MQ2007/MQ2007/Fold1/train.txt`` for one.

    ``shuffle`` and ``fill_missing`` change nothing, as in PaddlePaddle. Raises as `common.download`, NotFoundError
    where the archive can not be unpacked, InvalidArgumentError for a damaged file.
    """
    found: list[QueryList] = []
    for path, number, line in _lines(filepath):
        query = _parsed(path, number, line)
        if not found or found[-1].query_id != query.query_id:
            found.append(QueryList())
        found[-1]._add_query(query)
    return found


def _parsed(path: str, number: int, line: str) -> Query:
    """``0 qid:10 1:0.000272 2:0.000000 ... # the document``"""
    content, _, description = line.partition("#")
    parts = content.split()
    try:
        relevance, query_id = int(parts[0]), int(parts[1].removeprefix("qid:"))
        features = [float(part.partition(":")[2]) for part in parts[2:]]
    except (IndexError, ValueError):
        features = []
    if len(features) != _FEATURES:
        raise damaged(
            path, f"line {number} is not a relevance, a qid and {_FEATURES} features: {line.strip()[:60]!r}"
        )
    return Query(query_id, relevance, features, description.strip())


def _lines(name: str) -> Iterator[tuple[str, int, str]]:
    """The path to show in errors, and the numbered lines of a file: of the unpacked one, else out of the archive."""
    unpacked = os.path.join(common.DATA_HOME, "MQ2007", *name.split("/"))
    if os.path.isfile(unpacked):
        with reading(unpacked, "text file"), open(unpacked, encoding="latin-1") as file:
            for number, line in enumerate(file, 1):
                yield unpacked, number, line
        return
    path = fetch()
    for number, line in enumerate(_read(path, name).decode("latin-1").splitlines(), 1):
        yield path, number, line


def _read(path: str, name: str) -> bytes:
    def refuse(reason: str, error: Exception) -> NoReturn:
        folder = os.path.dirname(path)
        raise NotFoundError(
            f"{path} is a .rar archive, and {reason}. Unpack it by hand (unrar x {os.path.basename(path)}, in "
            f"{folder}), so that there is {os.path.join(folder, name)}."
        ) from error

    try:
        rarfile = import_module("rarfile")
    except ImportError as error:
        refuse("the package rarfile is not installed (pip install rarfile)", error)
    try:
        with rarfile.RarFile(path) as archive:
            return archive.read(name)  # type: ignore[no-any-return]
    except rarfile.RarCannotExec as error:
        refuse("the program that unpacks it (unrar) is not installed", error)
    except (rarfile.Error, KeyError) as error:
        raise damaged(path, f"it is no whole .rar archive with {name} in it ({error})") from error


def _reader(
    filepath: str, format: str = "pairwise", shuffle: bool = False, fill_missing: int = -1
) -> Iterator[Any]:
    """The samples of a file. ``format``: ``"pairwise"`` (`gen_pair`), ``"listwise"`` (`gen_list`), ``"pointwise"``
    (the most relevant document of each query) or ``"plain_txt"`` (that, with the query's number).

    Raises as `load_from_text`, and InvalidArgumentError for another format.
    """
    makers = {"plain_txt": gen_plain_txt, "pointwise": gen_point, "pairwise": gen_pair, "listwise": gen_list}
    if format not in makers:
        raise InvalidArgumentError(f"format should be one of {sorted(makers)}, but is {format!r}")
    for querylist in query_filter(load_from_text(filepath, shuffle, fill_missing)):
        samples: Iterator[Any] = makers[format](querylist)
        if format in ("plain_txt", "pointwise"):
            yield next(samples)
        else:
            yield from samples


train = functools.partial(_reader, filepath="MQ2007/MQ2007/Fold1/train.txt")
test = functools.partial(_reader, filepath="MQ2007/MQ2007/Fold1/test.txt")
