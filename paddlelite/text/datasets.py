"""The data sets of `paddle.dataset` in the form of `paddle.io.Dataset`: all samples in memory, arrays of numbers.

Every class takes ``data_file``, the path of the file, or finds or fetches it in Paddle's cache folder (URL and MD5 are
names of the module in `paddle.dataset` that reads it). All raise NotFoundError where a file is not there and cannot be
fetched, and InvalidArgumentError for a wrong MD5, a damaged file, or an argument that is not one of those listed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dataset import conll05, imdb, imikolov, movielens, uci_housing, wmt14, wmt16
from ..dtypes import get_default_dtype
from ..io import Dataset
from ..vision.datasets.files import chosen, locate
from ..vision.image import BadArgument

__all__ = ["Conll05st", "Imdb", "Imikolov", "Movielens", "UCIHousing", "WMT14", "WMT16"]


class _InMemory(Dataset):
    """Samples in ``self.data``, each a tuple of things that become arrays."""

    data: list[Any]

    def __getitem__(self, idx: int) -> tuple[np.ndarray, ...]:
        return tuple(np.array(field) for field in self.data[idx])

    def __len__(self) -> int:
        return len(self.data)


class UCIHousing(Dataset):
    """Boston house prices: thirteen scaled features [13] and the price [1], of the default dtype.

    ``mode``: ``"train"``, the first four fifths of the rows, or ``"test"``, the rest.
    """

    def __init__(self, data_file: str | None = None, mode: str = "train", download: bool = True) -> None:
        self.mode = chosen(mode, ("train", "test"))
        self.data_file = locate(
            "data_file", data_file, "uci_housing", uci_housing.URL, uci_housing.MD5, download
        )
        self.data = uci_housing.load_data(self.data_file)[self.mode == "test"]
        self.dtype = get_default_dtype()

    def __getitem__(self, idx: int) -> tuple[np.ndarray, np.ndarray]:
        row = self.data[idx]
        return row[:-1].astype(self.dtype), row[-1:].astype(self.dtype)

    def __len__(self) -> int:
        return len(self.data)


class Imdb(_InMemory):
    """Reviews of films: the numbers of the words [n] and the label [1], 0 for a good review.

    ``mode``: ``"train"`` or ``"test"``. Words that come at most ``cutoff`` times are ``<unk>``. ``word_idx`` has the
    numbers of the words.
    """

    def __init__(
        self, data_file: str | None = None, mode: str = "train", cutoff: int = 150, download: bool = True
    ) -> None:
        self.mode = chosen(mode, ("train", "test"))
        self.data_file = locate("data_file", data_file, "imdb", imdb.URL, imdb.MD5, download)
        self.word_idx = imdb.count_words(self.data_file, imdb.ALL, cutoff)
        reviews = imdb.reviews(self.data_file, self.mode, self.word_idx)
        self.docs = [words for words, _ in reviews]
        self.labels = [label for _, label in reviews]
        self.data = [(words, [label]) for words, label in reviews]


class Imikolov(_InMemory):
    """Sentences of the Penn Treebank.

    ``data_type``: ``"NGRAM"``, tuples of ``window_size`` numbers; ``"SEQ"``, a sentence and the one that follows word
    by word, of at most ``window_size`` words if that is positive. ``mode``: ``"train"`` or ``"test"``.
    Words that come at most ``min_word_freq`` times are ``<unk>``. ``word_idx`` has the numbers of the words.
    """

    def __init__(
        self,
        data_file: str | None = None,
        data_type: str = "NGRAM",
        window_size: int = -1,
        mode: str = "train",
        min_word_freq: int = 50,
        download: bool = True,
    ) -> None:
        self.data_type = chosen(data_type, ("ngram", "seq"), "data type").upper()
        self.mode = chosen(mode, ("train", "test"))
        self.window_size = window_size
        self.min_word_freq = min_word_freq
        self.data_file = locate("data_file", data_file, "imikolov", imikolov.URL, imikolov.MD5, download)
        self.word_idx = imikolov.count_words(self.data_file, min_word_freq)
        kind = getattr(imikolov.DataType, self.data_type)
        self.data = list(imikolov.sentences(self.data_file, self.mode, self.word_idx, window_size, kind))


class Movielens(_InMemory):
    """Ratings of films: user, gender, age group, job, film, categories, words of the title, rating (-3 to 5).

    ``mode``: ``"train"`` or ``"test"``, the share ``test_ratio`` that NumPy's generator of ``rand_seed`` draws.
    """

    def __init__(
        self,
        data_file: str | None = None,
        mode: str = "train",
        test_ratio: float = 0.1,
        rand_seed: int = 0,
        download: bool = True,
    ) -> None:
        self.mode = chosen(mode, ("train", "test"))
        # In PaddlePaddle, too, this class looks in the folder `sentiment`.
        self.data_file = locate("data_file", data_file, "sentiment", movielens.URL, movielens.MD5, download)
        self.test_ratio = test_ratio
        self.rand_seed = rand_seed
        known = movielens.tables(self.data_file)
        self.movie_info, self.user_info = known.movies, known.users
        self.movie_title_dict, self.categories_dict = known.titles, known.categories
        rows = movielens.ratings(self.data_file, self.mode == "test", test_ratio, rand_seed)
        self.data = [[field if isinstance(field, list) else [field] for field in row] for row in rows]


class Conll05st(Dataset):
    """Semantic roles: nine arrays as long as the sentence, as `paddle.dataset.conll05` describes them.

    ``word_dict_file``, ``verb_dict_file``, ``target_dict_file``, ``emb_file``: the dictionaries and the word vectors.
    """

    def __init__(
        self,
        data_file: str | None = None,
        word_dict_file: str | None = None,
        verb_dict_file: str | None = None,
        target_dict_file: str | None = None,
        emb_file: str | None = None,
        download: bool = True,
    ) -> None:
        def found(argument: str, path: str | None, name: str) -> str:
            url, md5 = getattr(conll05, name + "_URL"), getattr(conll05, name + "_MD5")
            return locate(argument, path, "conll05st", url, md5, download)

        self.data_file = found("data_file", data_file, "DATA")
        self.word_dict_file = found("word_dict_file", word_dict_file, "WORDDICT")
        self.verb_dict_file = found("verb_dict_file", verb_dict_file, "VERBDICT")
        self.target_dict_file = found("target_dict_file", target_dict_file, "TRGDICT")
        self.emb_file = found("emb_file", emb_file, "EMB")
        self.word_dict = conll05.load_dict(self.word_dict_file)
        self.predicate_dict = conll05.load_dict(self.verb_dict_file)
        self.label_dict = conll05.load_label_dict(self.target_dict_file)
        self.data = list(conll05.sentences(self.data_file))

    def __getitem__(self, idx: int) -> tuple[np.ndarray, ...]:
        fields = conll05.sample(self.data_file, self.data[idx], *self.get_dict())
        return tuple(np.array(field) for field in fields)

    def __len__(self) -> int:
        return len(self.data)

    def get_dict(self) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """The numbers of words, verbs and labels."""
        return self.word_dict, self.predicate_dict, self.label_dict

    def get_embedding(self) -> str:
        """The path of the file of word vectors."""
        return self.emb_file


class WMT14(_InMemory):
    """French and English sentences: source, target, target one word further.

    ``mode``: ``"train"``, ``"test"`` or ``"gen"``; ``dict_size``: how many words of each language have a number.
    """

    def __init__(
        self, data_file: str | None = None, mode: str = "train", dict_size: int = -1, download: bool = True
    ) -> None:
        self.mode = chosen(mode, ("train", "test", "gen"))
        self.data_file = locate("data_file", data_file, "wmt14", wmt14.URL_TRAIN, wmt14.MD5_TRAIN, download)
        self.dict_size = _positive("dict_size", dict_size)
        self.src_dict, self.trg_dict = wmt14.dictionaries(self.data_file, dict_size)
        self.data = list(wmt14.pairs(self.data_file, self.mode, self.src_dict, self.trg_dict))

    def get_dict(self, reverse: bool = False) -> tuple[dict[Any, Any], dict[Any, Any]]:
        """The numbers of the words of both languages, or with ``reverse`` the words by number."""
        return _reversed(self.src_dict, reverse), _reversed(self.trg_dict, reverse)


class WMT16(_InMemory):
    """English and German sentences: source, target, target one word further.

    ``mode``: ``"train"``, ``"test"`` or ``"val"``; ``src_dict_size``, ``trg_dict_size``: how many words have a number,
    three marks among them; ``lang``: the source language, ``"en"`` or ``"de"``.
    """

    def __init__(
        self,
        data_file: str | None = None,
        mode: str = "train",
        src_dict_size: int = -1,
        trg_dict_size: int = -1,
        lang: str = "en",
        download: bool = True,
    ) -> None:
        self.mode = chosen(mode, ("train", "test", "val"))
        self.data_file = locate("data_file", data_file, "wmt16", wmt16.DATA_URL, wmt16.DATA_MD5, download)
        self.lang = lang
        other = wmt16.LANGUAGES[1 - wmt16.column_of(lang)]
        self.src_dict_size = wmt16.limited(_positive("src_dict_size", src_dict_size), lang)
        self.trg_dict_size = wmt16.limited(_positive("trg_dict_size", trg_dict_size), other)
        self.src_dict = wmt16.dictionary(self.data_file, lang, self.src_dict_size)
        self.trg_dict = wmt16.dictionary(self.data_file, other, self.trg_dict_size)
        self.data = list(wmt16.pairs(self.data_file, self.mode, self.src_dict, self.trg_dict, lang))

    def get_dict(self, lang: str, reverse: bool = False) -> dict[Any, Any]:
        """The numbers of the words of a language, or with ``reverse`` the words by number."""
        wmt16.column_of(lang)
        return _reversed(self.src_dict if lang == self.lang else self.trg_dict, reverse)


def _positive(name: str, size: int) -> int:
    if size <= 0:
        raise BadArgument(f"{name} should be set as positive number, but is {size}")
    return size


def _reversed(words: dict[Any, Any], reverse: bool) -> dict[Any, Any]:
    return {number: word for word, number in words.items()} if reverse else words
