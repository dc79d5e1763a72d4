"""Identifiers: what passes, what is refused, and that a refused number is never repeated."""

import csv
import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema import formats, reference
from graph_schema.formats import (
    ENTRY_NUMBER,
    IMPORTER_NUMBER,
    BadFormat,
    entry_check_digit,
    plain_digits,
    social_security,
    without_social_security,
)  # fmt: skip


@pytest.mark.parametrize("number", ["12-3456789AB", "00-0000001SW", "261027-00042", " 12-3456789ab "])
def test_an_importer_number_passes(number: str) -> None:
    assert IMPORTER_NUMBER.check(number) == number.strip().upper()


@pytest.mark.parametrize("number", ["123-45-6789", "123456789", "123 45 6789"])
def test_a_social_security_number_is_refused_and_not_repeated(number: str) -> None:
    with pytest.raises(BadFormat) as caught:
        IMPORTER_NUMBER.check(number)
    assert "Social Security" in str(caught.value)
    assert number not in str(caught.value)


_DIGITS = st.from_regex(r"(00[1-9]|0[1-9][0-9]|[1-9][0-9]{2})[0-9]{6}", fullmatch=True)
_GAPS = st.sampled_from(
    [
        "-",
        "\u2010",
        "\u2011",
        "\u2013",
        "\u2014",
        "\u2212",
        "\uff0d",
        ".",
        " ",
        "\u00a0",
        "\u2009",
        " - ",
        "_",
        "/",
        ". ",
        "\u00b7",
        "-\u00ad",
        "--",
        ") ",
    ]
)
_SCRIPTS = st.sampled_from([0x30, 0x660, 0x6F0, 0x966, 0xFF10])
_AROUND = st.sampled_from(
    [("", ""), ("SSN ", ""), ("SS#: ", ""), ("", " (SSN)"), ("\u200e", "\u200e"), ("no. ", "; see file"), ("", "00")]
)


@given(_DIGITS, _GAPS, _SCRIPTS, _AROUND)
def test_a_social_security_number_is_known_in_any_spelling(
    digits: str, gap: str, zero: int, around: tuple[str, str]
) -> None:
    other = "".join(chr(zero + int(digit)) for digit in digits)
    number = around[0] + gap.join((other[:3], other[3:5], other[5:])) + around[1]
    assert IMPORTER_NUMBER.is_refused(number)
    assert social_security(number)
    told = without_social_security(f"there is no Port {number!r}")
    assert digits[5:] not in plain_digits(told)
    # where a spreadsheet took its zeros
    assert IMPORTER_NUMBER.may_be_refused(
        around[0] + other[len(digits) - len(digits.lstrip("0")) :] + around[1].replace("00", "")
    )


@given(
    _DIGITS,
    st.sampled_from(["SSN", "ssn: ", "SS# ", "Social Security Number ", '"SSN":"', "social security no. ", "ssn_"]),
    st.integers(1, 8),
)
def test_nine_digits_that_are_called_so_are_known(digits: str, label: str, at: int) -> None:
    for number in (digits, f"{digits[:at]} {digits[at:]}"):
        assert social_security(label + number)
        assert digits[5:] not in plain_digits(without_social_security(f"key {label}{number}")).replace(" ", "")


@given(
    _DIGITS,
    st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True),
    st.sampled_from(["-", " ", ".", "--", "\u2013"]),
)
def test_nine_digits_are_no_importer_number_however_they_are_parted(digits: str, cuts: list[int], gap: str) -> None:
    parts = [digits[start:end] for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 9], strict=True)]
    if [len(part) for part in parts] == [2, 7] and gap in ("-", "\u2013"):
        assert not IMPORTER_NUMBER.is_refused(gap.join(parts)), "an IRS number that lacks its suffix"
        return
    assert IMPORTER_NUMBER.is_refused(gap.join(parts))


@pytest.mark.parametrize(
    "text",
    [
        "11/01/2026",
        "1-02-2026",
        "202-555-0100",
        "8507.60.0020",
        "A-570-967",
        "2704-23-123456",
        "261027-00042",
        "12-3456789AB",
        "2026-11-01",
        "Social Security Administration, 410-555-0100",
        "SSN on file",
        "a lessn of 2026",
    ],
)
def test_what_only_looks_a_little_like_one_is_none(text: str) -> None:
    assert not social_security(text)
    assert without_social_security(text) == text
    assert not IMPORTER_NUMBER.is_refused(text)


@pytest.mark.parametrize("text", ["85423100", "59188461", "8542310001"])
def test_a_number_of_goods_or_messages_may_be_searched_for(text: str) -> None:
    assert not IMPORTER_NUMBER.is_refused(text)


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


_WRITTEN: dict[formats.Format, tuple[str, list[list[str]], str]] = {
    ENTRY_NUMBER: ("ABC-1234567-6", [["ABC", "1234567", "6"], ["ABC", "12345676"]], "entry"),
    IMPORTER_NUMBER: ("12-3456789AB", [["12", "3456789AB"], ["12", "3456789", "AB"]], "importer"),
    formats.CASE_NUMBER: ("HUB-26-4T7Q2Z9K", [["HUB", "26", "4T7Q2Z9K"]], "case"),
    formats.ADCVD_NUMBER: ("A-570-979", [["A", "570", "979"], ["A", "570979"], ["A", "570", "979", "000"]], "order"),
    formats.RULING_NUMBER: ("HQ H301234", [["HQ", "H301234"], ["HQH301234"], ["H301234"], ["H", "301234"]], "ruling"),
    formats.CENTER_CODE: ("CEE007", [["CEE007"], ["CEE", "007"], ["CEE", "7"]], "Center"),
    formats.FILER_CODE: ("0A4", [["0A4"], ["0", "A", "4"]], "filer"),
    formats.PORT_CODE: ("0401", [["0401"], ["401"], ["04", "01"], ["00401"]], "port"),
    formats.HTS_CHAPTER: ("08", [["08"], ["8"], ["0804"], ["804", "50"]], "chapter"),
    formats.HTS_HEADING: (
        "8542",
        [["8542"], ["85", "42"], ["8542", "31"], ["8542", "31", "0001"], ["8542", "31", "00", "01"]],
        "heading",
    ),
    formats.HTS10: ("8507.60.0020", [["8507", "60", "0020"], ["8507", "60", "00", "20"], ["850760", "0020"]], "HTSUS"),
}
_DASHES = st.sampled_from(
    ["-", "", " ", ".", "/", "_", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "\uff0d", "\u00a0", " - ", "- "]
)
_CALLED = st.sampled_from(
    ["{}", " {} ", "{}.", "#{}", "no. {}", "({})", "{called} {}", "{called} no. {}", "{called}: {}", "{called} #{}"]
)


@given(st.sampled_from(sorted(_WRITTEN, key=lambda found: found.name)), st.data())
def test_a_code_is_known_in_any_spelling(wanted: formats.Format, data: st.DataObject) -> None:
    canonical, written, called = _WRITTEN[wanted]
    parts = data.draw(st.sampled_from(written))
    text = parts[0] + "".join(data.draw(_DASHES) + part for part in parts[1:])
    text = data.draw(
        st.sampled_from([text, text.lower(), text.translate({0x30 + digit: 0xFF10 + digit for digit in range(10)})])
    )
    text = data.draw(_CALLED).format(
        text, called=data.draw(st.sampled_from([called, called.upper(), called.capitalize()]))
    )
    if wanted.is_refused(text):
        # nine digits with letters apart from them are taken for a Social Security number
        assert wanted is IMPORTER_NUMBER
        return
    assert wanted.check(text) == canonical, text


@pytest.mark.parametrize(
    ("wanted", "text", "meant"),
    [
        (formats.ADCVD_NUMBER, "570-979", ["A-570-979", "C-570-979"]),
        (formats.ADCVD_NUMBER, "A-570-979-001", ["A-570-979-001", "A-570-979"]),
        (formats.RULING_NUMBER, "301234", ["HQ H301234", "HQ 301234", "NY N301234", "SAMPLE 301234"]),
        (formats.HTS_HEADING, "8542.3", ["8542"]),
        (formats.HTS_HEADING, "804", ["0804"]),
        (formats.HTS_NUMBER, "8542.3", []),
        (formats.HTS_NUMBER, "804.50", ["0804.50"]),
        (formats.HTS10, "8507.60.002", []),
        (IMPORTER_NUMBER, "26102700042", ["26-102700042", "261027-00042"]),
        (IMPORTER_NUMBER, "261027 00042", ["261027-00042", "26-102700042"]),
        (formats.CASE_NUMBER, "270423123456", ["2704-23-123456", "270423123456"]),
        (formats.PORT_CODE, "12", []),
        (formats.PORT_CODE, "Los Angeles", []),
        (ENTRY_NUMBER, "ABC-1234567", []),
        (formats.CENTER_CODE, "CEE011", []),
    ],
)
def test_what_somebody_may_mean(wanted: formats.Format, text: str, meant: list[str]) -> None:
    assert wanted.guessed(plain_digits(text).upper()) == meant


@pytest.mark.parametrize(
    ("wanted", "text", "begins"),
    [
        (ENTRY_NUMBER, "abc 12", "ABC-12"),
        (ENTRY_NUMBER, "ABC1234567", "ABC-1234567"),
        (formats.ADCVD_NUMBER, "a570", "A-570"),
        (formats.HTS10, "850760", "8507.60"),
        (formats.CASE_NUMBER, "hub\u201326", "HUB-26"),
        (formats.CASE_NUMBER, "Their 5", "Their 5"),
        (formats.PORT_CODE, "27", "27"),
        (IMPORTER_NUMBER, "261027-0", "261027-0"),
        (IMPORTER_NUMBER, "12345", "12-345"),
    ],
)
def test_a_code_is_known_by_its_beginning(wanted: formats.Format, text: str, begins: str) -> None:
    assert wanted.begun(text) == begins


@pytest.mark.parametrize("text", ["Their/2704 5", "270423123456", "n\u201398", "file 12 of 3", "x"])
def test_a_number_of_a_system_s_own_is_left_as_it_is(text: str) -> None:
    assert formats.CASE_NUMBER.check(f" {text} ") == text
