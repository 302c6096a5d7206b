"""Runs inside a real PaddlePaddle: loads a layer saved with combine_params by the C++ loader, and prints what it gives.

python combined.py PREFIX
"""

import json
import sys

import numpy as np


def main(prefix):
    import paddle
    from paddle.jit.layer import Layer

    layer = Layer()
    layer.load(prefix, paddle.CPUPlace())
    (code,) = layer.forward(paddle.ones([2, 3]))
    (back,) = layer.decode(paddle.ones([2, 2]))
    print(json.dumps([np.asarray(t.numpy()).tolist() for t in (code, back)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
