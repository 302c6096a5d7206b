"""Losses as layers, one for each functional."""

from __future__ import annotations

from typing import Any

from ...tensor.tensor import Tensor
from .. import functional as F
from .layers import Layer

__all__ = [
    "BCELoss",
    "BCEWithLogitsLoss",
    "CTCLoss",
    "CosineEmbeddingLoss",
    "CrossEntropyLoss",
    "GaussianNLLLoss",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "MSELoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "NLLLoss",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]


def _loss(class_name: str, function: str, doc: str, inputs: int = 2, **defaults: Any) -> type[Layer]:
    """A layer that calls ``F.<function>`` on ``inputs`` tensors with its constructor's arguments."""

    class Loss(Layer):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__()
            names = [*defaults, "name"]
            if len(args) > len(names) or kwargs.keys() - set(names):
                unknown = sorted(kwargs.keys() - set(names)) or args
                raise TypeError(f"{class_name}() takes the arguments {names}, got {unknown}")
            given = {**defaults, **dict(zip(names, args, strict=False)), **kwargs}
            self.name = given.pop("name", None)
            self._names = list(given)
            reduction = given.get("reduction", "mean")
            if reduction not in ("sum", "mean", "none", "batchmean"):
                raise ValueError(
                    f"The value of 'reduction' in {class_name} should be 'sum', 'mean' or 'none', but "
                    f"received {reduction}, "
                    "which is not allowed."
                )
            for key, value in given.items():
                setattr(self, key, value)

        def forward(self, *tensors: Tensor) -> Tensor:
            if len(tensors) != inputs:
                raise TypeError(f"{class_name} takes {inputs} tensors, got {len(tensors)}")
            return getattr(F, function)(*tensors, **{key: getattr(self, key) for key in self._names})

    Loss.__name__ = Loss.__qualname__ = class_name
    Loss.__module__ = __name__
    Loss.__doc__ = f"{doc} See :func:`paddlelite.nn.functional.{function}`."
    return Loss


CrossEntropyLoss = _loss(
    "CrossEntropyLoss",
    "cross_entropy",
    "Cross entropy between the softmax of logits and labels.",
    weight=None,
    ignore_index=-100,
    reduction="mean",
    soft_label=False,
    axis=-1,
    use_softmax=True,
    label_smoothing=0.0,
)
MSELoss = _loss("MSELoss", "mse_loss", "The mean square error.", reduction="mean")
L1Loss = _loss("L1Loss", "l1_loss", "The mean absolute error.", reduction="mean")
SmoothL1Loss = _loss(
    "SmoothL1Loss", "smooth_l1_loss", "The Huber loss.", reduction="mean", delta=1.0, is_huber=True
)
HuberLoss = _loss(
    "HuberLoss", "smooth_l1_loss", "The Huber loss.", reduction="mean", delta=1.0, is_huber=True
)
NLLLoss = _loss(
    "NLLLoss", "nll_loss", "Minus log-probabilities.", weight=None, ignore_index=-100, reduction="mean"
)
KLDivLoss = _loss(
    "KLDivLoss", "kl_div", "The Kullback-Leibler divergence.", reduction="mean", log_target=False
)
BCELoss = _loss(
    "BCELoss", "binary_cross_entropy", "Cross entropy of probabilities.", weight=None, reduction="mean"
)
BCEWithLogitsLoss = _loss(
    "BCEWithLogitsLoss",
    "binary_cross_entropy_with_logits",
    "Cross entropy of logits.",
    weight=None,
    reduction="mean",
    pos_weight=None,
)
MarginRankingLoss = _loss(
    "MarginRankingLoss",
    "margin_ranking_loss",
    "Hinge on the order of two tensors.",
    3,
    margin=0.0,
    reduction="mean",
)
HingeEmbeddingLoss = _loss(
    "HingeEmbeddingLoss", "hinge_embedding_loss", "Hinge on distances.", margin=1.0, reduction="mean"
)
CosineEmbeddingLoss = _loss(
    "CosineEmbeddingLoss", "cosine_embedding_loss", "Hinge on cosines.", 3, margin=0, reduction="mean"
)
TripletMarginLoss = _loss(
    "TripletMarginLoss",
    "triplet_margin_loss",
    "Hinge on two distances.",
    3,
    margin=1.0,
    p=2.0,
    epsilon=1e-6,
    swap=False,
    reduction="mean",
)
TripletMarginWithDistanceLoss = _loss(
    "TripletMarginWithDistanceLoss",
    "triplet_margin_with_distance_loss",
    "Hinge on two distances of the user's.",
    3,
    distance_function=None,
    margin=1.0,
    swap=False,
    reduction="mean",
)
SoftMarginLoss = _loss("SoftMarginLoss", "soft_margin_loss", "Two-class logistic loss.", reduction="mean")
MultiLabelSoftMarginLoss = _loss(
    "MultiLabelSoftMarginLoss",
    "multi_label_soft_margin_loss",
    "Logistic loss of each class.",
    weight=None,
    reduction="mean",
)
MultiLabelMarginLoss = _loss(
    "MultiLabelMarginLoss", "multi_label_margin_loss", "Hinge over pairs of classes.", reduction="mean"
)
MultiMarginLoss = _loss(
    "MultiMarginLoss",
    "multi_margin_loss",
    "Hinge over classes.",
    p=1,
    margin=1.0,
    weight=None,
    reduction="mean",
)
PoissonNLLLoss = _loss(
    "PoissonNLLLoss",
    "poisson_nll_loss",
    "Likelihood of counts.",
    log_input=True,
    full=False,
    epsilon=1e-8,
    reduction="mean",
)
GaussianNLLLoss = _loss(
    "GaussianNLLLoss",
    "gaussian_nll_loss",
    "Likelihood of a normal distribution.",
    3,
    full=False,
    epsilon=1e-6,
    reduction="mean",
)


class CTCLoss(Layer):
    """Connectionist temporal classification. See :func:`paddlelite.nn.functional.ctc_loss`."""

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__()
        self.blank, self.reduction, self.zero_infinity = blank, reduction, zero_infinity

    def forward(
        self,
        log_probs: Tensor,
        labels: Tensor,
        input_lengths: Tensor,
        label_lengths: Tensor,
        norm_by_times: bool = False,
    ) -> Tensor:
        return F.ctc_loss(
            log_probs,
            labels,
            input_lengths,
            label_lengths,
            self.blank,
            self.reduction,
            norm_by_times,
            self.zero_infinity,
        )
