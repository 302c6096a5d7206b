"""paddle.dataset: the folder in which data sets are kept between runs."""

from . import common

__all__ = ["common"]
