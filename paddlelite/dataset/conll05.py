"""Semantic roles in sentences of the Wall Street Journal (CoNLL 2005), as PaddlePaddle 1.x reads them.

A sample is nine lists as long as the sentence: the words; the words two and one before the verb, the verb, one and two
after it, each repeated; the predicate, repeated; marks of that context; the labels. The training text is not free, so
there is `test` only. The newer form is `paddle.text.datasets.Conll05st`.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

from .common import download
from .files import damaged, members, reading

__all__ = ["fetch", "get_dict", "get_embedding", "test"]

DATA_URL = "http://paddlemodels.bj.bcebos.com/conll05st/conll05st-tests.tar.gz"
DATA_MD5 = "387719152ae52d60422c016e92a742fc"
WORDDICT_URL = "http://paddlemodels.bj.bcebos.com/conll05st%2FwordDict.txt"
WORDDICT_MD5 = "ea7fb7d4c75cc6254716f0177a506baa"
VERBDICT_URL = "http://paddlemodels.bj.bcebos.com/conll05st%2FverbDict.txt"
VERBDICT_MD5 = "0d2977293bbb6cbefab5b0f97db1e77c"
TRGDICT_URL = "http://paddlemodels.bj.bcebos.com/conll05st%2FtargetDict.txt"
TRGDICT_MD5 = "d8c7f03ceb5fc2e5a0fa7503a4353751"
EMB_URL = "http://paddlemodels.bj.bcebos.com/conll05st%2Femb"
EMB_MD5 = "bf436eb0faa1f6f9103017f8be57cdb7"

UNK_IDX = 0

_WORDS = "conll05st-release/test.wsj/words/test.wsj.words.gz"
_PROPS = "conll05st-release/test.wsj/props/test.wsj.props.gz"

Numbers = dict[str, int]
Sentence = tuple[list[str], str, list[str]]
Sample = tuple[Sequence[int | None], ...]  # a verb or label that is in no dictionary has no number
Reader = Callable[[], Iterator[Sample]]


def load_dict(filename: str) -> Numbers:
    """The number of the line of every word of a text file."""
    with reading(filename, "text"), open(filename, encoding="utf-8") as file:
        return {line.strip(): number for number, line in enumerate(file)}


def load_label_dict(filename: str) -> Numbers:
    """Two numbers, of ``B-`` and ``I-``, for every label of a text file, in its order; ``O`` is the last.

    PaddlePaddle numbers them in an order that changes from run to run.
    """
    with reading(filename, "text"), open(filename, encoding="utf-8") as file:
        tags = dict.fromkeys(line.strip()[2:] for line in file if line.startswith(("B-", "I-")))
    numbers = {name + tag: 2 * i + j for i, tag in enumerate(tags) for j, name in enumerate(("B-", "I-"))}
    numbers["O"] = len(numbers)
    return numbers


def sentences(path: str) -> Iterator[Sentence]:
    """Sentence, predicate and labels, once for every predicate of every sentence of the archive."""
    texts = {}
    for name, file in members(path, (_WORDS, _PROPS).__contains__):
        with reading(path, f"archive: {name} is damaged"), gzip.open(io.BytesIO(file.read())) as content:
            texts[name] = content.read().decode().splitlines()
    for name in (_WORDS, _PROPS):
        if name not in texts:
            raise damaged(path, f"it holds no file {name}")
    words: list[str] = []
    columns: list[list[str]] = []
    for word, props in zip_longest(texts[_WORDS], texts[_PROPS]):
        if word is None or props is None or bool(word.strip()) != bool(props.strip()):
            raise damaged(path, "its words and labels do not belong together")
        if props.strip():
            words.append(word.strip())
            columns.append(props.split())
        elif words:
            yield from _predicates(path, words, columns)
            words, columns = [], []
    if words:
        yield from _predicates(path, words, columns)


def _predicates(path: str, words: list[str], rows: list[list[str]]) -> Iterator[Sentence]:
    if len({len(row) for row in rows}) > 1:
        raise damaged(path, f"the words of a sentence have different numbers of labels: {' '.join(words)}")
    verbs, *labels = zip(*rows)
    predicates = [verb for verb in verbs if verb != "-"]
    if len(predicates) < len(labels):
        raise damaged(path, f"a sentence has fewer verbs than columns of labels: {' '.join(words)}")
    for predicate, column in zip(predicates, labels):
        yield words, predicate, _spread(path, column)


def _spread(path: str, column: tuple[str, ...]) -> list[str]:
    """Brackets as labels of the words in them: ``(A0*``, ``*``, ``*)`` become ``B-A0``, ``I-A0``, ``I-A0``."""
    tag, inside, labels = "O", False, []
    for cell in column:
        if "(" in cell:
            tag, inside = cell[1 : cell.find("*")], ")" not in cell
            labels.append(f"B-{tag}")
        elif cell in ("*", "*)"):
            labels.append(f"I-{tag}" if inside or cell == "*)" else "O")
            inside = inside and cell == "*"
        else:
            raise damaged(path, f"Unexpected label: {cell}")
    return labels


def sample(path: str, sentence: Sentence, words: Numbers, verbs: Numbers, labels: Numbers) -> Sample:
    """The nine lists of numbers of a sentence."""
    text, predicate, tags = sentence
    if "B-V" not in tags:
        raise damaged(path, f"no word is labelled as the verb: {' '.join(text)}")
    at, size = tags.index("B-V"), len(text)
    context, marks = [], [0] * size
    for place in range(at - 2, at + 3):
        inside = 0 <= place < size
        word = text[place] if inside else ("bos" if place < at else "eos")
        context.append([words.get(word, UNK_IDX)] * size)
        if inside:
            marks[place] = 1
    return (
        [words.get(word, UNK_IDX) for word in text],
        *context,
        [verbs.get(predicate)] * size,
        marks,
        [labels.get(tag) for tag in tags],
    )


def get_dict() -> tuple[Numbers, Numbers, Numbers]:
    """The numbers of words, verbs and labels. Raises as `common.download`."""
    return (
        load_dict(download(WORDDICT_URL, "conll05st", WORDDICT_MD5)),
        load_dict(download(VERBDICT_URL, "conll05st", VERBDICT_MD5)),
        load_label_dict(download(TRGDICT_URL, "conll05st", TRGDICT_MD5)),
    )


def get_embedding() -> str:
    """The path of the file of word vectors. Raises as `common.download`."""
    return download(EMB_URL, "conll05st", EMB_MD5)


def test() -> Reader:
    """The reader of the test sentences. Raises as `common.download`; reading a damaged file raises
    InvalidArgumentError."""
    numbers = get_dict()
    path = download(DATA_URL, "conll05st", DATA_MD5)
    return lambda: (sample(path, sentence, *numbers) for sentence in sentences(path))


def fetch() -> None:
    """Fetch all five files."""
    get_dict()
    get_embedding()
    download(DATA_URL, "conll05st", DATA_MD5)
