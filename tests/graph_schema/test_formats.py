"""Identifiers: what passes, what is refused, and that a refused number is never repeated."""

import csv
import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema import formats, reference
from graph_schema.formats import ENTRY_NUMBER, IMPORTER_NUMBER, BadFormat, entry_check_digit


@pytest.mark.parametrize("number", ["12-3456789AB", "00-0000001SW", "261027-00042", " 12-3456789ab "])
def test_an_importer_number_passes(number: str) -> None:
    assert IMPORTER_NUMBER.check(number) == number.strip().upper()


@pytest.mark.parametrize("number", ["123-45-6789", "123456789", "123 45 6789"])
def test_a_social_security_number_is_refused_and_not_repeated(number: str) -> None:
    with pytest.raises(BadFormat) as caught:
        IMPORTER_NUMBER.check(number)
    assert "Social Security" in str(caught.value)
    assert number not in str(caught.value)


@given(st.text())
def test_anything_else_is_refused_with_what_is_expected(number: str) -> None:
    if re.fullmatch(IMPORTER_NUMBER.pattern, number.strip().upper()):
        return
    with pytest.raises(BadFormat, match=r"12-3456789AB"):
        IMPORTER_NUMBER.check(number)


@pytest.mark.parametrize(("filer", "serial", "digit"), [("ABC", "1234567", 6), ("999", "9999999", 0)])
def test_the_entry_check_digit_is_the_published_one(filer: str, serial: str, digit: int) -> None:
    assert entry_check_digit(filer, serial) == digit
    assert ENTRY_NUMBER.check(f"{filer}-{serial}-{digit}")


def test_the_formats_accept_the_examples_of_the_reference() -> None:
    with resources.files(reference).joinpath("identifiers.csv").open(encoding="utf-8") as file:
        examples = {row["id"]: row["example"] for row in csv.DictReader(file)}
    for identifier, found in (
        ("ior_ein", IMPORTER_NUMBER),
        ("filer_code", formats.FILER_CODE),
        ("hts10", formats.HTS10),
        ("port", formats.PORT_CODE),
    ):
        assert found.check(examples[identifier]) == examples[identifier]
