"""paddle.dataset: data sets as PaddlePaddle 1.x has them, readers over files in the cache folder.

``train()`` gives a reader, and calling that gives the samples:
``for pixels, label in paddle.dataset.mnist.train()():``.
Each module's URLs and MD5s are plain names in it, so that a program can have files of its own.
"""

from . import (
    cifar,
    common,
    conll05,
    flowers,
    image,
    imdb,
    imikolov,
    mnist,
    movielens,
    mq2007,
    sentiment,
    uci_housing,
    voc2012,
    wmt14,
    wmt16,
)

__all__ = [
    "cifar", "common", "conll05", "flowers", "image", "imdb", "imikolov", "mnist", "movielens", "mq2007",
    "sentiment", "uci_housing", "voc2012", "wmt14", "wmt16",
]  # fmt: skip
