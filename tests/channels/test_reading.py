"""JSON that strict readers refuse: half an emoji hides nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.reading import parsed
from tests.channels.made import unhurried

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(st.characters(), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'{"name": "Siti \\ud83d", "text": "\\ud83d\\ude4f"}', {"name": "Siti ", "text": "🙏"}),
        (b'[1, "\\udc00"]', [1, ""]),
        (b'{"n": 1e400}', {"n": None}),
        (b'{"n": 99999999999999999999}', {"n": 1e20}),
    ],
)
def test_what_cannot_be_kept_is_left_out(body: bytes, read: Any) -> None:
    assert parsed(body) == read


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'"\xff"', b"[" * 5000, b"[" * 5000 + b"]" * 5000, b"1" * 5000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        parsed(body)


@unhurried
@given(anything)
def test_whatever_was_written_is_read_without_half_characters(value: Any) -> None:
    written = json.dumps(value)
    json.dumps(parsed(written.encode()), ensure_ascii=False).encode("utf-8")  # nothing is left that has no bytes
