"""Data sets from small files in the true formats, and from damaged ones."""

import gzip
import os
import pickle
import struct

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import InvalidArgumentError, NotFoundError
from paddlelite.vision import datasets
from paddlelite.vision.datasets import MNIST, Cifar10, Cifar100, DatasetFolder, FashionMNIST, ImageFolder
from paddlelite.vision.transforms import ToTensor
from tests.dataset.folder import empty_home
from tests.vision.files import batch, md5, write_archive, write_cifar10, write_idx

SCANS = np.random.default_rng(1).integers(0, 256, (5, 28, 28), dtype=np.uint8)


@pytest.fixture
def cifar(tmp_path):
    return str(write_cifar10(tmp_path / "cifar-10-python.tar.gz", train=range(10), test=[4, 2, 9]))


@pytest.fixture
def mnist(tmp_path):
    images = write_idx(tmp_path / "train-images-idx3-ubyte.gz", 2051, SCANS)
    return str(images), str(
        write_idx(tmp_path / "train-labels-idx1-ubyte.gz", 2049, np.array([3, 1, 4, 1, 5]))
    )


@pytest.fixture
def home(tmp_path, monkeypatch):
    return empty_home(monkeypatch, tmp_path / "home")


def test_cifar10(cifar):
    train, test = Cifar10(cifar, backend="cv2"), Cifar10(cifar, mode="test", backend="cv2")
    assert [int(label) for _, label in train] == list(range(10))
    assert [int(label) for _, label in test] == [4, 2, 9]
    image, label = test[1]
    assert (image.shape, image.dtype, label.shape, label.dtype) == ((32, 32, 3), np.float32, (), np.int64)
    rows = batch([4, 2, 9])[b"data"]
    np.testing.assert_array_equal(image, rows[1].reshape(3, 32, 32).transpose(1, 2, 0))


def test_cifar_gives_pillow_images_by_default(cifar):
    pytest.importorskip("PIL.Image")
    image, _ = Cifar10(cifar)[0]
    assert (image.mode, image.size) == ("RGB", (32, 32))
    image, _ = Cifar10(cifar, transform=ToTensor())[0]
    assert (
        isinstance(image, paddle.Tensor)
        and image.dims == (3, 32, 32)
        and 0 <= image.min() <= image.max() <= 1
    )


def test_cifar100_has_fine_labels(tmp_path):
    members = {
        name: {**batch([7, 99], b"fine_labels"), b"coarse_labels": [0, 1]} for name in ("x/train", "x/test")
    }
    data = Cifar100(str(write_archive(tmp_path / "c", members)), backend="cv2")
    assert [int(label) for _, label in data] == [7, 99]


def test_python_2_batches_have_text_keys(tmp_path):
    members = {"data_batch_1": {key.decode(): value for key, value in batch([1, 2]).items()}}
    assert len(Cifar10(str(write_archive(tmp_path / "c", members)))) == 2


def test_the_cache_folder_is_paddles(home, monkeypatch):
    os.makedirs(home / "cifar")
    path = write_cifar10(home / "cifar" / "cifar-10-python.tar.gz", train=range(6), test=[1])
    with pytest.raises(InvalidArgumentError, match=rf"MD5 of .*is {md5(path)}, but should be c58f30108f"):
        Cifar10()
    monkeypatch.setattr(datasets.cifar, "CIFAR10_MD5", md5(path))
    assert (len(Cifar10()), len(Cifar10(mode="test"))) == (6, 1)


def test_the_cache_folder_of_mnist(home, mnist, monkeypatch):
    os.makedirs(home / "fashion-mnist")
    for path, name in zip(mnist, ("TRAIN_IMAGE_MD5", "TRAIN_LABEL_MD5")):
        os.rename(path, home / "fashion-mnist" / os.path.basename(path))
        monkeypatch.setattr(FashionMNIST, name, md5(home / "fashion-mnist" / os.path.basename(path)))
    assert len(FashionMNIST()) == 5
    with pytest.raises(NotFoundError, match=r"home/mnist/train-images-idx3-ubyte.gz.*put it there"):
        MNIST()


def test_mnist(mnist):
    data = MNIST(*mnist, backend="cv2")
    image, label = data[4]
    assert (image.shape, image.dtype, label.shape, label.dtype) == ((28, 28), np.float32, (1,), np.int64)
    np.testing.assert_array_equal(image, SCANS[4])
    assert [int(label[0]) for _, label in data] == [3, 1, 4, 1, 5]


def test_mnist_in_a_loader(mnist):
    pytest.importorskip("PIL.Image")
    loader = paddle.io.DataLoader(MNIST(*mnist, transform=ToTensor()), batch_size=3)
    images, labels = next(iter(loader))
    assert images.dims == (3, 1, 28, 28) and labels.numpy().tolist() == [[3], [1], [4]]
    np.testing.assert_array_equal(images.numpy()[:, 0], SCANS[:3].astype(np.float32) / np.float32(255))


@pytest.mark.parametrize("kind", [Cifar10, Cifar100, MNIST, FashionMNIST])
def test_missing_files(home, kind, tmp_path):
    with pytest.raises(NotFoundError, match=r"There is no file .*home.*\.gz.*no network here") as caught:
        kind()
    assert kind.__dict__.get("NAME", "cifar") in str(caught.value)
    with pytest.raises(FileNotFoundError, match="is '.*nothing', and there is no such file"):
        kind(str(tmp_path / "nothing"))
    with pytest.raises(AssertionError, match="is not set and downloading automatically is disabled"):
        kind(download=False)
    with pytest.raises(AssertionError, match="mode should be 'train' or 'test', but got valid"):
        kind(mode="valid")
    with pytest.raises(ValueError, match="Expected backend are one of"):
        kind(backend="tensor")
    assert not home.exists()


class Evil:
    def __reduce__(self):
        return os.mkdir, ("executed",)


def _batch_without(path, **changes):
    content = {**batch([1, 2]), **{key.encode(): value for key, value in changes.items()}}
    write_archive(path, {"data_batch_1": content})


DAMAGE = {
    "empty": lambda p: p.write_bytes(b""),
    "no archive": lambda p: p.write_bytes(b"hello" * 500),
    "cut": lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]),
    "a bit": lambda p: p.write_bytes(p.read_bytes()[:3000] + b"\0\xff\0\xff" + p.read_bytes()[3004:]),
    "another data set": lambda p: write_archive(p, {"readme": b"hello"}),
    "no pickle": lambda p: write_archive(p, {"data_batch_1": b"hello"}),
    "malicious": lambda p: write_archive(p, {"data_batch_1": Evil()}),
    "a list": lambda p: write_archive(p, {"data_batch_1": [1, 2]}),
    "floats": lambda p: _batch_without(p, data=np.zeros((2, 3072))),
    "small images": lambda p: _batch_without(p, data=np.zeros((2, 100), np.uint8)),
    "few labels": lambda p: _batch_without(p, labels=[1]),
    "text labels": lambda p: _batch_without(p, labels=["a", "b"]),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_archives(cifar, damage, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    DAMAGE[damage](tmp_path / "cifar-10-python.tar.gz")
    with pytest.raises(
        InvalidArgumentError, match=r"cifar-10-python.tar.gz cannot be read as this data set: "
    ):
        Cifar10(cifar)
    assert not (tmp_path / "executed").exists()


def _gz(content):
    return gzip.compress(content)


IDX_DAMAGE = {
    "empty": (b"", "header"),
    "no gzip": (b"hello" * 50, "no whole .gz"),
    "header": (_gz(struct.pack(">II", 2051, 5)), "within its header"),
    "labels": (
        _gz(struct.pack(">IIII", 2049, 5, 28, 28) + SCANS.tobytes()),
        "does not begin as a file of images",
    ),
    "sizes": (_gz(struct.pack(">IIII", 2051, 5, 14, 56) + SCANS.tobytes()), "images of 28×28"),
    "short": (_gz(struct.pack(">IIII", 2051, 6, 28, 28) + SCANS.tobytes()), "3920 of the 4704 bytes"),
    "long": (_gz(struct.pack(">IIII", 2051, 4, 28, 28) + SCANS.tobytes()), "more than the 3136 bytes"),
    "a claim": (_gz(struct.pack(">IIII", 2051, 2**32 - 1, 28, 28)), "0 of the"),
    "cut": (_gz(struct.pack(">IIII", 2051, 5, 28, 28) + SCANS.tobytes())[:-500], "no whole .gz"),
    "other count": (
        _gz(struct.pack(">IIII", 2051, 4, 28, 28) + SCANS[:4].tobytes()),
        "5 labels, and .* 4 images",
    ),
}


@pytest.mark.parametrize("damage", IDX_DAMAGE)
def test_damaged_idx_files(mnist, damage):
    content, message = IDX_DAMAGE[damage]
    with open(mnist[0], "wb") as file:
        file.write(content)
    with pytest.raises(InvalidArgumentError, match=f"cannot be read as this data set: .*{message}"):
        MNIST(*mnist)


@pytest.fixture
def folder(tmp_path):
    for name in ("b/deep/2.RAW", "a/2.raw", "a/1.raw", "a/notes.txt"):
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return str(tmp_path / "root")


def read(path):
    with open(path) as file:
        return file.read()


def test_folders(folder):
    data = DatasetFolder(folder, read, extensions=(".raw",), transform=str.upper)
    assert list(data) == [("A/1.RAW", 0), ("A/2.RAW", 0), ("B/DEEP/2.RAW", 1)]
    assert data.class_to_idx == {"a": 0, "b": 1} and data.targets == [0, 0, 1]
    assert list(ImageFolder(folder, read, is_valid_file=lambda path: "notes" in path)) == [["a/notes.txt"]]


def test_folders_of_real_images(tmp_path):
    pillow = pytest.importorskip("PIL.Image")
    os.makedirs(tmp_path / "cat")
    pillow.fromarray(SCANS[0]).save(tmp_path / "cat" / "1.png")
    image, label = DatasetFolder(str(tmp_path))[0]
    assert (image.mode, image.size, label) == ("RGB", (28, 28), 0)
    assert paddle.vision.image_load(str(tmp_path / "cat" / "1.png")).mode == "L"


def test_folders_without_images(folder, tmp_path):
    with pytest.raises(RuntimeError, match="Found 0 directories in subfolders of: .*root"):
        DatasetFolder(folder)
    with pytest.raises(RuntimeError, match="Found 0 files in subfolders of: .*root"):
        ImageFolder(folder)
    with pytest.raises(FileNotFoundError, match="root is '.*nowhere', and there is no such folder"):
        DatasetFolder(str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="both given"):
        ImageFolder(folder, extensions=(".raw",), is_valid_file=bool)


def test_the_backend_is_chosen_once_for_all(cifar, monkeypatch):
    monkeypatch.setattr(paddle.vision.image, "_backend", "pil")
    paddle.vision.set_image_backend("cv2")
    assert paddle.vision.get_image_backend() == "cv2" and isinstance(Cifar10(cifar)[0][0], np.ndarray)
    with pytest.raises(
        ValueError, match=r"Expected backend are one of \['pil', 'cv2', 'tensor'\], but got gif"
    ):
        paddle.vision.set_image_backend("gif")
    with pytest.raises(NotImplementedError, match="to_tensor"):
        paddle.vision.image_load("x.png", backend="tensor")


def test_without_pillow(cifar, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "PIL.Image", None)
    with pytest.raises(ImportError, match="pip install pillow .*backend='cv2' gives NumPy arrays"):
        Cifar10(cifar)[0]
    assert Cifar10(cifar, backend="cv2")[0][0].shape == (32, 32, 3)


def test_a_batch_is_no_bomb(tmp_path):
    """What a pickle claims to hold is refused before it is allocated."""
    claim = pickle.dumps(b"x" * 300, 3).replace(struct.pack("<I", 300), struct.pack("<I", 2**31 - 1))
    path = write_archive(tmp_path / "c", {"data_batch_1": claim})
    with pytest.raises(InvalidArgumentError, match="ends too early"):
        Cifar10(str(path))


def test_a_broken_picture_in_a_folder(tmp_path):
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "cats").mkdir()
    path = tmp_path / "cats" / "1.png"
    image.new("RGB", (60, 60), (1, 2, 3)).save(path)
    path.write_bytes(path.read_bytes()[:-40])
    for data in (DatasetFolder(str(tmp_path)), ImageFolder(str(tmp_path))):
        with pytest.raises(InvalidArgumentError, match=r"1\.png cannot be read as an image"):
            data[0]
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"1\.png"):
        data[0]
