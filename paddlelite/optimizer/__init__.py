"""Optimizers and learning-rate schedulers: `paddle.optimizer`."""

from . import lr
from .adam import Adam, Adamax, AdamW, Lamb
from .adaptive import Adadelta, Adagrad, RMSProp
from .lbfgs import LBFGS
from .optimizer import Optimizer
from .rectified import NAdam, RAdam
from .sgd import ASGD, SGD, Momentum, Rprop

__all__ = [
    "ASGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "LBFGS",
    "Lamb",
    "Momentum",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSProp",
    "Rprop",
    "SGD",
    "lr",
]
