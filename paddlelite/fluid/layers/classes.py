"""Losses for many classes that look at few of them: ``nce`` draws some, ``hsigmoid`` walks through a tree."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import paddlelite as paddle

from ...errors import InvalidArgumentError
from ...nn import functional as F
from . import forward
from .door import attribute, rows
from .nn import Helper

__all__ = ["TABLE", "Classes", "hsigmoid_cost", "nce_cost"]


class Classes:
    """The distribution that ``nce`` draws classes from. Raises InvalidArgumentError for one that is none.

    "uniform"; "log_uniform", which is Zipf's, and as in PaddlePaddle never draws the last class; "custom_dist" with the
    chance of every class.
    """

    def __init__(self, count: int, sampler: str, custom: Any = None) -> None:
        self.count, self.sampler = int(count), sampler
        if sampler == "uniform":
            self.chances = np.full(self.count, 1.0 / self.count)
        elif sampler == "log_uniform":
            numbers = np.arange(self.count)
            self.chances = np.log((numbers + 2.0) / (numbers + 1.0)) / math.log(self.count)
        elif sampler == "custom_dist":
            self.chances = np.asarray([] if custom is None else custom, np.float64)
            if self.chances.shape != (self.count,) or self.chances.min() < 0 or not self.chances.sum() > 0:
                raise InvalidArgumentError(
                    f"nce: custom_dist must hold the chances of {self.count} classes, but has the shape "
                    f"{list(self.chances.shape)} or negative ones"
                )
        else:
            raise InvalidArgumentError(
                f"Unsupported sampler type: {sampler!r}. It can be uniform, log_uniform or custom_dist."
            )

    def draw(self, like: Any, number: int, seed: int = 0) -> Any:
        """As many classes for every row of ``like``: int64 [rows, number]. A seed gives the same ones at every run."""
        chance = paddle.uniform(forward.like_batch(like, [-1, number], 0, 0), "float32", 0.0, 1.0, seed)
        if self.sampler == "uniform":
            found = paddle.cast(chance * float(self.count), "int64")
        elif self.sampler == "log_uniform":
            found = paddle.cast(paddle.exp(chance * math.log(self.count)) - 1.0, "int64") % max(
                self.count - 1, 1
            )
        else:
            ends = (np.cumsum(self.chances) / self.chances.sum()).astype(np.float32)
            found = paddle.searchsorted(paddle.assign(ends), chance, right=True)
        return paddle.clip(found, 0, self.count - 1)


def nce_cost(
    x: Any, label: Any, drawn: Any, weight: Any, bias: Any, classes: Classes, sample_weight: Any = None
) -> Any:
    """``nce``'s cost [rows, 1]: each class is taken for a true one with the chance sigmoid(logit) against noise."""
    trues = label if len(label.dims) == 2 else paddle.reshape(label, [-1, 1])
    numbers = paddle.concat([trues, drawn], 1)
    own = paddle.sum(F.embedding(numbers, weight) * paddle.unsqueeze(x, 1), -1)
    if bias is not None:
        own = own + paddle.squeeze(F.embedding(numbers, bias), -1)
    true = F.sigmoid(own)
    chances = paddle.assign(classes.chances.astype(x.dtype.np).reshape(-1, 1))
    noise = paddle.squeeze(F.embedding(numbers, chances), -1) * float(forward.known(drawn, 1))
    count = forward.known(trues, 1)
    hit = paddle.log((true / (true + noise))[:, :count])
    missed = paddle.log((noise / (true + noise))[:, count:])
    cost = paddle.scale(paddle.sum(hit, 1, keepdim=True) + paddle.sum(missed, 1, keepdim=True), -1.0)
    return cost if sample_weight is None else cost * paddle.reshape(sample_weight, [-1, 1])


def _nce(
    x: Any, label: Any, count: int, sample_weight: Any, param_attr: Any, bias_attr: Any, number: Any, name: Any,
    sampler: str, custom: Any, seed: int,
) -> Any:  # fmt: skip
    classes, number = Classes(count, sampler, custom), 10 if number is None else int(number)
    helper = Helper("nce", name, x.dtype.name)
    weight = helper.create_parameter([classes.count, forward.known(x, 1)], param_attr)
    bias = helper.create_parameter([classes.count, 1], bias_attr, is_bias=True)
    drawn = classes.draw(x, number, seed)
    return nce_cost(x, label, drawn, weight, bias, classes, sample_weight) / float(number + 1)


def _tree(count: int) -> tuple[np.ndarray, np.ndarray]:
    """For every class the inner nodes of a complete binary tree from the leaf up, and which side they are left by.

    Both [classes, depth]; nodes are -1 where the path is shorter.
    """
    depth = (count - 1).bit_length()
    bits, leaves = np.arange(depth), np.arange(count)[:, None] + count
    nodes = (leaves >> (bits + 1)) - 1
    return np.where(nodes < 0, -1, nodes), np.where(nodes < 0, 0, leaves >> bits & 1)


def hsigmoid_cost(x: Any, weight: Any, bias: Any, nodes: Any, sides: Any) -> Any:
    """The cost [rows, 1] of the decisions at ``nodes``, [rows, depth]; -1 is no node, and costs log 2 as in Paddle."""
    there = paddle.cast(nodes >= 0, x.dtype)
    nodes = paddle.clip(nodes, 0)
    logits = paddle.sum(F.embedding(nodes, weight) * paddle.unsqueeze(x, 1), -1)
    if bias is not None:
        logits = logits + paddle.squeeze(F.embedding(nodes, bias), -1)
    logits = paddle.clip(logits, -40.0, 40.0) * there
    return paddle.sum(F.softplus(logits) - paddle.cast(sides, x.dtype) * logits, 1, keepdim=True)


def _hsigmoid(
    x: Any,
    label: Any,
    count: Any,
    param_attr: Any,
    bias_attr: Any,
    name: Any,
    table: Any,
    code: Any,
    custom: bool,
) -> Any:
    if custom and (table is None or code is None or count is None):
        raise InvalidArgumentError("hsigmoid: a custom tree needs num_classes, path_table and path_code")
    if not custom and (table is not None or code is not None):
        raise InvalidArgumentError("only num_classes should be passed without custom tree")
    if not custom and (count is None or count < 2):
        raise InvalidArgumentError("num_classes must not be less than 2 with default tree")
    nodes = int(count) if custom else int(count) - 1
    helper = Helper("hierarchical_sigmoid", name, x.dtype.name)
    weight = helper.create_parameter([nodes, forward.known(x, 1)], param_attr)
    bias = helper.create_parameter([nodes, 1], bias_attr, is_bias=True)
    if not custom:
        own = paddle.reshape(label, [-1])
        table, code = (paddle.gather(paddle.assign(part), own) for part in _tree(int(count)))
    return hsigmoid_cost(x, weight, bias, table, code)


# fmt: off
TABLE = rows(
    nce=lambda input, label, num_total_classes, sample_weight=None, param_attr=None, bias_attr=None,
    num_neg_samples=None, name=None, sampler="uniform", custom_dist=None, seed=0, is_sparse=False: _nce(
        input, label, num_total_classes, sample_weight, param_attr, bias_attr, num_neg_samples, name, sampler,
        custom_dist, seed
    ),
    hsigmoid=lambda input, label, num_classes, param_attr=None, bias_attr=None, name=None, path_table=None,
    path_code=None, is_custom=False, is_sparse=False: _hsigmoid(
        input, label, num_classes, param_attr, bias_attr, name, path_table, path_code, is_custom
    ),
)
# fmt: on

__getattr__ = attribute(TABLE, __name__)
