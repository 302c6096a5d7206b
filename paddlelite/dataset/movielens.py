"""A million ratings of films, as PaddlePaddle 1.x reads them.

A sample is ``[user, gender, age group, job, film, [categories], [words of the title], [rating]]``, the rating from
-3 to 5.
PaddlePaddle numbers categories and words in an order that changes from run to run; here it is that of the file.
The newer form is `paddle.text.datasets.Movielens`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from re import compile as pattern_of
from typing import Any

import numpy as np

from .common import download
from .files import damaged, reading

__all__ = [
    "MovieInfo", "UserInfo", "age_table", "fetch", "get_movie_title_dict", "max_job_id", "max_movie_id",
    "max_user_id", "movie_categories", "movie_info", "test", "train", "user_info",
]  # fmt: skip

age_table = [1, 18, 25, 35, 45, 50, 56]

URL = "https://dataset.bj.bcebos.com/movielens%2Fml-1m.zip"
MD5 = "c4d9eecfca2ab87c1945afe126590906"

_TITLE = pattern_of(r"^(.*)\((\d+)\)$")

Reader = Callable[[], Iterator[list[Any]]]


class MovieInfo:
    """A film: ``index``, ``categories`` and ``title``."""

    def __init__(self, index: Any, categories: list[str], title: str) -> None:
        self.index = int(index)
        self.categories = categories
        self.title = title

    def __repr__(self) -> str:
        return f"<MovieInfo id({self.index}), title({self.title}), categories({self.categories})>"


class UserInfo:
    """A user: ``index``, ``is_male``, ``age`` (the number of a group of `age_table`), ``job_id``."""

    def __init__(self, index: Any, gender: str, age: Any, job_id: Any) -> None:
        self.index = int(index)
        self.is_male = gender == "M"
        self.age = age_table.index(int(age))
        self.job_id = int(job_id)

    def value(self) -> list[int]:
        """``[index, 0 for a man or 1, age group, job]``."""
        return [self.index, 0 if self.is_male else 1, self.age, self.job_id]

    def __repr__(self) -> str:
        gender = "M" if self.is_male else "F"
        return (
            f"<UserInfo id({self.index}), gender({gender}), age({age_table[self.age]}), job({self.job_id})>"
        )


@dataclass(frozen=True)
class Tables:
    """What the archive says of films and users."""

    movies: dict[int, MovieInfo]
    users: dict[int, UserInfo]
    categories: dict[str, int]
    titles: dict[str, int]

    def film(self, number: int) -> list[Any]:
        """``[number, [categories], [words of the title]]``."""
        movie = self.movies[number]
        return [
            movie.index,
            [self.categories[category] for category in movie.categories],
            [self.titles[word.lower()] for word in movie.title.split()],
        ]


def _rows(path: str, name: str, columns: int) -> Iterator[list[str]]:
    """The lines of ``ml-1m/name``, split."""
    with reading(path, "zip archive"), zipfile.ZipFile(path) as package:
        if f"ml-1m/{name}" not in package.namelist():
            raise damaged(path, f"it holds no file ml-1m/{name}")
        with package.open(f"ml-1m/{name}") as file:
            for line in file:
                row = line.decode("latin").strip().split("::")
                if len(row) != columns:
                    raise damaged(path, f"a line of ml-1m/{name} has {len(row)} fields, not {columns}")
                yield row


@lru_cache(maxsize=1)
def tables(path: str) -> Tables:
    """Films and users of an archive. Raises InvalidArgumentError for a damaged one."""
    result = Tables({}, {}, {}, {})
    try:
        for number, title, categories in _rows(path, "movies.dat", 3):
            found = _TITLE.match(title)
            if found is None:
                raise damaged(path, f"a film's title has no year: {title!r}")
            movie = MovieInfo(number, categories.split("|"), found.group(1))
            result.movies[movie.index] = movie
            for category in movie.categories:
                result.categories.setdefault(category, len(result.categories))
            for word in movie.title.split():
                result.titles.setdefault(word.lower(), len(result.titles))
        for number, gender, age, job, _ in _rows(path, "users.dat", 5):
            result.users[int(number)] = UserInfo(number, gender, age, job)
    except ValueError as error:
        raise _clear(path, error) from error
    return result


def _clear(path: str, error: Exception) -> Exception:
    """A number that is none, or an unknown age, film or user, as an error that names the file."""
    return error if path in str(error) else damaged(path, f"one of its lines is wrong ({error})")


def ratings(path: str, is_test: bool, test_ratio: float, rand_seed: int) -> Iterator[list[Any]]:
    """The ratings to train with or to test with: a share drawn by NumPy's generator of ``rand_seed``."""
    known = tables(path)
    draw = np.random.RandomState(rand_seed).random_sample
    try:
        for user, movie, rating, _ in _rows(path, "ratings.dat", 4):
            if (draw() < test_ratio) == is_test:
                yield [*known.users[int(user)].value(), *known.film(int(movie)), [float(rating) * 2 - 5.0]]
    except (KeyError, ValueError) as error:
        raise _clear(path, error) from error


def _tables() -> Tables:
    return tables(download(URL, "movielens", MD5))


def _reader(is_test: bool, rand_seed: int, test_ratio: float) -> Reader:
    return lambda: ratings(download(URL, "movielens", MD5), is_test, test_ratio, rand_seed)


def train(rand_seed: int = 0, test_ratio: float = 0.1) -> Reader:
    """The reader of the ratings to train with. Reading raises as `common.download`, and InvalidArgumentError for a
    damaged file."""
    return _reader(False, rand_seed, test_ratio)


def test(rand_seed: int = 0, test_ratio: float = 0.1) -> Reader:
    """The reader of the ratings to test with; as `train`."""
    return _reader(True, rand_seed, test_ratio)


def get_movie_title_dict() -> dict[str, int]:
    """The numbers of the words of titles."""
    return _tables().titles


def movie_categories() -> dict[str, int]:
    """The numbers of the categories."""
    return _tables().categories


def movie_info() -> dict[int, MovieInfo]:
    """All films by number."""
    return _tables().movies


def user_info() -> dict[int, UserInfo]:
    """All users by number."""
    return _tables().users


def max_movie_id() -> int:
    """The greatest number of a film."""
    return max(_tables().movies)


def max_user_id() -> int:
    """The greatest number of a user."""
    return max(_tables().users)


def max_job_id() -> int:
    """The greatest number of a job."""
    return max(user.job_id for user in _tables().users.values())


def fetch() -> None:
    """Fetch the archive."""
    download(URL, "movielens", MD5)
