"""`paddle.dataset.sentiment` and `mq2007` read what PaddlePaddle 1.8.5 does, without NLTK and from unpacked files."""

import hashlib
import json
import sys
import types
import zipfile
from pathlib import Path

import pytest

from paddlelite import dataset
from paddlelite.dataset import common, mq2007, sentiment
from paddlelite.errors import InvalidArgumentError, NotFoundError
from tests.dataset import small

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "oldest_datasets.json").read_text())


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setattr(common, "DATA_HOME", str(tmp_path))
    monkeypatch.setattr(sentiment, "MD5", small.write_oldest(tmp_path))
    monkeypatch.setattr(sentiment, "NUM_TRAINING_INSTANCES", 3)
    return tmp_path


def test_as_paddlepaddle(home):
    found = json.loads(json.dumps(small.oldest_samples(dataset)))
    for name, samples in GOLDEN.items():
        assert found[name] == samples, name


def archive(home, monkeypatch, files):
    path = home / "corpora" / "movie_reviews.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    monkeypatch.setattr(sentiment, "MD5", hashlib.md5(path.read_bytes()).hexdigest())
    return path


def test_damaged_reviews(home, monkeypatch):
    path = home / "corpora" / "movie_reviews.zip"
    path.write_bytes(path.read_bytes()[:-30])
    monkeypatch.setattr(sentiment, "MD5", hashlib.md5(path.read_bytes()).hexdigest())
    with pytest.raises(
        InvalidArgumentError, match=r"movie_reviews\.zip cannot be read.*no whole zip archive"
    ):
        sentiment.train()
    archive(home, monkeypatch, {"movie_reviews/pos/a.txt": "fine"})
    with pytest.raises(InvalidArgumentError, match=r"holds no reviews at movie_reviews/neg"):
        sentiment.get_word_dict()
    archive(home, monkeypatch, {"movie_reviews/pos/a.txt": "Fine", "movie_reviews/neg/a.txt": "dull"})
    with pytest.raises(InvalidArgumentError, match="words in capitals only, such as 'Fine'"):
        sentiment.test()
    archive(home, monkeypatch, {"movie_reviews/pos/a.txt": b"\xe9", "movie_reviews/neg/a.txt": "dull"})
    with pytest.raises(InvalidArgumentError, match="its text cannot be decoded"):
        sentiment.test()


@pytest.mark.parametrize(
    "line", ["0 qid:10 1:0.5 # short", "x qid:10 " + "1:0 " * 46, "0 qid:ten " + "1:0 " * 46, ""]
)
def test_a_damaged_line_is_told(home, line):
    path = home / "MQ2007" / "MQ2007" / "MQ2007" / "Fold1" / "train.txt"
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(
        InvalidArgumentError, match=r"train\.txt cannot be read.*line 9 is not a relevance, a qid and 46"
    ):
        list(mq2007.train())


def test_the_archive(home, monkeypatch):
    """A stand-in for rarfile: neither it nor unrar can be counted on."""
    (home / "MQ2007" / "MQ2007" / "MQ2007" / "Fold1" / "test.txt").unlink()
    rar = home / "MQ2007" / mq2007.URL.rpartition("/")[2]
    rar.write_bytes(b"Rar!")
    monkeypatch.setattr(mq2007, "MD5", hashlib.md5(b"Rar!").hexdigest())
    monkeypatch.setitem(sys.modules, "rarfile", None)
    with pytest.raises(
        NotFoundError, match=r"pip install rarfile\)\. Unpack it by hand \(unrar x .*Fold1/test\.txt"
    ):
        list(mq2007.test())

    error = type("Error", (Exception,), {})
    missing = type("RarCannotExec", (error,), {})
    outcome = []

    class RarFile:
        def __init__(self, path):
            assert path == str(rar)

        def __enter__(self):
            return self

        def __exit__(self, *exc):
            return None

        def read(self, name):
            if isinstance(outcome[0], Exception):
                raise outcome[0]
            return outcome[0]

    monkeypatch.setitem(
        sys.modules, "rarfile", types.SimpleNamespace(RarFile=RarFile, Error=error, RarCannotExec=missing)
    )
    outcome[:] = [small.ranking().encode()]
    assert len(list(mq2007.test())) == 5
    outcome[:] = [missing("no unrar")]
    with pytest.raises(NotFoundError, match=r"\(unrar\) is not installed"):
        list(mq2007.test())
    outcome[:] = [error("truncated")]
    with pytest.raises(InvalidArgumentError, match=r"no whole \.rar archive.*truncated"):
        list(mq2007.test())


def test_bad_arguments(home):
    with pytest.raises(InvalidArgumentError, match="format should be one of"):
        next(mq2007.train(format="pairs"))
    with pytest.raises(ValueError, match="must be same query_id"):
        mq2007.QueryList([mq2007.Query(1), mq2007.Query(2)])
