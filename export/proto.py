"""The messages of PaddlePaddle's `paddle.framework.proto` that occur in model files (.pdmodel, __model__).

Field numbers and names are the file format; `ProgramDesc.decode(data)` and `.encode()` are the way in and out.
"""

from __future__ import annotations

import enum

from .wire import Message, many, message, one


class VarKind(enum.IntEnum):
    """VarType.Type: data types and, from LOD_TENSOR on, kinds of variables, in one numbering."""

    BOOL = 0
    INT16 = 1
    INT32 = 2
    INT64 = 3
    FP16 = 4
    FP32 = 5
    FP64 = 6
    LOD_TENSOR = 7
    SELECTED_ROWS = 8
    FEED_MINIBATCH = 9
    FETCH_LIST = 10
    STEP_SCOPES = 11
    LOD_RANK_TABLE = 12
    LOD_TENSOR_ARRAY = 13
    PLACE_LIST = 14
    READER = 15
    RAW = 17
    TUPLE = 18
    SIZE_T = 19
    UINT8 = 20
    INT8 = 21
    BF16 = 22
    COMPLEX64 = 23
    COMPLEX128 = 24
    STRING = 25
    STRINGS = 26
    VOCAB = 27
    FEED_LIST = 28
    PSTRING = 29
    SPARSE_COO = 30
    SPARSE_CSR = 31
    FP8_E4M3FN = 32
    FP8_E5M2 = 33
    UINT16 = 36
    UINT32 = 37
    UINT64 = 38


class AttrKind(enum.IntEnum):
    """AttrType: which of an attribute's value fields is meant."""

    INT = 0
    FLOAT = 1
    STRING = 2
    INTS = 3
    FLOATS = 4
    STRINGS = 5
    BOOLEAN = 6
    BOOLEANS = 7
    BLOCK = 8
    LONG = 9
    BLOCKS = 10
    LONGS = 11
    FLOAT64S = 12
    VAR = 13
    VARS = 14
    FLOAT64 = 15
    SCALAR = 16
    SCALARS = 17


@message
class Version(Message):
    version: int | None = one(1, "int64")


@message
class OpVersion(Message):
    version: int = one(1, "int32", required=True)


@message
class OpVersionPair(Message):
    op_name: str = one(1, "text", required=True)
    op_version: OpVersion = one(2, OpVersion, required=True)


@message
class OpVersionMap(Message):
    pair: list[OpVersionPair] = many(1, OpVersionPair)


@message
class Complex(Message):
    r: float = one(1, "double", required=True)
    i: float = one(2, "double", required=True)


@message
class Scalar(Message):
    """type: 1 bool, 2 int64, 3 float64, 4 complex128."""

    type: int = one(1, "enum", required=True)
    b: bool | None = one(2, "bool")
    i: int | None = one(3, "int64")
    r: float | None = one(4, "double")
    c: Complex | None = one(5, Complex)


@message
class TensorDesc(Message):
    data_type: int = one(1, "enum", required=True)
    dims: list[int] = many(2, "int64")


@message
class LoDTensorDesc(Message):
    tensor: TensorDesc = one(1, TensorDesc, required=True)
    lod_level: int | None = one(2, "int32")


@message
class ReaderDesc(Message):
    lod_tensor: list[LoDTensorDesc] = many(1, LoDTensorDesc)


@message
class TupleDesc(Message):
    element_type: list[int] = many(1, "enum")


@message
class VarType(Message):
    type: int = one(1, "enum", required=True)
    selected_rows: TensorDesc | None = one(2, TensorDesc)
    lod_tensor: LoDTensorDesc | None = one(3, LoDTensorDesc)
    tensor_array: LoDTensorDesc | None = one(4, LoDTensorDesc)
    reader: ReaderDesc | None = one(5, ReaderDesc)
    tuple: TupleDesc | None = one(7, TupleDesc)
    string: TensorDesc | None = one(8, TensorDesc)
    strings: TensorDesc | None = one(9, TensorDesc)
    vocab: TensorDesc | None = one(10, TensorDesc)
    sparse_coo: TensorDesc | None = one(11, TensorDesc)
    sparse_csr: TensorDesc | None = one(12, TensorDesc)


@message
class VarAttr(Message):
    name: str = one(1, "text", required=True)
    type: int = one(2, "enum", required=True)
    i: int | None = one(3, "int32")
    s: str | None = one(4, "text")
    ints: list[int] = many(5, "int32")


@message
class VarDesc(Message):
    name: str = one(1, "text", required=True)
    type: VarType = one(2, VarType, required=True)
    persistable: bool | None = one(3, "bool")
    need_check_feed: bool | None = one(4, "bool")
    is_parameter: bool | None = one(5, "bool")
    stop_gradient: bool | None = one(6, "bool")
    attrs: list[VarAttr] = many(7, VarAttr)


@message
class OpAttr(Message):
    name: str = one(1, "text", required=True)
    type: int = one(2, "enum", required=True)
    i: int | None = one(3, "int32")
    f: float | None = one(4, "float")
    s: str | None = one(5, "text")
    ints: list[int] = many(6, "int32")
    floats: list[float] = many(7, "float")
    strings: list[str] = many(8, "text")
    b: bool | None = one(10, "bool")
    bools: list[bool] = many(11, "bool")
    block_idx: int | None = one(12, "int32")
    l: int | None = one(13, "int64")  # noqa: E741 - the field's name in the format
    blocks_idx: list[int] = many(14, "int32")
    longs: list[int] = many(15, "int64")
    float64s: list[float] = many(16, "double")
    var_name: str | None = one(17, "text")
    vars_name: list[str] = many(18, "text")
    float64: float | None = one(19, "double")
    scalar: Scalar | None = one(20, Scalar)
    scalars: list[Scalar] = many(21, Scalar)


@message
class OpSlot(Message):
    """One input or output slot: its name and the variables in it."""

    parameter: str = one(1, "text", required=True)
    arguments: list[str] = many(2, "text")


@message
class OpDesc(Message):
    inputs: list[OpSlot] = many(1, OpSlot)
    outputs: list[OpSlot] = many(2, OpSlot)
    type: str = one(3, "text", required=True)
    attrs: list[OpAttr] = many(4, OpAttr)
    is_target: bool | None = one(5, "bool")


@message
class BlockDesc(Message):
    idx: int = one(1, "int32", required=True)
    parent_idx: int = one(2, "int32", required=True)
    vars: list[VarDesc] = many(3, VarDesc)
    ops: list[OpDesc] = many(4, OpDesc)
    forward_block_idx: int | None = one(5, "int32")


@message
class ProgramDesc(Message):
    blocks: list[BlockDesc] = many(1, BlockDesc)
    op_compatible_map: bytes | None = one(3, "bytes")  # 1.8 wrote it, nothing needs it; kept as it is
    version: Version | None = one(4, Version)
    op_version_map: OpVersionMap | None = one(5, OpVersionMap)
    paddlelite: str | None = one(1000, "text")  # ours: JSON; unknown to PaddlePaddle, which skips it


_ATTR_FIELD = {
    AttrKind.INT: "i",
    AttrKind.FLOAT: "f",
    AttrKind.STRING: "s",
    AttrKind.INTS: "ints",
    AttrKind.FLOATS: "floats",
    AttrKind.STRINGS: "strings",
    AttrKind.BOOLEAN: "b",
    AttrKind.BOOLEANS: "bools",
    AttrKind.BLOCK: "block_idx",
    AttrKind.LONG: "l",
    AttrKind.BLOCKS: "blocks_idx",
    AttrKind.LONGS: "longs",
    AttrKind.FLOAT64S: "float64s",
    AttrKind.VAR: "var_name",
    AttrKind.VARS: "vars_name",
    AttrKind.FLOAT64: "float64",
    AttrKind.SCALAR: "scalar",
    AttrKind.SCALARS: "scalars",
}


def attr_field(kind: int) -> str:
    """The name of the OpAttr field that holds a value of AttrType `kind`; ValueError for an unknown one."""
    return _ATTR_FIELD[AttrKind(kind)]
