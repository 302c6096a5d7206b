"""Small data sets in the true formats, the same bytes' worth every time. Needs nothing but NumPy.

`write(folder)` lays them out as in PaddlePaddle's cache folder and says which module's names of MD5s they belong to.
"""

import gzip
import hashlib
import io
import os
import pickle
import struct
import tarfile
import zipfile

import numpy as np

HOUSING = np.round(np.random.RandomState(3).uniform(1, 90, (15, 14)), 3)

REVIEWS = {
    "aclImdb/train/pos/0_9.txt": "A fine, fine film!\n",
    "aclImdb/train/neg/0_1.txt": "A dull film. Dull, DULL\r\n",
    "aclImdb/train/pos/1_8.txt": "fine film: it's a fine one",
    "aclImdb/test/neg/3_2.txt": "the film is dull",
    "aclImdb/test/pos/7_10.txt": "the fine film",
    "aclImdb/README": "dull",
}

PTB = {
    "./simple-examples/data/ptb.train.txt": " the cat <unk> on the mat \n a cat sat \n",
    "./simple-examples/data/ptb.valid.txt": " the dog sat on the mat \n the cat \n",
    "./simple-examples/data/ptb.test.txt": " a cat on the dog \n",
}

MOVIES = {
    "ml-1m/movies.dat": "1::Toy Story (1995)::Animation|Comedy\n7::Caf\xe9 Story (1998)::Drama\n",
    "ml-1m/users.dat": "1::F::1::10::48067\n2::M::56::16::70072\n",
    "ml-1m/ratings.dat": "".join(f"{u}::{m}::{r}::97\n" for u in (1, 2) for m in (1, 7) for r in range(1, 6)),
}

CONLL_WORDS = "The\ncat\nate\nfish\n\nThey\nsaw\nher\n\nYes\n\n"
CONLL_PROPS = "-\t(A0*\n-\t*)\neat\t(V*)\n-\t(A1*)\n\n-\t(A0*)\nsee\t(V*)\n-\t(A1*)\n\n-\n\n"

WMT14 = {
    "wmt14/src.dict": "<s>\n<e>\n<unk>\nle\nchat\nnoir\n",
    "wmt14/trg.dict": "<s>\n<e>\n<unk>\nthe\ncat\nblack\n",
    "wmt14/train/train": "le chat\tthe cat\nun chat noir\ta black cat\nno tab\n" + "le " * 90 + "\tthe\n",
    "wmt14/test/test": "le noir\tthe black\n",
    "wmt14/gen/gen": "chat\tcat\n",
}

WMT16 = {
    "wmt16/train": "the cat sat\tdie Katze sa\xdf\na cat\teine Katze\nbroken line\n",
    "wmt16/test": "the dog\tder Hund\n",
    "wmt16/val": "a cat sat\teine Katze\n",
}


FILMS = {
    "movie_reviews/": "",
    "movie_reviews/README": "none of this",
    "movie_reviews/pos/cv000_1.txt": "a fine , fine film !\nit's fine ...\n",
    "movie_reviews/pos/cv001_2.txt": "the film is fine\n",
    "movie_reviews/neg/cv000_9.txt": "a dull film . dull\n",
    "movie_reviews/neg/cv002_7.txt": "dull_dull : the end !?\n",
}


def ranking():
    """Lines as in MQ2007's files: three queries, the last without a relevant document."""
    draw = np.random.RandomState(11)
    judged = [(0, 10), (2, 10), (1, 10), (1, 12), (1, 12), (0, 12), (0, 17), (0, 17)]
    return "".join(
        f"{relevance} qid:{query} " + " ".join(f"{i}:{x:.6f}" for i, x in enumerate(draw.rand(46), 1))
        + f" #docid = GX{query} inc = 1 prob = 0.1\n"
        for relevance, query in judged
    )  # fmt: skip


def write_oldest(folder):
    """The files of `sentiment` and `mq2007`, the latter unpacked, which only PaddlePaddle 1.x has; the former's MD5."""
    home = os.path.join(str(folder), "corpora")
    text = os.path.join(str(folder), "MQ2007", "MQ2007", "MQ2007", "Fold1")
    os.makedirs(home), os.makedirs(text)
    with zipfile.ZipFile(os.path.join(home, "movie_reviews.zip"), "w") as archive:
        for name, content in FILMS.items():
            archive.writestr(name, content)
    for part, content in (("train", ranking()), ("test", ranking().splitlines()[1] + "\n")):
        with open(os.path.join(text, f"{part}.txt"), "w") as file:
            file.write(content)
    with open(os.path.join(home, "movie_reviews.zip"), "rb") as file:
        return hashlib.md5(file.read()).hexdigest()


def oldest_samples(d):
    """Everything the readers of `sentiment` and `mq2007` give."""
    films, mq2007 = d.sentiment, d.mq2007
    films.NUM_TRAINING_INSTANCES = 3
    found = {
        "sentiment words": films.get_word_dict(),
        "sentiment train": list(films.train()),
        "sentiment test": list(films.test()),
        "mq2007 test": list(mq2007.test(format="listwise")),
        "mq2007 queries": [
            [q.query_id, q.relevance_score, q.description, len(q.feature_vector), str(q)[:30]]
            for each in mq2007.load_from_text("MQ2007/MQ2007/Fold1/train.txt")
            for q in each
        ],
    }
    for format in ("plain_txt", "pointwise", "pairwise", "listwise"):
        found[f"mq2007 {format}"] = list(mq2007.train(format=format))
    return {name: plain(samples) for name, samples in found.items()}


def tar(path, members, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            content = content.encode() if isinstance(content, str) else content
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def idx(path, magic, array):
    with gzip.open(path, "wb") as file:
        file.write(struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.astype(np.uint8).tobytes())


def cifar(path, names, key):
    draw = np.random.RandomState(5)
    batches = {}
    for name in names:
        labels = draw.randint(0, 10, 3).tolist()
        batch = {b"data": draw.randint(0, 256, (3, 3072)).astype(np.uint8), key: labels}
        batches[name] = pickle.dumps(batch, 2)
    tar(path, batches)


def write(folder):
    """{(module, name of the MD5): MD5} of the files written under `folder`."""
    md5s = {}

    def at(module, name, *names):
        directory = os.path.join(str(folder), module)
        os.makedirs(directory, exist_ok=True)
        for each in names:
            md5s[module, each] = os.path.join(directory, name)
        return os.path.join(directory, name)

    draw = np.random.RandomState(7)
    for part, name in (("train", "TRAIN"), ("t10k", "TEST")):
        path = at("mnist", f"{part}-images-idx3-ubyte.gz", f"{name}_IMAGE_MD5")
        idx(path, 2051, draw.randint(0, 256, (100, 28, 28)))
        idx(at("mnist", f"{part}-labels-idx1-ubyte.gz", f"{name}_LABEL_MD5"), 2049, draw.randint(0, 10, 100))
    cifar(
        at("cifar", "cifar-10-python.tar.gz", "CIFAR10_MD5"),
        ["c/data_batch_1", "c/data_batch_2", "c/test_batch"],
        b"labels",
    )
    cifar(at("cifar", "cifar-100-python.tar.gz", "CIFAR100_MD5"), ["c/train", "c/test"], b"fine_labels")
    with open(at("uci_housing", "housing.data", "MD5"), "w") as file:
        for row in HOUSING:
            file.write(" " + "  ".join(map(str, row)) + "\n")
    tar(at("imdb", "imdb%2FaclImdb_v1.tar.gz", "MD5"), REVIEWS)
    tar(at("imikolov", "imikolov%2Fsimple-examples.tgz", "MD5"), PTB)
    with zipfile.ZipFile(at("movielens", "movielens%2Fml-1m.zip", "MD5"), "w") as archive:
        for name, text in MOVIES.items():
            archive.writestr(name, text.encode("latin"))
    release = "conll05st-release/test.wsj"
    tar(
        at("conll05st", "conll05st-tests.tar.gz", "DATA_MD5"),
        {
            f"{release}/words/test.wsj.words.gz": gzip.compress(CONLL_WORDS.encode()),
            f"{release}/props/test.wsj.props.gz": gzip.compress(CONLL_PROPS.encode()),
        },
    )
    texts = {
        ("conll05st%2FwordDict.txt", "WORDDICT_MD5"): "<unk>\nbos\neos\nThe\ncat\nate\nThey\nher\n",
        ("conll05st%2FverbDict.txt", "VERBDICT_MD5"): "see\neat\n",
        ("conll05st%2FtargetDict.txt", "TRGDICT_MD5"): "B-V\nI-V\n",
        ("conll05st%2Femb", "EMB_MD5"): "0.5 0.25\n",
    }
    for (name, md5), text in texts.items():
        with open(at("conll05st", name, md5), "w") as file:
            file.write(text)
    tar(at("wmt14", "wmt14.tgz", "MD5_TRAIN"), WMT14)
    tar(at("wmt16", "wmt16.tar.gz", "DATA_MD5"), WMT16)
    return {key: hashlib.md5(open(path, "rb").read()).hexdigest() for key, path in md5s.items()}


def set_md5s(dataset, md5s):
    """Put the MD5s into the modules of `dataset`, PaddlePaddle's or ours."""
    for (module, name), md5 in md5s.items():
        setattr(getattr(dataset, module.replace("conll05st", "conll05")), name, md5)


def plain(value):
    """Samples as JSON can hold them; arrays of many numbers as their dtype, shape, sum and some of them."""
    if isinstance(value, np.ndarray):
        head = value.ravel()[:5].astype(np.float64).tolist()
        return [str(value.dtype), list(value.shape), float(value.astype(np.float64).sum()), head]
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return sorted(
            ([k.decode() if isinstance(k, bytes) else str(k), type(k).__name__, v] for k, v in value.items()),
            key=str,
        )
    return value if value is None or isinstance(value, (str, float)) else int(value)


def all_samples(d):
    """Everything the readers of `d`, a `paddle.dataset`, give, by name; without what is numbered at random there."""
    from itertools import islice

    words = d.imdb.build_dict(d.imdb.re.compile(".*txt$") if hasattr(d.imdb, "re") else d.imdb.ALL, 1)
    ptb = d.imikolov.build_dict(1)
    found = {
        "mnist train": list(islice(d.mnist.train()(), 12)),
        "mnist test": list(islice(d.mnist.test()(), 3)),
        "cifar train10": list(d.cifar.train10()()),
        "cifar test10": list(d.cifar.test10()()),
        "cifar train10 cycle": list(islice(d.cifar.train10(cycle=True)(), 8)),
        "cifar train100": list(d.cifar.train100()()),
        "cifar test100": list(d.cifar.test100()()),
        "uci_housing train": list(d.uci_housing.train()()),
        "uci_housing test": list(d.uci_housing.test()()),
        "uci_housing predict": d.uci_housing.predict_reader(),
        "imdb words": words,
        "imdb train": list(d.imdb.train(words)()),
        "imdb test": list(d.imdb.test(words)()),
        "imikolov words": ptb,
        "imikolov trigrams": list(d.imikolov.train(ptb, 3)()),
        "imikolov test bigrams": list(d.imikolov.test(ptb, 2)()),
        "imikolov sequences": list(d.imikolov.train(ptb, 0, d.imikolov.DataType.SEQ)()),
        "imikolov short sequences": list(d.imikolov.test(ptb, 5, d.imikolov.DataType.SEQ)()),
        "movielens train": [s[:5] + [len(s[5]), len(s[6]), s[7]] for s in d.movielens.train()()],
        "movielens test": [s[:5] + [len(s[5]), len(s[6]), s[7]] for s in d.movielens.test()()],
        "movielens": [d.movielens.max_movie_id(), d.movielens.max_user_id(), d.movielens.max_job_id()],
        "movielens names": [
            sorted(d.movielens.get_movie_title_dict()),
            sorted(d.movielens.movie_categories()),
        ],
        "movielens infos": [str(d.movielens.movie_info()[7]), str(d.movielens.user_info()[2])],
        "conll05 dictionaries": list(d.conll05.get_dict()),
        "conll05 test": list(d.conll05.test()()),
        "wmt14 train": list(d.wmt14.train(5)()),
        "wmt14 test": list(d.wmt14.test(30)()),
        "wmt14 gen": list(d.wmt14.gen(30)()),
        "wmt14 dictionaries": list(d.wmt14.get_dict(4)) + list(d.wmt14.get_dict(4, reverse=False)),
        "wmt16 train": list(d.wmt16.train(5, 6)()),
        "wmt16 train de": list(d.wmt16.train(6, 5, "de")()),
        "wmt16 test": list(d.wmt16.test(30, 30)()),
        "wmt16 validation": list(d.wmt16.validation(6, 6)()),
    }
    found["wmt16 dictionaries"] = [d.wmt16.get_dict("en", 5), d.wmt16.get_dict("de", 6, reverse=True)]
    return {name: plain(samples) for name, samples in found.items()}
