"""Which rows of a list are lines about it, and which are records that lack something."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.engine.remarks import KeyStyle, is_remark

_LINES = [
    "* acting",
    "Source: Office of Samples",
    "Total: 15",
    "Total",
    "Numbers are of the main desk.",
    "Note 1",
    "Page 2 of 3",
    "1) by telephone alone",
    "As of November 2026",
    "Last updated 11/02/2026",
    "\u2020 on leave",
    "Region East",
    "East",
    "---",
    "For official use only",
]


def _style(*keys: str) -> KeyStyle:
    style = KeyStyle()
    style.see(keys)
    return style


@pytest.mark.parametrize("line", _LINES)
def test_a_line_about_a_list_is_no_record(line: str) -> None:
    style = _style(*(f"k{number}" for number in range(50)))
    assert is_remark({"id": line, "name": "", "mail": None}, ("id",), style)
    assert is_remark({"id": line, "name": ""}, ("id",), style)


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        ({"id": "k7", "name": ""}, ["k1", "k2"]),
        ({"id": 7, "name": None, "mail": " "}, ["1", "2"]),
        ({"id": "A-1", "name": "", "mail": ""}, []),
        ({"id": "", "name": "Ana Sample"}, ["1"]),
        ({"id": "", "name": "", "mail": "ana@fda.example"}, ["1"]),
        ({"id": "", "title": "", "name": "Ana Sample"}, ["1"]),
        ({"id": "k7", "name": "Ana Sample", "mail": ""}, ["k1"]),
        # where keys are names, a name is one
        ({"person": "Ana Sample", "mail": "", "phone": ""}, ["Bo Sample", "Cy Sample"]),
    ],
)
def test_a_record_that_lacks_something_is_one(raw: Mapping[str, Any], keys: list[str]) -> None:
    key = next(iter(raw))
    assert not is_remark(raw, (key,), _style(*keys))


@given(st.lists(st.from_regex(r"[A-Z]{0,3}[0-9]{1,9}", fullmatch=True), min_size=1), st.data())
def test_what_looks_like_the_other_keys_is_one(keys: list[str], data: st.DataObject) -> None:
    row = {"id": data.draw(st.sampled_from(keys)), "name": "", "mail": ""}
    assert not is_remark(row, ("id",), _style(*keys))


def test_a_blank_row_is_no_fault() -> None:
    assert is_remark({"id": " ", "name": None}, ("id",), _style("k1"))
