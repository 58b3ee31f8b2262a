"""What C's structs point to, as Python values. Arrays borrow: they keep the answer alive."""

from __future__ import annotations

import ctypes

import numpy
from numpy.typing import NDArray

from ._constants import QV_KEY_INTEGER, QV_NO_ROW
from ._handle import Answer
from ._library import check, library
from ._structs import qv_key, qv_row_column, qv_string
from .schema import COLUMN_TYPES

_COLUMN_DTYPES = {number: dtype for number, dtype in COLUMN_TYPES.values()}


def key(struct: qv_key) -> str | int:
    if struct.kind == QV_KEY_INTEGER:
        return struct.integer
    return ctypes.string_at(struct.bytes, struct.length).decode()


def row(number: int) -> int | None:
    return None if number == QV_NO_ROW else number


def text(address: int | None, length: int) -> str | None:
    return None if address is None else ctypes.string_at(address, length).decode()


def names(handle: int) -> list[str]:
    """Those of a qv_names, which is freed."""
    answer = Answer(handle, library.qv_names_free)
    address, count = ctypes.c_void_p(), ctypes.c_uint64()
    check(library.qv_names_array(answer.handle, ctypes.byref(address), ctypes.byref(count)))
    if not count.value:
        return []
    strings = (qv_string * count.value).from_address(address.value or 0)
    return [ctypes.string_at(item.bytes, item.length).decode() for item in strings]


class _Borrowed:
    """Memory of an answer as NumPy takes it: the array's base, which keeps the answer alive."""

    __slots__ = ("__array_interface__", "answer")

    def __init__(self, address: int, count: int, dtype: numpy.dtype, answer: Answer) -> None:
        self.__array_interface__ = {
            "version": 3,
            "shape": (count,),
            "typestr": dtype.str,
            "data": (address, True),
        }
        self.answer = answer


def array(address: int | None, count: int, dtype: numpy.dtype, answer: Answer) -> NDArray:
    """A read-only view of [count] numbers of the answer's."""
    if not address or not count:
        return numpy.empty(0, dtype)
    return numpy.asarray(_Borrowed(address, count, dtype, answer))


def columns(address: int | None, count: int, answer: Answer) -> dict[str, NDArray]:
    """Row columns by name."""
    if not address:
        return {}
    found = {}
    for struct in (qv_row_column * count).from_address(address):
        name = ctypes.string_at(struct.name).decode()
        found[name] = array(struct.numbers, struct.count, _COLUMN_DTYPES[struct.type], answer)
    return found
