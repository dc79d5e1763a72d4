"""Identifiers: what passes, what is refused, and that a refused number is never repeated."""

import csv
import json
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
    is_social_security,
    may_have_social_security,
    plain_digits,
    social_security,
    without_social_security,
    words_without_social_security,
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


_EIN_LABELS = st.sampled_from(
    ["", "EIN: ", "EIN ", "EIN=", "IRS#: ", "IRS No. ", "IRS-", "importer ", "Importer No.: ", "importer of record ",
     "IOR ", "FEIN ",
     "Federal EIN: ", "Tax ID: ", "CBP ", "#", "no. "]
)  # fmt: skip
_PARTED = st.sampled_from(["", "-", " - ", " ", "/", "_", ".", "\u2013", "\u2212", "- "])


@given(
    st.from_regex(r"[0-9]{9}", fullmatch=True),
    st.from_regex(r"[A-Z][A-Z0-9]|[0-9][A-Z]", fullmatch=True).filter(lambda suffix: suffix != "SS"),
    _EIN_LABELS,
    st.tuples(_PARTED, _PARTED),
)
def test_nine_digits_and_a_suffix_are_an_irs_number_however_they_are_written(
    digits: str, suffix: str, label: str, parted: tuple[str, str]
) -> None:
    text = f"{label}{digits[:2]}{parted[0]}{digits[2:]}{parted[1]}{suffix}"
    for written in (text, text.lower()):
        assert not IMPORTER_NUMBER.may_be_refused(written)
        assert IMPORTER_NUMBER.check(written) == f"{digits[:2]}-{digits[2:]}{suffix}"


@pytest.mark.parametrize(
    "text",
    [
        "123-45-6789AB", "123-45-6789 AB", "SSN 123456789AB", "EIN (SSN): 123456789AB", "123456789 SS", "123456789 LLC",
        "123 456789 AB", "1.23456789E+08", "1.23456789E8", "EIN 123456789", "123456789 A",
    ],
)  # fmt: skip
def test_what_is_no_irs_number_is_refused_all_the_same(text: str) -> None:
    assert IMPORTER_NUMBER.is_refused(text)


@pytest.mark.parametrize("text", ["7.8051120E+07", "7.805112E+07", "7.805112e7", "78051120.0", "EIN 78051120"])
def test_a_number_that_a_spreadsheet_has_changed_is_doubtful(text: str) -> None:
    assert IMPORTER_NUMBER.may_be_refused(text)


@pytest.mark.parametrize(
    "column",
    ["SSN", "ssn_of_importer", "soc_sec_no", "SocSecNo", "SOC SEC", "social_security_number", "SocialSecurityNumber",
     "Soc. Sec. #",
     "employeeSSN", "emp_ssn", "SS#", "SS_NO", "ss-num", "SSNO", "SSAN", "S.S.N.",
     "S S N", "Seguro Social", "Numero de Seguro Social", "seguro_social"],
)  # fmt: skip
def test_a_column_of_such_numbers_is_known_by_its_name(column: str) -> None:
    assert is_social_security(column)
    payload = json.dumps({column: "078051120", "name": "Sample"})
    assert may_have_social_security(payload)
    for changed in (78051120, "7.8051120E+07", 78051120.0):
        assert may_have_social_security(json.dumps({column: changed}))


@pytest.mark.parametrize(
    "column", ["session", "mission", "social secretary", "assoc_sec", "lesson no", "class no", "id", "section"]
)
def test_other_columns_are_none(column: str) -> None:
    assert not is_social_security(column)


@given(
    _DIGITS,
    st.sampled_from(
        ["SSN ", "SSN: ", "ssn is ", "SSN#", "Social Security number ", "social security no. ", "soc. sec. ", "SS# ",
         "Soc Sec No: ", "SSN of the importer: ", "S S N ", "n\u00famero de seguro social ", "No. de Seguro Social: ",
         "num\u00e9ro de s\u00e9curit\u00e9 sociale "]
    ),
    st.sampled_from(["", "-", " ", ".", "\u2013"]),
    st.sampled_from(["", "Protest of Ana Sample, ", "("]),
    st.sampled_from(["", ", late", ")", ". See file"]),
)  # fmt: skip
def test_in_a_text_what_is_called_so_or_written_with_dashes_is_left_out(
    digits: str, label: str, gap: str, before: str, after: str
) -> None:
    number = gap.join((digits[:3], digits[3:5], digits[5:]))
    told = words_without_social_security(before + label + number + after)
    assert digits[5:] not in told
    assert told.startswith(before.strip())
    assert told.endswith(after)
    if gap in ("-", "\u2013"):
        assert digits[5:] not in words_without_social_security(before + number + after)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{} (SSN)", "*"), ("({} SSN)", "(*)"), ("{} (her SSN), late", "*, late"), ("{}, SSN", "*"),
        ("{} (Social Security Number)", "*"), ("{} - ssn", "*"), ("Of {} is her SSN.", "Of *."), ("{}/SSAN", "*"),
        ("SSN/EIN: {}", "*"), ("ssn/itin {}", "*"), ("SSN or EIN {}", "*"), ("SSN and tax id {}", "*"),
        ("SSN for Ana Sample: {}", "*"), ("SSN for Sample, Ana is {}, late", "*, late"), ("SSN of A. Sample {}", "*"),
        ("Soc. Sec. No. of Ana O\u2019Sample = {}", "*"), ("SSN (Ana Sample): {}", "*"), ("her SSN: {}", "her *"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "number", ["078051120", "078 05 1120", "078.05.1120", "078-05-1120", "\uff10\uff17\uff18051120"]
)
def test_what_says_that_it_is_one_may_stand_behind_it_or_name_its_bearer(text: str, told: str, number: str) -> None:
    written = text.format(number)
    assert words_without_social_security(written) == told.replace("*", formats.NOT_REPEATED)
    assert social_security(written)
    assert "1120" not in plain_digits(without_social_security(written))


@pytest.mark.parametrize(
    "text",
    [
        "Entry 123456789. SSN on file", "202-555-0100, SSN on file", "8507.60.0020 SSN", "2026-11-01, SSN",
        "SSN on file; invoice 123456789", "A123456789 (SSN)", "123456789AB (SSN)", "SSN/EIN: 12-3456789",
        "SSN/EIN: 12-3456789AB", "SSN for Ana Sample on file, 410-555-0100", "SSN for Ana: 1234567890",
        "Social Security Administration for 123 claims", "123456789 (lessn)",
    ],
)  # fmt: skip
def test_a_number_beside_such_words_that_they_are_not_about_is_none(text: str) -> None:
    assert words_without_social_security(text) == text
    assert not social_security(text)


@pytest.mark.parametrize(
    "text",
    [
        "Protest 2704-26-100017 of 12-3456789AB", "Call 202-555-0100", "HTS 8507.60.0020", "HTS 8507-60-0020",
        "A-570-967",
        "SSN on file", "Social Security Administration, 410-555-0100", "Invoice 123 45 6789", "123456789",
        "Part A-123-45-6789",
        "Zoë, 2026-11-01",
    ],
)  # fmt: skip
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert words_without_social_security(text) == text


@given(st.text())
def test_a_text_without_digits_stays_as_it_is(text: str) -> None:
    if not any(letter.isdecimal() for letter in plain_digits(text)):
        assert words_without_social_security(text) == text


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
    formats.SURETY_CODE: ("036", [["036"], ["36"], ["0036"], ["0", "36"]], "surety"),
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
    assert not wanted.may_be_refused(text), text
    assert wanted.check(text) == canonical, text


_WRAPPED = [
    "\u201c{}\u201d", "\u2018{}\u2019", "`{}`", "{}*", "*{}", "{}\u2020", "[{}]", '="{}"', "={}", "{} ?", "{}!",
    "\u2022 {}", "\u00ab{}\u00bb", "{{{}}}", "\u2116 {}", "<{}>", "'{}", "{})",
]  # fmt: skip
"""What people and programs put around an identifier."""


@given(st.sampled_from(sorted(_WRITTEN, key=lambda found: found.name)), st.sampled_from(_WRAPPED), st.booleans())
def test_marks_around_a_code_are_no_part_of_it(wanted: formats.Format, around: str, is_lower: bool) -> None:
    canonical, *_ = _WRITTEN[wanted]
    text = around.format(canonical.lower() if is_lower else canonical)
    assert wanted.check(text) == canonical


@pytest.mark.parametrize(
    ("wanted", "code", "called"),
    [
        (ENTRY_NUMBER, "ABC-1234567-6", ["Entry Summary", "CBP Entry", "E/N", "Entry Summary No."]),
        (IMPORTER_NUMBER, "261027-00042", ["CBP-assigned", "CBP assigned number", "Importer"]),
        (formats.ADCVD_NUMBER, "A-570-979", ["Antidumping duty order", "anti-dumping", "AD case", "Case No."]),
        (formats.ADCVD_NUMBER, "C-570-980", ["Countervailing duty order", "CVD case"]),
        (formats.CASE_NUMBER, "HUB-26-4T7Q2Z9K", ["Ref", "Re", "Hub case", "Reference no.", "Case"]),
        (formats.HTS10, "8507.60.0020", ["H.T.S.", "Classification", "HTS code"]),
        (formats.HTS_CHAPTER, "85", ["Chpt.", "Chptr", "Chapter"]),
        (formats.PORT_CODE, "2704", ["District/Port", "Sched. D", "US Port", "U.S. port", "Port ID", "Port code"]),
        (formats.FILER_CODE, "ABC", ["Entry filer code", "Filer code", "Filer"]),
        (formats.CENTER_CODE, "CEE007", ["CEE", "Center ID", "Center", "Centre code"]),
    ],
)
def test_a_code_stands_behind_its_word_with_a_blank_a_colon_a_dash_or_in_brackets(
    wanted: formats.Format, code: str, called: list[str]
) -> None:
    for word in called:
        between = ["{} {}", "{}: {}", "{} #{}", "{} ({})", "{}-{}"]
        for text in (each.format(word, code) for each in between):
            assert wanted.check(text) == code, text


@pytest.mark.parametrize("wanted", [formats.CASE_NUMBER, ENTRY_NUMBER, IMPORTER_NUMBER, formats.RULING_NUMBER])
def test_marks_without_end_are_soon_passed_over(wanted: formats.Format) -> None:
    for text in ("*" * 100_000 + "x", "x" + "*" * 100_000 + "x", "x*" * 50_000, "A-" * 50_000):
        assert not wanted.readings(text)


@pytest.mark.parametrize("text", ["$2704", "85%", "\u20ac2704", "2704 USD", "+2704"])
def test_an_amount_is_no_code(text: str) -> None:
    assert not formats.PORT_CODE.readings(text)
    assert not formats.HTS_CHAPTER.readings(text)


_ALL = [value for value in vars(formats).values() if isinstance(value, formats.Format) and not value.lenient]


@given(st.sampled_from(sorted(_ALL, key=lambda wanted: wanted.name)), st.data())
def test_a_code_that_is_written_as_the_hub_writes_it_is_read_as_itself(
    wanted: formats.Format, data: st.DataObject
) -> None:
    code = data.draw(st.from_regex(re.compile(wanted.pattern, re.ASCII), fullmatch=True))
    assert wanted.readings(code)[0] == code
    assert not wanted.is_refused(code)
    assert wanted.check(code) == code


@pytest.mark.parametrize(
    ("wanted", "text", "meant"),
    [
        (formats.ADCVD_NUMBER, "570-979", ["A-570-979", "C-570-979"]),
        (formats.ADCVD_NUMBER, "A-570-979-001", ["A-570-979-001", "A-570-979"]),
        (formats.RULING_NUMBER, "301234", ["HQ H301234", "HQ 301234", "NY N301234", "SAMPLE 301234"]),
        (formats.HTS_HEADING, "8542.3", ["8542"]),
        (formats.HTS_HEADING, "804", ["0804"]),
        (formats.HTS_CHAPTER, "085", ["85"]),
        (formats.HTS_HEADING, "08542", ["8542"]),
        (formats.HTS_NUMBER, "085", ["85"]),
        (formats.PORT_CODE, "ACE\u20132704", ["2704"]),
        (formats.PORT_CODE, "port of 2704", ["2704"]),
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


@pytest.mark.parametrize(
    ("wanted", "code", "called"),
    [
        (formats.HTS_CHAPTER, "85", ["Ch.", "ch", "Chap.", "CHAPS", "Chapt.", "chapter", "HS ch."]),
        (
            formats.HTS_HEADING,
            "8542",
            ["hdg", "Hdg.", "HDGS", "heading", "Headings", "HTS hdg.", "subheading", "subhdg."],
        ),
        (formats.HTS_NUMBER, "8542.31", ["subhdg.", "Subheading", "HTSUS"]),
    ],
)
def test_what_goods_are_classified_by_may_be_called_so_for_short(
    wanted: formats.Format, code: str, called: list[str]
) -> None:
    for word in called:
        for text in (f"{word} {code}", f"{word.upper()} no. {code}", f"{word}: {code}", f"{word} #{code}"):
            assert wanted.check(text) == code, text
    assert not wanted.readings(f"CHX {code}")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("HRL 967890", "HQ 967890"), ("HQ Ruling H301234", "HQ H301234"), ("HQ W968123", "HQ W968123"),
        ("W968123", "HQ W968123"), ("HQRL H301234", "HQ H301234"), ("Headquarters Ruling Letter 967890", "HQ 967890"),
        ("HQ Ltr. No. H301234", "HQ H301234"), ("NY Ruling N301234", "NY N301234"), ("NYRL N301234", "NY N301234"),
        ("New York Ruling Letter N301234", "NY N301234"), ("NY Ruling 812345", "NY 812345"),
        ("hq-w968123", "HQ W968123"),
    ],
)  # fmt: skip
def test_a_ruling_is_known_by_what_its_letter_is_called(text: str, number: str) -> None:
    assert formats.RULING_NUMBER.check(text) == number
    assert formats.RULING_NUMBER.guessed(plain_digits(text).upper())[0] == number


@given(st.integers(0, 99_999_999), st.sampled_from(["{}", "{}.0", "entry {}", "Entry no. {}"]))
def test_an_entry_of_digits_that_has_lost_zeros_is_told_so_and_found(number: int, text: str) -> None:
    whole = f"{number:010d}"
    digits = f"{int(whole + str(entry_check_digit(whole[:3], whole[3:]))):d}"
    if not 8 <= len(digits) <= 10:
        return
    with pytest.raises(BadFormat, match=r"entry number expected: .*the zeros before it seem to be lost"):
        ENTRY_NUMBER.check(digits)
    if "." not in text:
        meant = digits.zfill(11)
        assert ENTRY_NUMBER.guessed(text.format(digits).upper()) == [f"{meant[:3]}-{meant[3:10]}-{meant[10]}"]
        wrong = f"{digits[:-1]}{(int(digits[-1]) + 1) % 10}"
        assert ENTRY_NUMBER.guessed(text.format(wrong).upper()) == []


def test_an_entry_that_is_wrong_otherwise_has_lost_no_zeros() -> None:
    for number in ("ABC-1234567", "1234567", "123456789012", "12345678A"):
        with pytest.raises(BadFormat) as caught:
            ENTRY_NUMBER.check(number)
        assert "zeros" not in str(caught.value)


@pytest.mark.parametrize("text", ["Their/2704 5", "270423123456", "n\u201398", "file 12 of 3", "x"])
def test_a_number_of_a_system_s_own_is_left_as_it_is(text: str) -> None:
    assert formats.CASE_NUMBER.check(f" {text} ") == text
