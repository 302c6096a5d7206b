"""The measured inputs, equal for every framework."""

import numpy as np


def batch(shape, labels):
    """`labels` is (number, classes); without classes each sample is a class of its own (the pair loss)."""
    random = np.random.RandomState(7)
    x = random.standard_normal(shape).astype("float32")
    number, classes = labels
    y = np.arange(number) if classes is None else random.randint(0, classes, number)
    return x, y.astype("int64")
