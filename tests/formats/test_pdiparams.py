"""Records of parameter files, the .info, and files that do not fit."""

from __future__ import annotations

import io
import pickle
import struct

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paddlelite.export import pdiparams
from paddlelite.export.pdmodel import read_desc, stored_vars

from .goldens import GOLDEN, label

COMBINED = sorted(p for p in GOLDEN.rglob("*.pdiparams") if p.with_suffix(".pdmodel").exists())


def record(array):
    buffer = io.BytesIO()
    pdiparams.write_record(buffer, array)
    return buffer.getvalue()


def read(raw):
    return pdiparams.read_record(io.BytesIO(raw), "f.pdiparams")


@pytest.mark.parametrize("path", COMBINED, ids=label)
def test_golden_files_come_back_byte_for_byte(path):
    names = stored_vars(read_desc(str(path.with_suffix(".pdmodel"))))
    arrays = pdiparams.read_records(path, list(names))
    buffer = io.BytesIO()
    digest = pdiparams.write_records(buffer, arrays)
    assert buffer.getvalue() == path.read_bytes()
    assert digest == pdiparams.digest(path)
    assert [a.dtype for a in arrays.values()] == [a.dtype for a in pdiparams.read_all(path)]


def test_a_record_is_what_the_format_says():
    assert record(np.ones(4, np.float32)) == (
        bytes(4)
        + bytes(8)
        + bytes(4)
        + struct.pack("<i", 4)
        + bytes.fromhex("08051004")
        + np.ones(4, "<f4").tobytes()
    )


@pytest.mark.parametrize(
    "dtype",
    [bool, "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "complex64", "complex128",
     ml_dtypes.bfloat16],
)  # fmt: skip
@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 5), (2, 3)])
def test_every_dtype_and_shape(dtype, shape):
    array = (np.arange(int(np.prod(shape)) or 1)[: int(np.prod(shape))] % 2).reshape(shape).astype(dtype)
    back = read(record(array))
    assert back.dtype == array.dtype and back.shape == shape and back.flags.writeable
    np.testing.assert_array_equal(back, array)


def test_other_layouts_are_stored_in_order():
    array = np.arange(12, dtype=">f8").reshape(3, 4).astype("<f8").T[::2]
    np.testing.assert_array_equal(read(record(array)), array)
    with pytest.raises(TypeError, match="uint32"):
        record(np.ones(1, np.uint32))


def test_offsets_of_sequences_are_skipped():
    raw = record(np.ones(2, np.float32))
    with_lod = raw[:4] + struct.pack("<QQQQQ", 1, 24, 0, 2, 5) + raw[12:]
    np.testing.assert_array_equal(read(with_lod), [1, 1])


GOOD = record(np.ones((2, 3), np.float32))


@pytest.mark.parametrize(
    "raw, message",
    [
        (b"", "needs 4 bytes, only 0 are left"),
        (GOOD[:-1], r"of shape \[2, 3\] needs 24 bytes, only 23 are left"),
        (b"\x01" + GOOD[1:], "version 1, not 0"),
        (GOOD[:12] + b"\x02" + GOOD[13:], "tensor .* has version 2"),
        (GOOD[:4] + struct.pack("<Q", 2**63) + GOOD[12:], "only"),
        (GOOD[:16] + struct.pack("<i", -5) + GOOD[20:], "claims -5 bytes"),
        (GOOD[:16] + struct.pack("<i", 2**31 - 1) + GOOD[20:], "claims 2147483647 bytes"),
        (GOOD.replace(b"\x08\x05\x10\x02", b"\x08\x19\x10\x02"), "data type 25"),
        (GOOD.replace(b"\x10\x02\x10\x03", b"\x10\xff\xff\xff"), "cannot be read"),
        (
            GOOD[:16]
            + struct.pack("<i", 23)
            + b"\x08\x05"
            + b"\x10\xff\xff\xff\xff\xff\xff\xff\xff\x7f" * 2
            + bytes(50),
            "needs|cannot be read",
        ),
        (
            GOOD[:16]
            + struct.pack("<i", 13)
            + b"\x08\x05"
            + b"\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
            + bytes(50),
            r"impossible shape \[-1\]",
        ),
        (GOOD[:16] + struct.pack("<i", 80) + b"\x08\x05" + b"\x10\x01" * 39 + bytes(50), "impossible shape"),
        (
            GOOD[:16]
            + struct.pack("<i", 24)
            + b"\x08\x05\x10\x00"
            + b"\x10\xff\xff\xff\xff\xff\xff\xff\xff\x7f" * 2,
            "impossible shape|cannot be read",
        ),
        (b"\x80\x02}q\x00.", "needs|version"),
    ],
)
def test_damage_is_named(raw, message):
    with pytest.raises(ValueError, match=message) as caught:
        read(raw)
    assert "f.pdiparams is not a complete PaddlePaddle parameter file" in str(caught.value)


def test_what_is_left_over_is_refused(tmp_path):
    path = tmp_path / "p.pdiparams"
    path.write_bytes(GOOD + GOOD)
    assert set(pdiparams.read_records(path, ["a", "b"])) == {"a", "b"}
    with pytest.raises(ValueError, match=r"44 bytes|bytes are left after the 1 tensors"):
        pdiparams.read_records(path, ["a"])
    with pytest.raises(ValueError, match="'c' needs 4 bytes"):
        pdiparams.read_records(path, ["a", "b", "c"])


def test_separate_files_stay_in_their_folder(tmp_path):
    (tmp_path / "model" / "a").mkdir(parents=True)
    (tmp_path / "model" / "a" / "b@c").write_bytes(GOOD)
    (tmp_path / "secret").write_bytes(GOOD)
    assert list(pdiparams.read_separate(tmp_path / "model", ["a/b@c"])) == ["a/b@c"]
    for name in ("../secret", str(tmp_path / "secret"), "a/../../secret"):
        with pytest.raises(ValueError, match="leads out of the folder"):
            pdiparams.read_separate(tmp_path / "model", [name])
    with pytest.raises(ValueError, match="file of the variable 'none', does not exist"):
        pdiparams.read_separate(tmp_path / "model", ["none"])


def test_info(tmp_path):
    for path in sorted(GOLDEN.rglob("*.info")):
        found = pdiparams.read_info(path)
        assert found == pickle.loads(path.read_bytes())
        (tmp_path / "i").write_bytes(b"")
        with open(tmp_path / "i", "wb") as file:
            pdiparams.write_info(file, found)
        assert pdiparams.read_info(tmp_path / "i") == found
    for bad in (
        b"",
        b"x",
        pickle.dumps([1]),
        pickle.dumps({"a": 1}),
        pickle.dumps({1: {}}),
        pickle.dumps(print),
    ):
        (tmp_path / "i").write_bytes(bad)
        with pytest.raises(ValueError, match=r"\.pdiparams\.info"):
            pdiparams.read_info(tmp_path / "i")


_RAW = [p.read_bytes() for p in COMBINED]


@given(st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_mutated_files_are_read_or_refused(data):
    raw = bytearray(data.draw(st.sampled_from(_RAW)))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, min(len(raw) - 1, 60)))
        raw[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    try:
        array = read(bytes(raw))
    except ValueError as error:
        assert "f.pdiparams is not a complete" in str(error)
    else:
        assert array.nbytes <= len(raw)
