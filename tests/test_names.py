"""The public names of PaddlePaddle 3.3.1 and 2.6.2 are here, or refuse by name with what to do instead."""

import importlib
import json
from pathlib import Path

import pytest

from paddlelite.errors import UnimplementedError
from paddlelite.static import _ABSENT as STATIC
from paddlelite.static.nn import _ABSENT as STATIC_NN

NAMES = json.loads((Path(__file__).parent / "golden" / "names.json").read_text())


@pytest.mark.parametrize("module", NAMES)
def test_all_names_are_there(module):
    here = importlib.import_module(f"paddlelite.{module}")
    assert [name for name in NAMES[module] if not hasattr(here, name)] == []
    public = getattr(here, "__all__", None)
    assert public is None or [name for name in NAMES[module] if name not in public] == []


@pytest.mark.parametrize("module, absent", [("static", STATIC), ("static.nn", STATIC_NN)])
def test_what_is_absent_says_what_to_do(module, absent):
    here = importlib.import_module(f"paddlelite.{module}")
    for name, instead in absent.items():
        with pytest.raises(UnimplementedError) as error:
            getattr(here, name)(1, b=2)
        assert f"paddle.{module}.{name} is not supported: {instead}" in str(error.value)
