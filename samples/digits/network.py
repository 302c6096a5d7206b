"""A small convolutional network that thinks longer about the digits it is not sure of."""

import paddlelite as paddle
import paddlelite.nn.functional as F
from paddlelite import nn
from paddlelite.jit import to_static
from paddlelite.static import InputSpec


class DigitNet(nn.Layer):
    """Images [batch, 1, 8, 8], as pixels of 0 … 16 or of 0 … 1, become ten scores each."""

    def __init__(self, sure=0.99, most_steps=4):
        super().__init__()
        self.sure = sure
        self.most_steps = most_steps
        self.features = nn.Sequential(
            nn.Conv2D(1, 16, 3, padding=1),
            nn.BatchNorm2D(16),
            nn.ReLU(),
            nn.Conv2D(16, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2D(2, 2),
            nn.Flatten(),
            nn.Linear(32 * 4 * 4, 64),
            nn.ReLU(),
            nn.Dropout(0.4),
        )
        self.refine = nn.Linear(64, 64)
        self.scores = nn.Linear(64, 10)

    def unsure(self, scores):
        """1 for every image whose best class is not clear yet, else 0: [batch, 1]."""
        return (F.softmax(scores).max(axis=1, keepdim=True) < self.sure).astype("float32")

    @to_static(input_spec=[InputSpec(["batch", 1, 8, 8], "float32", "images")])
    def forward(self, images):
        if images.max() > 1:
            images = images / 16
        features = self.features(images)
        scores = self.scores(features)
        unsure = self.unsure(scores)
        step = 0
        while unsure.sum() > 0 and step < self.most_steps:
            features = features + unsure * F.tanh(self.refine(features))
            scores = self.scores(features)
            unsure = unsure * self.unsure(scores)
            step += 1
        return scores


def accuracy(scores, labels):
    """The share of images whose largest score is their label's."""
    return float((paddle.argmax(scores, axis=1) == labels).astype("float32").mean())
