"""The readers of `paddle.dataset` and the data sets of `paddle.text` give what PaddlePaddle's give (tests/golden)."""

import json
import os
import pathlib
import pickle
import re
import struct
import tarfile
import warnings
import zipfile

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import dataset
from paddlelite.errors import InvalidArgumentError, NotFoundError
from tests.dataset import small
from tests.dataset.folder import empty_home

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "golden" / "datasets.json").read_text())


@pytest.fixture
def home(tmp_path, monkeypatch):
    return empty_home(monkeypatch, tmp_path / "home")


@pytest.fixture
def files(home, monkeypatch):
    for (module, name), md5 in small.write(home).items():
        monkeypatch.setattr(getattr(dataset, module.replace("conll05st", "conll05")), name, md5)
    dataset.movielens.tables.cache_clear()
    return home


def test_every_reader_agrees_with_paddlepaddle(files):
    found = json.loads(json.dumps(small.all_samples(dataset)))
    assert found.keys() == GOLDEN.keys()
    for name in found:
        assert found[name] == GOLDEN[name], name


def test_drawing_the_ratings_leaves_numpys_generator_alone(files):
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)
    list(dataset.movielens.train()())
    assert np.random.random() == expected


def test_fetch_all_looks_for_every_file(files):
    with pytest.raises(NotFoundError, match="102flowers.tgz"):
        dataset.common.fetch_all()


TEXTS = {
    "UCIHousing": ({}, "uci_housing test", lambda row: row),
    "Imikolov": ({"window_size": 2, "min_word_freq": 1}, None, None),
    "WMT14": ({"dict_size": 30}, "wmt14 test", lambda row: row),
    "WMT16": ({"src_dict_size": 30, "trg_dict_size": 30}, "wmt16 test", lambda row: row),
}


def test_text_datasets(files, monkeypatch):
    T = paddle.text.datasets
    housing = T.UCIHousing(mode="test")
    features, price = housing[0]
    assert features.dtype == price.dtype == np.float32 and (len(housing), features.shape, price.shape) == (
        3,
        (13,),
        (1,),
    )
    assert small.plain(features.astype(np.float64))[3] == pytest.approx(
        GOLDEN["uci_housing test"][0][0][3], 1e-6
    )

    reviews = T.Imdb(cutoff=1)
    assert [[words.tolist(), int(label[0])] for words, label in reviews] == GOLDEN["imdb train"]
    assert reviews.docs[0] == GOLDEN["imdb train"][0][0] and reviews.labels == [0, 0, 1]

    grams = T.Imikolov(window_size=3, min_word_freq=1)
    assert [[int(n) for n in gram] for gram in grams] == GOLDEN["imikolov trigrams"]
    # PaddlePaddle's reader tests with the validation text, its class with the test text.
    assert len(T.Imikolov(data_type="SEQ", mode="test", min_word_freq=1)) == 1

    for mode in ("train", "test", "gen"):
        sentences = T.WMT14(mode=mode, dict_size=5 if mode == "train" else 30)
        assert [[ids.tolist() for ids in row] for row in sentences] == GOLDEN[f"wmt14 {mode}"]
    assert small.plain(sentences.get_dict(reverse=True)) != small.plain(sentences.get_dict())
    sentences = T.WMT16(mode="val", src_dict_size=6, trg_dict_size=6)
    assert [[ids.tolist() for ids in row] for row in sentences] == GOLDEN["wmt16 validation"]
    assert sentences.get_dict("de") == sentences.trg_dict

    roles = T.Conll05st()
    assert [[ids.tolist() for ids in roles[i]] for i in range(len(roles))] == GOLDEN["conll05 test"]
    assert os.path.basename(roles.get_embedding()) == "conll05st%2Femb" and len(roles.get_dict()) == 3

    films = T.Movielens(str(files / "movielens" / "movielens%2Fml-1m.zip"), mode="test")
    assert [[int(user[0]), float(rating[0])] for user, *_, rating in films] == [
        [row[0], row[-1][0]] for row in GOLDEN["movielens test"]
    ]


@pytest.mark.parametrize("kind", paddle.text.datasets.__all__)
def test_bad_arguments_of_text_datasets(home, kind):
    make = getattr(paddle.text, kind)
    sizes = {"WMT14": {"dict_size": 3}, "WMT16": {"src_dict_size": 3, "trg_dict_size": 3}}.get(kind, {})
    with pytest.raises(
        AssertionError, match="data_file is not set and downloading automatically is disabled"
    ):
        make(download=False, **sizes)
    with pytest.raises(FileNotFoundError, match="data_file is 'nothing', and there is no such file"):
        make("nothing", **sizes)
    if kind != "Conll05st":
        with pytest.raises(AssertionError, match="mode should be 'train'.* or '.*', but got else"):
            make(mode="else", **sizes)
    if sizes:
        with pytest.raises(AssertionError, match="dict_size should be set as positive number"):
            make(__file__)


READERS = {
    "mnist": lambda: dataset.mnist.train(),
    "cifar": lambda: dataset.cifar.train10(),
    "uci_housing": lambda: dataset.uci_housing.train(),
    "imdb": lambda: dataset.imdb.train({"<unk>": 0}),
    "imikolov": lambda: dataset.imikolov.train({"<unk>": 0}, 2),
    "movielens": lambda: dataset.movielens.train(),
    "conll05st": lambda: dataset.conll05.test(),
    "wmt14": lambda: dataset.wmt14.train(5),
    "wmt16": lambda: dataset.wmt16.train(5, 5),
}


@pytest.mark.parametrize("module", READERS)
@pytest.mark.parametrize("how", ["cut", "flipped", "noise", "empty"])
def test_damaged_files(files, monkeypatch, module, how):
    """Whatever is wrong with the bytes: one error that names the file."""
    for path in (files / module).iterdir():
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(
            {
                "cut": content[:middle],
                "flipped": content[:middle]
                + bytes(255 - byte for byte in content[middle : middle + 40])
                + content[middle + 40 :],
                "noise": np.random.RandomState(0).bytes(len(content)),
                "empty": b"",
            }[how]
        )
    names = [module.replace("conll05st", "conll05")]
    for name in vars(getattr(dataset, names[0])).copy():
        if "MD5" in name:
            monkeypatch.setattr(getattr(dataset, names[0]), name, None)
    with pytest.raises(InvalidArgumentError, match=re.escape(str(files / module))):
        for _ in READERS[module]()():
            pass


def damaged(path, members):
    small.tar(path, members)
    return str(path)


def test_archives_of_something_else(tmp_path):
    other = damaged(tmp_path / "other.tgz", {"notes.txt": "hello"})
    for module, read in {
        "imdb": lambda: dataset.imdb.count_words(other, dataset.imdb.ALL, 0),
        "imikolov": lambda: dataset.imikolov.count_words(other, 0),
        "conll05": lambda: list(dataset.conll05.sentences(other)),
        "wmt14": lambda: dataset.wmt14.dictionaries(other, 3),
        "wmt16": lambda: dataset.wmt16.dictionary(other, "en", 3),
        "cifar": lambda: list(dataset.cifar.reader_creator(other, "data_batch")()),
        "voc2012": lambda: list(dataset.voc2012.reader_creator(other, "train")()),
    }.items():
        with pytest.raises(
            InvalidArgumentError, match=r"other\.tgz cannot be read as this data set: it holds no "
        ):
            read()


def test_an_archive_with_a_damaged_header_is_not_a_short_one(tmp_path):
    small.tar(tmp_path / "a.tar", {f"wmt16/{part}": "a\tb\n" for part in ("train", "test", "val")}, "w")
    content = bytearray((tmp_path / "a.tar").read_bytes())
    content[1024 + 150] ^= 1  # in the second header's checksum
    (tmp_path / "a.tar").write_bytes(content)
    with pytest.raises(InvalidArgumentError, match="one of its headers is damaged"):
        dataset.wmt16.dictionary(str(tmp_path / "a.tar"), "en", 9)


def test_text_that_is_no_utf8(tmp_path):
    path = damaged(tmp_path / "t.tgz", {"wmt16/train": b"\xff\xfe\tx\n"})
    with pytest.raises(InvalidArgumentError, match=r"t\.tgz .*its text cannot be decoded"):
        dataset.wmt16.dictionary(path, "en", 5)


def test_a_pickle_that_would_run_code(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    path = damaged(tmp_path / "c.tgz", {"data_batch_1": pickle.dumps({b"data": Bomb()}, 2)})
    with pytest.raises(InvalidArgumentError, match="not a batch of images"):
        list(dataset.cifar.reader_creator(path, "data_batch")())
    assert not (tmp_path / "ran").exists()


def test_wrong_lines(tmp_path):
    def movies(**changed):
        path = tmp_path / "m.zip"
        with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
            for name, text in small.MOVIES.items():
                archive.writestr(name, changed.get(name[6:-4], text))
        dataset.movielens.tables.cache_clear()
        return str(path)

    for changed, why in [
        ({"movies": "1::Toy Story (1995)\n"}, "has 2 fields, not 3"),
        ({"movies": "1::Toy Story::Comedy\n"}, "a film's title has no year"),
        ({"users": "1::F::3::10::48067\n"}, "3 is not in list"),
        ({"ratings": "1::99::5::97\n" * 20}, "99"),
        ({"ratings": "1::1::good::97\n" * 20}, "good"),
    ]:
        with pytest.raises(InvalidArgumentError, match=rf"m\.zip cannot be read as this data set: .*{why}"):
            list(dataset.movielens.ratings(movies(**changed), False, 0.1, 0))

    table = tmp_path / "housing.data"
    for text, why in [
        ("1 2 3", "3 numbers, which are no whole rows"),
        ("1 two", "no table"),
        ("1 " * 28, "one value only"),
    ]:
        table.write_text(text)
        with pytest.raises(InvalidArgumentError, match=why):
            dataset.uci_housing.load_data(str(table))

    import gzip

    for words, props, why in [
        ("a\nb\n\n", "-\tA\n\n", "do not belong together"),
        ("a\n\n", "see\tX\n\n", "Unexpected label: X"),
        ("a\nb\n\n", "see\t(V*)\n-\n\n", "different numbers of labels"),
        ("a\n\n", "-\t(V*)\n\n", "fewer verbs"),
    ]:
        release = "conll05st-release/test.wsj"
        path = damaged(
            tmp_path / "conll.tgz",
            {
                f"{release}/words/test.wsj.words.gz": gzip.compress(words.encode()),
                f"{release}/props/test.wsj.props.gz": gzip.compress(props.encode()),
            },
        )
        with pytest.raises(InvalidArgumentError, match=why):
            list(dataset.conll05.sentences(path))


def test_bad_arguments_of_readers(files):
    words = dataset.imikolov.build_dict(1)
    with pytest.raises(AssertionError, match="Invalid gram length"):
        list(dataset.imikolov.train(words, -1)())
    with pytest.raises(AssertionError, match="Unknown data type"):
        list(dataset.imikolov.train(words, 2, 7)())
    with pytest.raises(ValueError, match="An error language type"):
        dataset.wmt16.train(5, 5, "fr")


def jpeg(color, size=(40, 30)):
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def voc(tmp_path):
    import io

    image = pytest.importorskip("PIL.Image")
    classes = io.BytesIO()
    image.fromarray(np.arange(1200, dtype=np.uint8).reshape(30, 40), "L").save(classes, "PNG")
    root = "VOCdevkit/VOC2012"
    members = {f"{root}/ImageSets/Segmentation/{part}.txt": f"{part}_1\n" for part in ("train", "val")}
    members[f"{root}/ImageSets/Segmentation/trainval.txt"] = "train_1\nval_1\n"
    for name in ("train_1", "val_1"):
        members[f"{root}/JPEGImages/{name}.jpg"] = jpeg((200, 10, 10))
        members[f"{root}/SegmentationClass/{name}.png"] = classes.getvalue()
    small.tar(tmp_path / "voc.tar", members, "w")
    return str(tmp_path / "voc.tar")


def test_voc2012(voc):
    samples = list(dataset.voc2012.reader_creator(voc, "trainval")())
    assert [(image.shape, classes.shape, str(classes.dtype)) for image, classes in samples] == [
        ((30, 40, 3), (30, 40), "uint8")
    ] * 2
    data = paddle.vision.datasets.VOC2012(voc, mode="valid", backend="cv2")
    image, classes = data[0]
    assert len(data) == 1 and image.dtype == classes.dtype == np.float32 and classes[0, 7] == 7
    image, _ = paddle.vision.datasets.VOC2012(voc, transform=paddle.vision.transforms.ToTensor())[1]
    assert image.dims == (3, 30, 40)
    loader = paddle.io.DataLoader(
        paddle.vision.datasets.VOC2012(voc, backend="cv2"), batch_size=2, num_workers=2
    )
    assert next(iter(loader))[0].dims == (2, 30, 40, 3)


def matlab(path, **tables):
    pytest.importorskip("scipy.io").savemat(path, {name: np.array([row]) for name, row in tables.items()})
    return str(path)


def test_flowers(tmp_path):
    pytest.importorskip("PIL.Image")
    colours = {1: (255, 0, 0), 2: (0, 255, 0), 3: (0, 0, 255)}
    small.tar(tmp_path / "102flowers.tgz", {f"jpg/image_{n:05}.jpg": jpeg(c) for n, c in colours.items()})
    files = (
        str(tmp_path / "102flowers.tgz"),
        matlab(tmp_path / "imagelabels.mat", labels=[5, 102, 7]),
        matlab(tmp_path / "setid.mat", tstid=[3, 1], trnid=[2], valid=[2]),
    )
    for use_xmap in (False, True):
        read = dataset.flowers.reader_creator(*files, "tstid", lambda s: (len(s[0]), s[1]), 4, use_xmap)
        assert sorted(label for _, label in read()) == [4, 6]
    read = dataset.flowers.reader_creator(*files, "trnid", dataset.flowers.test_mapper)
    ((pixels, label),) = read()
    assert (pixels.shape, pixels.dtype, label) == ((3 * 224 * 224,), np.float32, 101)
    np.testing.assert_allclose(
        pixels.reshape(3, -1).mean(axis=1), [1 - 103.94, 255 - 116.78, 0 - 123.68], atol=2.5
    )

    data = paddle.vision.datasets.Flowers(*files, backend="cv2")
    image, label = data[0]
    assert len(data) == 2 and image.shape == (30, 40, 3) and label.tolist() == [7] and label.dtype == np.int64
    assert sorted(path.name for path in (tmp_path / "102flowers" / "jpg").iterdir()) == [
        "image_00001.jpg",
        "image_00003.jpg",
    ]
    assert paddle.vision.datasets.Flowers(*files, mode="valid")[0][1].tolist() == [102]

    with pytest.raises(InvalidArgumentError, match="no MATLAB file"):
        paddle.vision.datasets.Flowers(files[0], files[0], files[2])
    with pytest.raises(InvalidArgumentError, match="no row of whole numbers called 'labels'"):
        paddle.vision.datasets.Flowers(files[0], files[2], files[2])
    few = matlab(tmp_path / "few.mat", labels=[5])
    with pytest.raises(InvalidArgumentError, match="labels for 1 pictures, and none for number 3"):
        paddle.vision.datasets.Flowers(files[0], few, files[2])[0]
    more = matlab(tmp_path / "more.mat", tstid=[9])
    with pytest.raises(InvalidArgumentError, match=r"it holds no file jpg/image_00009\.jpg"):
        paddle.vision.datasets.Flowers(files[0], files[1], more)


def test_an_archive_cannot_write_outside_its_folder(tmp_path):
    pytest.importorskip("PIL.Image")
    small.tar(tmp_path / "f.tgz", {"../../evil": b"x", "/evil": b"x", "jpg/image_00001.jpg": jpeg((1, 2, 3))})
    labels, parts = matlab(tmp_path / "l.mat", labels=[1]), matlab(tmp_path / "s.mat", tstid=[1])
    paddle.vision.datasets.Flowers(str(tmp_path / "f.tgz"), labels, parts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f", "f.tgz", "l.mat", "s.mat"]
    assert not os.path.exists(tmp_path.parent / "evil")


def test_broken_pictures(tmp_path, voc):
    with tarfile.open(voc) as archive:
        members = {m.name: archive.extractfile(m).read() for m in archive.getmembers()}
    name = "VOCdevkit/VOC2012/JPEGImages/val_1.jpg"
    small.tar(tmp_path / "broken.tar", {**members, name: members[name][:300]}, "w")
    data = paddle.vision.datasets.VOC2012(str(tmp_path / "broken.tar"), mode="valid")
    with pytest.raises(InvalidArgumentError, match=rf"broken\.tar: {name} cannot be read as an image"):
        data[0]
    with pytest.raises(InvalidArgumentError, match="these bytes cannot be read as an image"):
        dataset.image.load_image_bytes(b"GIF89a")


def test_images_of_1x(tmp_path):
    pytest.importorskip("PIL.Image")
    (tmp_path / "a.jpg").write_bytes(jpeg((250, 0, 0), (60, 40)))
    image = dataset.image.load_image(str(tmp_path / "a.jpg"))
    assert image.shape == (40, 60, 3) and image[0, 0, 2] > 240 > 10 > image[0, 0, 0]
    assert dataset.image.load_image(str(tmp_path / "a.jpg"), is_color=False).shape == (40, 60)
    assert dataset.image.resize_short(image, 20).shape == (20, 30, 3)
    assert dataset.image.resize_short(image.transpose(1, 0, 2), 20).shape == (30, 20, 3)
    ramp = np.arange(12).reshape(3, 4)
    assert dataset.image.center_crop(ramp, 2).tolist() == [[1, 2], [5, 6]]
    assert dataset.image.left_right_flip(ramp)[0].tolist() == [3, 2, 1, 0]
    assert dataset.image.random_crop(ramp, 2).shape == (2, 2)
    assert dataset.image.to_chw(image).shape == (3, 40, 60)
    pixels = dataset.image.load_and_transform(str(tmp_path / "a.jpg"), 24, 16, True, mean=[1, 2, 3])
    assert pixels.shape == (3, 16, 16) and pixels.dtype == np.float32
    with pytest.raises(InvalidArgumentError, match="too small for a square of 9"):
        dataset.image.center_crop(ramp, 9)
    with pytest.raises(InvalidArgumentError, match="has 2 axes"):
        dataset.image.to_chw(ramp)


def test_idx_files_that_promise_too_much(tmp_path):
    import gzip

    for header, why in [
        (struct.pack(">IIII", 2051, 2**31, 28, 28), "0 of the"),
        (struct.pack(">IIII", 2051, 1, 28, 27), "does not begin"),
    ]:
        (tmp_path / "i.gz").write_bytes(gzip.compress(header))
        with pytest.raises(InvalidArgumentError, match=why):
            next(dataset.mnist.reader_creator(str(tmp_path / "i.gz"), "labels", 10)())
