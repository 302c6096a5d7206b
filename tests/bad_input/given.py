"""What the tests of bad input share: a network, and what a folder or a traceback holds."""

import traceback

import paddlelite as paddle
from paddlelite import nn
from paddlelite.static import InputSpec

SPEC = [InputSpec([None, 8], "float32", "x")]


def ones(*shape, live=False):
    x = paddle.ones(list(shape))
    x.stop_gradient = not live
    return x


def net():
    return nn.Sequential(nn.Linear(8, 300), nn.Tanh(), nn.Linear(300, 8))


def contents(folder):
    """Every file below the folder, with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def lines_of(error, file):
    """The source lines of `file` that the traceback goes through."""
    return [f.line for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
