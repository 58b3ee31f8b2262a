"""What callers hand over, checked and brought into C's form.

ctypes cuts numbers to size and strings at their first zero byte without a word, so that everything
passes through here first; what is wrong with a value itself the library says.
"""

from __future__ import annotations

import ctypes
import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, TypeVar

import numpy
from numpy.typing import ArrayLike, NDArray

from . import _constants, errors
from ._structs import qv_key

Value = TypeVar("Value")

Key = str | int
"""The outside name of a document: a string of 1…480 bytes of UTF-8, or 0…2⁶⁴ − 1. 7 is not "7"."""

FLOAT32 = numpy.dtype(numpy.float32)
MAXIMUM_UINT32 = 0xFFFF_FFFF
MAXIMUM_DIMENSION = 65_536
MAXIMUM_UINT64 = 0xFFFF_FFFF_FFFF_FFFF


class Arena:
    """Keeps what the structs of one call point to until the call has returned."""

    def __init__(self) -> None:
        self.kept: list[object] = []

    def bytes(self, data: bytes) -> int:
        """The address of `data`, which has a zero byte behind it."""
        self.kept.append(data)
        return ctypes.c_void_p.from_buffer(ctypes.c_char_p(data)).value or 0

    def name(self, value: str, what: str) -> int:
        """The address of a name that ends with a zero byte."""
        return self.bytes(name(value, what))

    def array(self, array: NDArray) -> int:
        """The address of a C-contiguous array's first element."""
        self.kept.append(array)
        return address(array)

    def structs(self, items: Sequence[ctypes.Structure]) -> int:
        """The address of an array of `items`, which are copied into it; 0 for none."""
        if not items:
            return 0
        array = (type(items[0]) * len(items))(*items)
        self.kept.append(array)
        return ctypes.addressof(array)

    def addresses(self, items: Sequence[int]) -> int:
        """The address of an array of addresses; 0 for none."""
        if not items:
            return 0
        array = (ctypes.c_void_p * len(items))(*items)
        self.kept.append(array)
        return ctypes.addressof(array)

    def keys(self, keys: Iterable[Key]) -> tuple[int, int]:
        """The address and the count of an array of `keys`."""
        if isinstance(keys, (str, bytes)):
            raise TypeError("keys is one string, expected a list of keys")
        structs = [key_struct(key, self) for key in keys]
        return self.structs(structs), len(structs)


_BYTE: Any = ctypes.c_char


def address(array: NDArray) -> int:
    """Where a C-contiguous array's numbers lie."""
    try:
        return ctypes.addressof(_BYTE.from_buffer(array))  # half the time of array.ctypes.data
    except (TypeError, ValueError, BufferError):  # read-only or empty
        return array.ctypes.data


def integer(value: object, what: str, maximum: int) -> int:
    """A whole number of 0…`maximum`."""
    if isinstance(value, (bool, numpy.bool_)):
        raise TypeError(f"{what} is a bool, expected an integer")
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{what} is of type {type(value).__name__}, expected an integer") from None
    if not 0 <= number <= maximum:
        raise errors.ArgumentError(f"{what} is {number}, expected 0…{maximum}")
    return number


def uint32(value: object, what: str) -> int:
    return integer(value, what, MAXIMUM_UINT32)


def uint64(value: object, what: str) -> int:
    return integer(value, what, MAXIMUM_UINT64)


def real(value: object, what: str) -> float:
    """A number, whole or not."""
    if isinstance(value, (bool, numpy.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{what} is of type {type(value).__name__}, expected a number")
    try:
        return float(value)
    except OverflowError:
        raise errors.ArgumentError(f"{what} is too large") from None


def flag(value: bool, what: str) -> bool:
    """A bool, and not merely something that is true or false."""
    if not isinstance(value, (bool, numpy.bool_)):
        raise TypeError(f"{what} is of type {type(value).__name__}, expected bool")
    return bool(value)


def text(value: str, what: str) -> bytes:
    """The UTF-8 of a string, which may have zero bytes."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is of type {type(value).__name__}, expected str")
    try:
        return value.encode()
    except UnicodeEncodeError as failure:
        raise errors.ArgumentError(f"{what} has no UTF-8: {failure.reason}") from None


def name(value: str, what: str) -> bytes:
    """The UTF-8 of a string that must not have a zero byte."""
    data = text(value, what)
    if b"\0" in data:
        raise errors.ArgumentError(f"{what} has a zero byte inside")
    return data


def path(value: str | bytes | os.PathLike, what: str) -> bytes:
    """The bytes of a path, as the system has them."""
    try:
        data = os.fsencode(value)
    except UnicodeEncodeError as failure:
        raise errors.ArgumentError(f"{what} cannot be a path: {failure.reason}") from None
    if b"\0" in data:
        raise errors.ArgumentError(f"{what} has a zero byte inside")
    return data


def mapping(value: Mapping[str, Value], what: str) -> Mapping[str, Value]:
    """A mapping, as it is."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{what} is of type {type(value).__name__}, expected a mapping")
    return value


def choice(value: str, what: str, choices: Mapping[str, int]) -> int:
    """The constant that a word stands for."""
    try:
        return choices[value]
    except (KeyError, TypeError):
        expected = ", ".join(f'"{word}"' for word in choices)
        raise errors.ArgumentError(f"{what} is {value!r}, expected {expected}") from None


def key_struct(key: Key, arena: Arena) -> qv_key:
    if isinstance(key, str):
        data = text(key, "a key")
        # The length of one that is far too long must not wrap into a good one.
        length = min(len(data), MAXIMUM_UINT32)
        return qv_key(_constants.QV_KEY_STRING, length, 0, arena.bytes(data))
    if isinstance(key, (bool, numpy.bool_)):
        raise TypeError("a key is a bool, expected str or int")
    try:
        number = operator.index(key)
    except TypeError:
        raise TypeError(f"a key is of type {type(key).__name__}, expected str or int") from None
    if not 0 <= number <= MAXIMUM_UINT64:
        raise errors.InvalidKeyError(f"an integer key is {number}, expected 0…2⁶⁴ − 1")
    return qv_key(_constants.QV_KEY_INTEGER, 0, number, None)


def numbers(values: ArrayLike, what: str) -> NDArray[numpy.float32]:
    """`values` as a C-contiguous float32 array: the very one if it is one already, else a copy."""
    if type(values) is numpy.ndarray and values.dtype == FLOAT32:
        flags = values.flags
        if flags.c_contiguous and flags.aligned:
            return values
    try:
        array = numpy.asarray(values)
    except (TypeError, ValueError) as failure:
        raise errors.ArgumentError(f"{what} is no array of numbers: {failure}") from None
    if array.dtype.kind not in "fiub":
        raise errors.ArgumentError(f"{what} is of {array.dtype}, expected real numbers")
    with numpy.errstate(over="ignore"):  # a number that is too large becomes infinite: refused
        return numpy.require(array, FLOAT32, ["C_CONTIGUOUS", "ALIGNED"])


def converted(values: ArrayLike, what: str, kind: numpy.dtype) -> NDArray:
    """`values` as a C-contiguous array of integers or numbers of `kind`, none of them changed."""
    try:
        array = numpy.asarray(values)
        if array.dtype != kind:
            if array.size == 0:
                return numpy.empty(array.shape, kind)
            if array.dtype.kind not in ("fiu" if kind.kind == "f" else "iu"):
                raise TypeError(f"it is of {array.dtype}")
            with numpy.errstate(over="ignore", invalid="ignore"):
                made = array.astype(kind)
            if kind.kind != "f" and not numpy.array_equal(made, array):
                raise ValueError(f"a number does not fit {kind}")
            array = made
    except (TypeError, ValueError, OverflowError) as failure:
        raise errors.ArgumentError(f"{what} is no array of {kind}: {failure}") from None
    return numpy.require(array, kind, ["C_CONTIGUOUS", "ALIGNED"])
