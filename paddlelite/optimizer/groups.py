"""What an optimizer is given: parameters, alone or in groups with options of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..nn.clip import ClipGradBase
from ..regularizer import L2Decay, WeightDecayRegularizer
from ..tensor.tensor import Tensor

__all__ = ["Group", "as_decay", "check_clip", "make_groups"]


@dataclass
class Group:
    """Parameters that are updated alike."""

    params: list[Any]
    #: factor on the optimizer's learning rate
    rate: float = 1.0
    decay: Any = None
    clip: ClipGradBase | None = None
    #: the other arguments of the optimizer, such as beta1
    options: dict[str, Any] = field(default_factory=dict)


def make_groups(
    parameters: Any, decay: Any, clip: Any, options: dict[str, Any]
) -> tuple[list[Any], list[Group]]:
    """The list as given (parameters, or dicts), and its groups.

    Raises:
        AttributeError: `parameters` is None.
        TypeError: it is a single tensor, or holds something that is none.
        AssertionError: a group without "params".
        ValueError: a parameter in two groups, or an option that the optimizer does not have.
    """
    if parameters is None:
        raise AttributeError(
            "parameters argument given to the Optimizer should not be None in dygraph mode: "
            "give it layer.parameters()"
        )
    if isinstance(parameters, Tensor):
        raise TypeError(
            "`parameters` argument given to the optimizer should be an iterable of paddle Tensors, "
            f"but got argument type is `{type(parameters)}`."
        )
    given = list(parameters)
    if not given or not isinstance(given[0], dict):
        return given, [Group(_tensors(given), 1.0, decay, clip, dict(options))]
    groups = [_group(one, decay, clip, options) for one in given]
    ids = [id(p) for group in groups for p in group.params]
    if len(set(ids)) < len(ids):
        raise ValueError("some parameters appear in more than one parameter group")
    return given, groups


def _group(given: Any, decay: Any, clip: Any, options: dict[str, Any]) -> Group:
    if not isinstance(given, dict) or "params" not in given:
        raise AssertionError(
            "params should be set in parameters if parameter groups are optimized in different options"
        )
    params = given["params"]
    if isinstance(params, (set, frozenset)):
        raise TypeError("optimizer parameters should be in ordered collections, but received set: use a list")
    params = [params] if isinstance(params, Tensor) else _tensors(params)
    unknown = set(given) - {"params", "learning_rate", "weight_decay", "grad_clip"} - set(options)
    if unknown:
        raise ValueError(f"unknown options of a parameter group: {sorted(unknown)}")
    own = {key: given.get(key, value) for key, value in options.items()}
    return Group(
        params,
        float(given.get("learning_rate", 1.0)),
        given.get("weight_decay", decay),
        check_clip(given.get("grad_clip", clip)),
        own,
    )


def _tensors(parameters: Iterable[Any]) -> list[Any]:
    params = list(parameters)
    for p in params:
        if not isinstance(p, Tensor):
            raise TypeError(f"an optimizer's parameters should be Tensors, but got {type(p).__name__}")
    return params


def as_decay(weight_decay: Any) -> Any:
    """`weight_decay` as a regularizer or None: a number means L2Decay."""
    if weight_decay is None or isinstance(weight_decay, WeightDecayRegularizer):
        return weight_decay
    if isinstance(weight_decay, (str, bytes)) or not hasattr(weight_decay, "__float__"):
        raise TypeError(
            f"weight_decay should be float, int or a regularizer, but received {type(weight_decay)}"
        )
    return L2Decay(float(weight_decay))


def check_clip(clip: Any) -> Any:
    """`grad_clip` if it is one."""
    if clip is not None and not isinstance(clip, ClipGradBase):
        raise TypeError(
            f"'grad_clip' should be an instance of ClipGradBase's derived class, not {type(clip)}"
        )
    return clip
