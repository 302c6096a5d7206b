"""Writes transforms.npz: what PaddlePaddle 3.3.1 (with Pillow and OpenCV 5) makes of tests/vision/cases.py.

Run from the root with PaddlePaddle's Python: `python -m tests.golden.make_transforms`.
"""

import pathlib

import numpy as np
import paddle
from paddle.vision.transforms import functional
from PIL import Image

from tests.vision.cases import IMAGE, results

KINDS = {
    "pil": lambda: Image.fromarray(IMAGE),
    "array": lambda: IMAGE.copy(),
    "tensor": lambda: paddle.to_tensor(IMAGE.transpose(2, 0, 1).astype("float32") / 255),
}
np.savez_compressed(pathlib.Path(__file__).parent / "transforms.npz", **results(functional, KINDS))
