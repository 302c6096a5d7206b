"""paddle.text: data sets of sentences and tables, and the most likely tags of sequences."""

from . import datasets
from .datasets import WMT14, WMT16, Conll05st, Imdb, Imikolov, Movielens, UCIHousing
from .viterbi import ViterbiDecoder, viterbi_decode

__all__ = [
    "Conll05st", "Imdb", "Imikolov", "Movielens", "UCIHousing", "ViterbiDecoder", "WMT14", "WMT16", "datasets",
    "viterbi_decode",
]  # fmt: skip
