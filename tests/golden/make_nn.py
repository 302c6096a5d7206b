"""Records tests/golden/nn.npz: run with an interpreter that has real PaddlePaddle (3.3.1 was used)."""

import sys
from pathlib import Path

import numpy as np
import paddle

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "nn"))

from cases import run  # noqa: E402


def main():
    saved = {}
    for name, arrays in run(paddle).items():
        saved[name] = np.concatenate([np.asarray(a, "float32").ravel() for a in arrays])
        saved[f"{name}#shapes"] = np.array([s for a in arrays for s in (a.ndim, *a.shape)], "int32")
    np.savez_compressed(HERE / "nn.npz", **saved)


if __name__ == "__main__":
    main()
