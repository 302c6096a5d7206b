"""Pictures of 102 kinds of flowers, as PaddlePaddle 1.x reads them: ``(pixels float32 [3·224·224], label 0..101)``.

Reading needs SciPy (the labels are MATLAB files) and Pillow. The newer form is `paddle.vision.datasets.Flowers`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import repeat
from os import cpu_count
from typing import Any

import numpy as np

from .common import download
from .files import damaged, members
from .image import load_image_bytes, simple_transform

__all__ = ["fetch", "test", "train", "valid"]

DATA_URL = "http://paddlemodels.bj.bcebos.com/flowers/102flowers.tgz"
LABEL_URL = "http://paddlemodels.bj.bcebos.com/flowers/imagelabels.mat"
SETID_URL = "http://paddlemodels.bj.bcebos.com/flowers/setid.mat"
DATA_MD5 = "52808999861908f626f3c1f4e79d11fa"
LABEL_MD5 = "e0620be6f572b9609742df49c70aed4d"
SETID_MD5 = "a5357ecc9cb78c4bef273ce3793fc85c"
# There are more pictures to test with than to train with: PaddlePaddle has exchanged the two.
TRAIN_FLAG = "tstid"
TEST_FLAG = "trnid"
VALID_FLAG = "valid"

Reader = Callable[[], Iterable[Any]]
Mapper = Callable[[tuple[bytes, int]], Any]


def default_mapper(is_train: bool, sample: tuple[bytes, int]) -> tuple[np.ndarray, int]:
    """A picture's bytes as 3·224·224 numbers, blue first, shifted by the colours' means; flipped and cut at random to
    train with."""
    image = load_image_bytes(sample[0])
    pixels = simple_transform(image, 256, 224, is_train, mean=[103.94, 116.78, 123.68])
    return pixels.flatten().astype("float32"), sample[1]


train_mapper = functools.partial(default_mapper, True)
test_mapper = functools.partial(default_mapper, False)


def table(path: str, name: str) -> np.ndarray:
    """A row of whole numbers of a MATLAB file. Raises ImportError without SciPy."""
    try:
        scipy_io = import_module("scipy.io")
    except ImportError as error:
        raise ImportError("the labels of flowers are read by SciPy: pip install scipy") from error
    try:
        content = scipy_io.loadmat(path)
    except (ValueError, TypeError, NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise damaged(path, f"it is no MATLAB file ({error})") from error
    row = content.get(name)
    if not isinstance(row, np.ndarray) or row.ndim != 2 or not len(row) or row.dtype.kind not in "iu":
        raise damaged(path, f"it has no row of whole numbers called {name!r}")
    return row[0]


def label_of(labels: np.ndarray, path: str, number: int) -> int:
    """The class of picture ``number``, counted from 1."""
    if not 1 <= number <= len(labels):
        raise damaged(path, f"it has labels for {len(labels)} pictures, and none for number {number}")
    return int(labels[number - 1])


def reader_creator(
    data_file: str,
    label_file: str,
    setid_file: str,
    dataset_name: str,
    mapper: Mapper,
    buffered_size: int = 1024,
    use_xmap: bool = True,
    cycle: bool = False,
) -> Reader:
    """A reader of the pictures listed as ``dataset_name``, each through ``mapper``, in threads with ``use_xmap``."""
    from ..reader import map_readers, xmap_readers

    def pictures() -> Iterator[tuple[bytes, int]]:
        labels = table(label_file, "labels")
        wanted = {
            f"jpg/image_{number:05}.jpg": label_of(labels, label_file, int(number)) - 1
            for number in table(setid_file, dataset_name)
        }
        for _ in repeat(None) if cycle else range(1):
            for name, file in members(data_file, wanted.__contains__):
                yield file.read(), wanted[name]

    if use_xmap:
        return xmap_readers(mapper, pictures, min(4, cpu_count() or 1), buffered_size)
    return map_readers(mapper, pictures)


def _reader(flag: str, mapper: Mapper, buffered_size: int, use_xmap: bool, cycle: bool) -> Reader:
    return reader_creator(
        download(DATA_URL, "flowers", DATA_MD5),
        download(LABEL_URL, "flowers", LABEL_MD5),
        download(SETID_URL, "flowers", SETID_MD5),
        flag,
        mapper,
        buffered_size,
        use_xmap,
        cycle,
    )


def train(
    mapper: Mapper = train_mapper, buffered_size: int = 1024, use_xmap: bool = True, cycle: bool = False
) -> Reader:
    """The reader of the 6,149 pictures to train with. Raises as `common.download`; reading raises
    InvalidArgumentError for damaged files."""
    return _reader(TRAIN_FLAG, mapper, buffered_size, use_xmap, cycle)


def test(
    mapper: Mapper = test_mapper, buffered_size: int = 1024, use_xmap: bool = True, cycle: bool = False
) -> Reader:
    """The reader of the 1,020 pictures to test with; as `train`."""
    return _reader(TEST_FLAG, mapper, buffered_size, use_xmap, cycle)


def valid(mapper: Mapper = test_mapper, buffered_size: int = 1024, use_xmap: bool = True) -> Reader:
    """The reader of the 1,020 pictures to validate with; as `train`."""
    return _reader(VALID_FLAG, mapper, buffered_size, use_xmap, False)


def fetch() -> None:
    """Fetch all three files."""
    for url, md5 in ((DATA_URL, DATA_MD5), (LABEL_URL, LABEL_MD5), (SETID_URL, SETID_MD5)):
        download(url, "flowers", md5)
