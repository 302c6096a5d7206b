"""Records the public names of PaddlePaddle's modules: run with 3.3.1 and with 2.6.2, which adds what it has besides.

Run from the root: `python -m tests.golden.make_names`.
"""

import importlib
import json
import pathlib

MODULES = ("static static.nn io metric callbacks vision.datasets vision.transforms text regularizer").split()
path = pathlib.Path(__file__).parent / "names.json"
found = json.loads(path.read_text()) if path.exists() else {}
for module in MODULES:
    try:
        names = importlib.import_module(f"paddle.{module}").__all__
    except (ImportError, AttributeError):
        continue
    found[module] = sorted({*found.get(module, []), *names})
path.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()) + "\n}\n")
