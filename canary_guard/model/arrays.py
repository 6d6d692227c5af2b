"""Read-only numpy arrays inside frozen records, and how a record writes them."""

from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def frozen(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same array, from now on read-only."""
    array.flags.writeable = False
    return array


class _AsList:
    """Writes an array as a list and reads a list as an array; whole numbers are written as integers."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        number = core_schema.union_schema([core_schema.int_schema(strict=True), core_schema.float_schema(strict=True)])
        listed = core_schema.no_info_after_validator_function(_read, core_schema.list_schema(number))
        return core_schema.json_or_python_schema(
            json_schema=listed,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(np.ndarray), listed]),
            serialization=core_schema.plain_serializer_function_ser_schema(_write, when_used="always"),
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "number"}}


def _read(values: list[float]) -> FloatArray:
    array: FloatArray = frozen(np.array(values, dtype=np.float64))
    return array


def _write(array: FloatArray) -> list[float | int]:
    return [int(value) if value.is_integer() and abs(value) < 2**53 else value for value in array.tolist()]


Vector = Annotated[FloatArray, _AsList()]
"""A one-dimensional array of finite numbers, as a record writes it."""
