"""How people are named and reached, in the spellings of real lists; all people are samples."""

import unicodedata

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.engine.cells import Empty, cleaned, is_blank, text_of
from connectors.engine.people import mail, phone, turned
from connectors.errors import SkipRecord


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("de la Cruz, María José", "María José de la Cruz"),
        ("van der Berg,Ana", "Ana van der Berg"),
        ("O’Brien, Shay", "Shay O’Brien"),
        ("Sample Jr., Ana", "Ana Sample Jr."),
        ("Sample, Ana Jr.", "Ana Sample Jr."),
        ("King, Ana, Jr.", "Ana King, Jr."),
        ("Sample, Jr., Ana", "Ana Sample, Jr."),
        ("Sample, Ana M., PhD, CPA", "Ana M. Sample, PhD, CPA"),
        ("Ana Sample, Ph.D.", "Ana Sample, Ph.D."),
        ("Ana Sample, III", "Ana Sample, III"),
        ("Ma, Sample", "Sample Ma"),
        ("Do, Sample", "Sample Do"),
        ("Sample, Ana (acting)", "Ana Sample (acting)"),
        ("Sample, ", "Sample"),
        (", Ana", "Ana"),
        ("Sample，Ana", "Ana Sample"),
        ("نمونه، علی", "علی نمونه"),
        ("李, 伟", "李 伟"),
        ("견본, 하나", "견본 하나"),
        ("Sample, Ana; Sample, Bo", "Sample, Ana; Sample, Bo"),
        ("Import Desk, Long Beach, CA", "Import Desk, Long Beach, CA"),
        ("Sample Desk", "Sample Desk"),
    ],
)
def test_a_name_that_is_turned_round_is_its_bearers_again(written: str, name: str) -> None:
    assert turned(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ana\u00a0\u2009Sample", "Ana Sample"),
        ("Ana\tSample\n", "Ana Sample"),
        ("\ufeffAna Sample\u200e", "Ana Sample"),
        ("\u202bAna\u202c Sample", "Ana Sample"),
        ("Ana Sam\u00adple", "Ana Sample"),
        ("Ana\u200bSample", "Ana Sample"),
        ("Zoe\u0308 Sample", "Zoë Sample"),
        ("علی\u200cرضا نمونه", "علی\u200cرضا نمونه"),
        ("क्\u200dष Sample", "क्\u200dष Sample"),
        ("An\u200ca Sample", "Ana Sample"),
        ("👩\u200d💼 Desk", "👩\u200d💼 Desk"),
        ("ANA SAMPLE", "ANA SAMPLE"),
    ],
)
def test_a_name_is_kept_in_any_script_without_what_copying_brought(written: str, name: str) -> None:
    assert text_of("name", written) == name


_LETTERS = st.characters(categories=("L", "M", "Nd", "Zs", "Pd"))


@given(
    st.text(_LETTERS, min_size=1, max_size=30),
    st.lists(st.sampled_from("\u00ad\u200e\u200f\u202a\u202c\u2066\u2069\ufeff\u2060"), max_size=4),
)
def test_marks_that_nobody_sees_change_no_name(name: str, marks: list[str]) -> None:
    assert cleaned(name.join(("".join(marks), "".join(reversed(marks))))) == cleaned(name)
    assert cleaned(cleaned(name)) == cleaned(name)
    assert unicodedata.is_normalized("NFC", cleaned(name))


@pytest.mark.parametrize("text", ["Ana\x00Sample", "Ana\x07", "\ud800"])
def test_what_is_no_text_is_told(text: str) -> None:
    with pytest.raises(SkipRecord, match="no text"):
        text_of("name", text)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("(202) 555-0100", "+12025550100"),
        ("202.555.0100", "+12025550100"),
        ("202/555-0100", "+12025550100"),
        ("1-202-555-0100", "+12025550100"),
        ("+1 (202) 555-0100", "+12025550100"),
        ("202-555-0100 x5", "+12025550100;ext=5"),
        ("202-555-0100, extension 12", "+12025550100;ext=12"),
        ("202-555-0100#5", "+12025550100;ext=5"),
        ("\u202a+1 202-555-0100\u202c", "+12025550100"),
        ("tel:+1-202-555-0100", "+12025550100"),
        ("２０２-555-0100", "+12025550100"),
        ("202\u2011555\u20110100", "+12025550100"),
        ("011 52 55 5555 5555", "+525555555555"),
        ("Phone: 202-555-0100", "+12025550100"),
        ("202-555-0100 (main)", "+12025550100"),
        ("Fax 202-555-0199; office 202-555-0100", "+12025550100"),
        ("202-555-0100 / 0101", "+12025550100"),
        ("202-555-0100 or 202-555-0199", "+12025550100"),
        ("202-555-0100, 202-555-0101", "+12025550100"),
        ("(202)555-0100;202-555-0101", "+12025550100"),
        ("202-555-0100\n202-555-0101", "+12025550100"),
        ("W: 202-555-0100 C: 202-555-0199", "+12025550100"),
        ("(o) 202-555-0100 (m) 202-555-0199", "+12025550100"),
        ("Fax: 202-555-0199 Phone: 202-555-0100", "+12025550100"),
        ("202-555-0100 Ext. 555", "+12025550100;ext=555"),
        ("555-0100", None),
        ("5550100", None),
        ("555-0100 / 555-0101", None),
        ("x5521", None),
        ("911", None),
        ("202-555-01000", None),
        ("000-000-0000", None),
        ("999-999-9999", None),
        ("Fax: 202-555-0199", None),
        ("ask the desk", None),
    ],
)
def test_the_number_is_the_one_that_is_dialled_and_none_is_made_up(cell: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(SkipRecord, match="phone: "):
            phone(cell, "US")
    else:
        assert phone(cell, "US") == number


@given(
    st.from_regex(r"(202|213|312|713|808)[2-9][0-9]{6}", fullmatch=True).filter(
        lambda digits: phonenumbers.is_valid_number(phonenumbers.parse(f"+1{digits}"))
    ),
    st.sampled_from(
        [
            "{}-{}-{}",
            "({}) {}-{}",
            "{}.{}.{}",
            "{} {} {}",
            "+1 {} {}-{}",
            "1-{}-{}-{}",
            "{}\u2013{}\u2013{}",
            "{}\u00a0{}\u2011{}",
        ]
    ),
    st.sampled_from(
        [("", ""), (" x{}", ";ext={}"), (" ext. {}", ";ext={}"), (", extension {}", ";ext={}"), (" Ext {}", ";ext={}")]
    ),
    st.integers(1, 99_999),
)
def test_a_number_is_the_same_in_every_spelling(digits: str, form: str, extension: tuple[str, str], desk: int) -> None:
    cell = form.format(digits[:3], digits[3:6], digits[6:]) + extension[0].format(desk)
    assert phone(cell, "US") == f"+1{digits}" + extension[1].format(desk)


@given(st.from_regex(r"[2-9][0-9]{2}[- .]?[0-9]{4}", fullmatch=True))
def test_a_number_without_its_area_code_is_none(cell: str) -> None:
    with pytest.raises(SkipRecord):
        phone(cell, "US")


@pytest.mark.parametrize(
    "cell",
    [
        "ana@epa.example", "Ana Sample <ana@epa.example>", '"Sample, Ana" <ana@epa.example>', "mailto:ana@epa.example",
        "ana@epa.example.",
        "ana@epa.example; bo@epa.example", "ana@epa.example, bo@epa.example", "ana@epa.example / bo@epa.example",
        "E-mail: ana@epa.example",
        "ana@epa.example (preferred)", "\u200bana@epa.example\u00a0", "<ana@epa.example>",
        "ana@epa.example\nbo@epa.example",
        "mailto:ana@epa.example?subject=Question", "[ana@epa.example]",
    ],
)  # fmt: skip
def test_the_first_address_of_a_mail_cell_is_taken(cell: str) -> None:
    assert mail(cell) == "ana@epa.example"


@pytest.mark.parametrize("cell", ["ana(at)epa.example", "ana@", "@epa.example", "ana@epa", "see website"])
def test_a_mail_cell_without_an_address_is_told(cell: str) -> None:
    with pytest.raises(SkipRecord, match="email: "):
        mail(cell)


@given(st.text(max_size=40))
def test_no_cell_breaks_the_reading(text: str) -> None:
    for read in (lambda: phone(text, "US"), lambda: mail(text), lambda: text_of("name", text), lambda: turned(text)):
        try:
            read()
        except SkipRecord as error:
            assert "\n" not in str(error)  # noqa: PT017 - most texts raise none
    Empty()(text)
    is_blank(text)


@pytest.mark.parametrize("word", ["Na", "Nina", "0", "✓", "x", "No", "Nil Sample", "Null Sample", "Chris Null"])
def test_words_that_mean_something_are_kept(word: str) -> None:
    assert not Empty()(word)


@given(st.text("-–—_.?*/ \u00a0", min_size=1, max_size=8))
def test_dashes_and_dots_alone_mean_nothing(text: str) -> None:
    assert Empty()(text)
    assert Empty(())(text) == (not text.strip())
