import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from canary_guard.model.arrays import Vector, frozen

VECTOR = TypeAdapter(Vector)


def test_a_frozen_array_cannot_be_written() -> None:
    array = frozen(np.zeros(3))
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_whole_numbers_are_written_as_integers_and_the_rest_exactly() -> None:
    written = VECTOR.dump_json(np.array([0.0, 7.0, 0.1 + 0.2, 2.0**60]))
    assert written == b"[0,7,0.30000000000000004,1.152921504606847e+18]"


def test_what_was_written_reads_back_alike_and_read_only() -> None:
    array = VECTOR.validate_json(b"[0,7,0.30000000000000004]")
    assert array.tolist() == [0.0, 7.0, 0.1 + 0.2]
    assert array.dtype == np.float64
    assert not array.flags.writeable


@pytest.mark.parametrize("text", [b'["7"]', b"[null]", b"7", b"[[1]]"])
def test_anything_but_a_list_of_numbers_is_refused(text: bytes) -> None:
    with pytest.raises(ValidationError):
        VECTOR.validate_json(text)


def test_its_schema_is_a_list_of_numbers() -> None:
    assert VECTOR.json_schema() == {"type": "array", "items": {"type": "number"}}
