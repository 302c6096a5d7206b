"""French and English sentences of WMT 2014, as PaddlePaddle 1.x reads them: numbers of words.

A sample is ``(source, target, target one word further)``. The newer form is `paddle.text.datasets.WMT14`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from .common import download
from .files import damaged, members

__all__ = ["fetch", "gen", "get_dict", "test", "train"]

URL_TRAIN = "http://paddlemodels.bj.bcebos.com/wmt/wmt14.tgz"
MD5_TRAIN = "0791583d57d5beb693b9414c5b36798c"
URL_MODEL = "http://paddlemodels.bj.bcebos.com/wmt%2Fwmt14.tgz"
MD5_MODEL = "0cb4a5366189b6acba876491c8724fa3"

START = "<s>"
END = "<e>"
UNK = "<unk>"
UNK_IDX = 2

Words = dict[str, int]
Sample = tuple[list[int], list[int], list[int]]
Reader = Callable[[], Iterator[Sample]]

_LONGEST = 80


def dictionaries(path: str, size: int) -> tuple[Words, Words]:
    """The numbers of the first ``size`` words of both languages."""
    found: dict[str, Words] = {}
    for name, file in members(path, lambda each: each.endswith(("src.dict", "trg.dict"))):
        language = name[-len("src.dict") : -len(".dict")]
        if language in found:
            raise damaged(path, f"it holds more than one {language}.dict")
        found[language] = {word: number for number, word in enumerate(islice(file.texts(), size))}
    for language in ("src", "trg"):
        if language not in found:
            raise damaged(path, f"it holds no {language}.dict")
    return found["src"], found["trg"]


def pairs(path: str, part: str, source: Words, target: Words) -> Iterator[Sample]:
    """The samples of ``train``, ``test`` or ``gen``; sentences of more than 80 words are left out."""
    for mark in (START, END):
        if mark not in target:
            raise damaged(path, f"its trg.dict has no {mark} among its first {len(target)} words")
    found = False
    for _, file in members(path, lambda each: each.endswith(f"{part}/{part}")):
        found = True
        for line in file.texts():
            texts = line.split("\t")
            if len(texts) != 2:
                continue
            ours = [source.get(word, UNK_IDX) for word in (START, *texts[0].split(), END)]
            theirs = [target.get(word, UNK_IDX) for word in texts[1].split()]
            if len(ours) <= _LONGEST and len(theirs) <= _LONGEST:
                yield ours, [target[START], *theirs], [*theirs, target[END]]
    if not found:
        raise damaged(path, f"it holds no file {part}/{part}")


def _reader(part: str, dict_size: int) -> Reader:
    path = download(URL_TRAIN, "wmt14", MD5_TRAIN)
    return lambda: pairs(path, part, *dictionaries(path, dict_size))


def train(dict_size: int) -> Reader:
    """The reader of the training sentences, with the ``dict_size`` most frequent words of each language.

    Raises as `common.download`; reading a damaged file raises InvalidArgumentError.
    """
    return _reader("train", dict_size)


def test(dict_size: int) -> Reader:
    """The reader of the test sentences; as `train`."""
    return _reader("test", dict_size)


def gen(dict_size: int) -> Reader:
    """The reader of the sentences to be translated; as `train`."""
    return _reader("gen", dict_size)


def get_dict(dict_size: int, reverse: bool = True) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The dictionaries of both languages: word by number, or with ``reverse=False`` number by word."""
    source, target = dictionaries(download(URL_TRAIN, "wmt14", MD5_TRAIN), dict_size)
    if not reverse:
        return source, target
    return {number: word for word, number in source.items()}, {
        number: word for word, number in target.items()
    }


def fetch() -> None:
    """Fetch the sentences and the trained model."""
    download(URL_TRAIN, "wmt14", MD5_TRAIN)
    download(URL_MODEL, "wmt14", MD5_MODEL)
