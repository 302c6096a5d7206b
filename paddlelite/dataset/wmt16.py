"""English and German sentences of WMT 2016, as PaddlePaddle 1.x reads them: numbers of words.

A sample is ``(source, target, target one word further)``. PaddlePaddle keeps the dictionaries it makes in the cache
folder; here they are made of the archive each time, so none can be out of date. The newer form is
`paddle.text.datasets.WMT16`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from ..errors import InvalidArgumentError
from .common import download
from .files import member

__all__ = ["fetch", "get_dict", "test", "train", "validation"]

DATA_URL = "http://paddlemodels.bj.bcebos.com/wmt/wmt16.tar.gz"
DATA_MD5 = "0c38be43600334966403524a40dcd81e"

TOTAL_EN_WORDS = 11250
TOTAL_DE_WORDS = 19220

START_MARK = "<s>"
END_MARK = "<e>"
UNK_MARK = "<unk>"

LANGUAGES = ("en", "de")  # in the order of the columns of the files

Words = dict[str, int]
Sample = tuple[list[int], list[int], list[int]]
Reader = Callable[[], Iterator[Sample]]


def column_of(language: str) -> int:
    if language not in LANGUAGES:
        raise InvalidArgumentError(
            f"An error language type. Only support: en (for English); de (for German), but got {language!r}"
        )
    return LANGUAGES.index(language)


def limited(size: int, language: str) -> int:
    """``size``, at most all words of the language."""
    return min(size, (TOTAL_EN_WORDS, TOTAL_DE_WORDS)[column_of(language)])


def _texts(path: str, part: str) -> Iterator[list[str]]:
    for file in member(path, f"wmt16/{part}"):
        for line in file.texts():
            texts = line.split("\t")
            if len(texts) == 2:
                yield texts


def dictionary(path: str, language: str, size: int) -> Words:
    """The numbers of the marks and the most frequent words of the training text, ``size`` in all."""
    column = column_of(language)
    counts: Counter[str] = Counter()
    for texts in _texts(path, "train"):
        counts.update(texts[column].split())
    words = [START_MARK, END_MARK, UNK_MARK, *(word for word, _ in counts.most_common(max(0, size - 3)))]
    return {word: number for number, word in enumerate(words)}


def pairs(path: str, part: str, source: Words, target: Words, language: str) -> Iterator[Sample]:
    """The samples of ``train``, ``test`` or ``val``, from ``language`` into the other one."""
    column = column_of(language)
    start, end, unknown = source[START_MARK], source[END_MARK], source[UNK_MARK]
    for texts in _texts(path, part):
        ours = [source.get(word, unknown) for word in texts[column].split()]
        theirs = [target.get(word, unknown) for word in texts[1 - column].split()]
        yield [start, *ours, end], [start, *theirs], [*theirs, end]


def _reader(part: str, src_dict_size: int, trg_dict_size: int, src_lang: str) -> Reader:
    other = LANGUAGES[1 - column_of(src_lang)]
    path = download(DATA_URL, "wmt16", DATA_MD5, "wmt16.tar.gz")

    def reader() -> Iterator[Sample]:
        source = dictionary(path, src_lang, limited(src_dict_size, src_lang))
        target = dictionary(path, other, limited(trg_dict_size, other))
        return pairs(path, part, source, target, src_lang)

    return reader


def train(src_dict_size: int, trg_dict_size: int, src_lang: str = "en") -> Reader:
    """The reader of the training sentences, with dictionaries of so many words, three marks among them.

    Raises ValueError for a language that is neither ``en`` nor ``de``, and as `common.download`; reading a damaged file
    raises InvalidArgumentError.
    """
    return _reader("train", src_dict_size, trg_dict_size, src_lang)


def test(src_dict_size: int, trg_dict_size: int, src_lang: str = "en") -> Reader:
    """The reader of the test sentences; as `train`."""
    return _reader("test", src_dict_size, trg_dict_size, src_lang)


def validation(src_dict_size: int, trg_dict_size: int, src_lang: str = "en") -> Reader:
    """The reader of the validation sentences; as `train`."""
    return _reader("val", src_dict_size, trg_dict_size, src_lang)


def get_dict(lang: str, dict_size: int, reverse: bool = False) -> dict[Any, Any]:
    """The numbers of the words of a language, or with ``reverse`` the words by number. Raises as `train`."""
    path = download(DATA_URL, "wmt16", DATA_MD5, "wmt16.tar.gz")
    words = dictionary(path, lang, limited(dict_size, lang))
    return {number: word for word, number in words.items()} if reverse else words


def fetch() -> None:
    """Fetch the archive."""
    download(DATA_URL, "wmt16", DATA_MD5, "wmt16.tar.gz")
