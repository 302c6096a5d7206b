"""Record how real PaddlePaddle (3.3.1) prints tensors: `python make_printing.py > printing.json`."""

import json

import numpy as np

_rng = np.random.RandomState(0)

#: Arrays by name.
ARRAYS = {
    "f1": np.array([1.0, 2.5, -3.25], "float32"),
    "f0": np.array(1.5, "float32"),
    "whole0": np.array(2.0, "float32"),
    "negative0": np.array(-2.5, "float32"),
    "inf0": np.array(np.inf, "float32"),
    "minus_inf0": np.array(-np.inf, "float32"),
    "nan0": np.array(np.nan, "float32"),
    "empty": np.zeros((0, 3), "float32"),
    "empty_rows": np.zeros((3, 0), "float32"),
    "empty_bool": np.zeros((0,), "bool"),
    "big": np.array([1e8, 1.0, 2.0], "float32"),
    "big_and_small": np.array([1e10, 1e-3], "float32"),
    "small": np.array([1e-9, 1.0], "float32"),
    "odd": np.array([np.nan, np.inf, -np.inf, 1.0], "float32"),
    "odd_negative": np.array([np.nan, -1.5]),
    "int": np.array([[1, -20], [300, 4]], "int64"),
    "bool": np.array([[True, False], [False, True]]),
    "int0": np.array(7, "int32"),
    "bool0": np.array(True),
    "f64": np.array([0.1, 1 / 3], "float64"),
    "huge": np.array([1e300, 1e-300]),
    "complex": np.array([1 + 2j, -0.5 - 3j], "complex64"),
    "complex0": np.array(1 + 2j, "complex128"),
    "complex_wide": np.array([-1 + 1j, 20 - 1j, 3 + 300j], "complex64"),
    "complex_odd": np.array([complex(-0.0, 1), complex(1, np.inf), complex(1, np.nan)], "complex64"),
    "long": np.arange(2000, dtype="float32"),
    "threshold": np.arange(1001),
    "matrix": np.arange(1200, dtype="int64").reshape(30, 40),
    "six_rows": np.arange(1200, dtype="int64").reshape(6, 200),
    "cube": _rng.randn(2, 3, 4).astype("float32"),
    "cut_cube": np.arange(1197, dtype="int64").reshape(7, 1, 171),
    "four": _rng.randn(2, 2, 20, 20).astype("float32"),
    "five": np.arange(32, dtype="int64").reshape(2, 2, 2, 2, 2),
    "hidden_negative": np.where(np.arange(2000) == 1000, -5, np.arange(2000)),
    "f16": np.array([np.inf, 1.5], "float16"),
    "u8": np.array([1, 255], "uint8"),
    "i8": np.array([-128, 127], "int8"),
    "whole": np.array([1.0, 2.0, 3.0], "float32"),
    "row": np.arange(30, dtype="float32"),
    "wide": _rng.randn(3, 25).astype("float32"),
    "minus_zero": np.array([-0.0, 0.0], "float32"),
    "uneven": np.array([10000.5, -1.5, 3.0], "float32"),
}

#: Options of set_printoptions, tried on some of the arrays.
OPTIONS = [
    {"precision": 3},
    {"precision": 0},
    {"precision": 2, "threshold": 5, "edgeitems": 1},
    {"sci_mode": True},
    *({"linewidth": n} for n in range(30, 50)),
]
TRIED = [
    "cube",
    "long",
    "big_and_small",
    "int",
    "complex_wide",
    "f0",
    "odd",
    "row",
    "five",
    "hidden_negative",
]
USUAL = {"precision": 8, "threshold": 1000, "edgeitems": 3, "sci_mode": False, "linewidth": 80}


def record(paddle):
    found = {}
    for name, array in ARRAYS.items():
        found[name] = repr(paddle.to_tensor(array))
    found["bfloat16"] = repr(paddle.to_tensor(ARRAYS["cube"]).astype("bfloat16"))
    live = paddle.to_tensor(ARRAYS["f1"], stop_gradient=False)
    found["stop_gradient"] = str(live)
    for options in OPTIONS:
        paddle.set_printoptions(**USUAL)
        paddle.set_printoptions(**options)
        for name in TRIED:
            found[f"{options} {name}"] = repr(paddle.to_tensor(ARRAYS[name]))
    paddle.set_printoptions(**USUAL)
    return found


if __name__ == "__main__":
    import paddle

    print(json.dumps(record(paddle), indent=0))
