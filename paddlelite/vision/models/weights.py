"""Trained weights of PaddlePaddle's, fetched when they are asked for."""

from __future__ import annotations

from typing import Any, TypeVar

from ...errors import MismatchError
from ...framework.io import load
from ...utils.download import get_weights_path_from_url

__all__ = ["Urls", "trained"]

Urls = dict[str, tuple[str, str]]  # by the name of a network: where its weights are, and their MD5
Net = TypeVar("Net", bound=Any)


def trained(model: Net, name: str, urls: Urls, pretrained: bool) -> Net:
    """The network, with trained weights if they are wanted.

    Raises AssertionError if there are none; fetching raises as `paddle.dataset.common.download`.
    """
    if pretrained:
        if name not in urls:
            raise MismatchError(
                f"{name} model do not have a pretrained model now, you should set pretrained=False"
            )
        model.set_state_dict(load(get_weights_path_from_url(*urls[name])))
    return model
