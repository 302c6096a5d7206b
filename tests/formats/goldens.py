"""The files written by real PaddlePaddle, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "formats"


def model_files() -> list[Path]:
    """Every ProgramDesc among the goldens."""
    return sorted(p for p in GOLDEN.rglob("*") if p.suffix == ".pdmodel" or p.name == "__model__")


def label(path: Path) -> str:
    return str(path.relative_to(GOLDEN))


def cases(folder: Path) -> list[tuple[list[np.ndarray], list[np.ndarray]]]:
    """The (inputs, outputs) recorded beside a model."""
    with np.load(folder / "io.npz") as data:
        stored = {key: data[key] for key in data.files}
    found = []
    while f"c{len(found)}_out0" in stored:
        prefix = f"c{len(found)}_"
        sides = []
        for side in ("in", "out"):
            keys = [k for k in stored if k.startswith(prefix + side)]
            sides.append([stored[f"{prefix}{side}{i}"] for i in range(len(keys))])
        found.append((sides[0], sides[1]))
    return found
