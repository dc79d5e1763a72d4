"""How people are named and reached, in the spellings of real lists; all people are samples."""

import unicodedata
from typing import Final

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.engine.cells import EMPTY_WORDS, Empty, cleaned, is_blank, text_of
from connectors.engine.names import turned
from connectors.engine.people import mail, phone
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
        ("Sample, Ana - Acting", "Ana Sample - Acting"),
        ("Sample, Ana \u2013 Import Desk", "Ana Sample \u2013 Import Desk"),
        ("Sample, Ana | Acting", "Ana Sample | Acting"),
        ("Sample, Ana-Maria", "Ana-Maria Sample"),
        ("Sample-Quick, Ana", "Ana Sample-Quick"),
        ("Sample, Ana M CIV USA", "Ana M Sample CIV USA"),
        ("Sample, Ana CTR", "Ana Sample CTR"),
        ("Sample, (acting)", "Sample (acting)"),
        ("Acme, Inc.", "Acme, Inc."),
        ("Acme Brokers, LLC", "Acme Brokers, LLC"),
        ("Acme, L.L.C.", "Acme, L.L.C."),
        ("Sample, Quick & Co.", "Sample, Quick & Co."),
        ("Aduanas Muestra, S.A. de C.V.", "Aduanas Muestra, S.A. de C.V."),
        ("Muster, GmbH", "Muster, GmbH"),
        ("Sample, Ana, V", "Ana Sample, V"),
        ("Sample, Ana, V.", "Ana Sample, V."),
        ("Sample, V", "V Sample"),
        ("Sample, Ana, M.", "Ana M. Sample"),
        ("'Sample, Ana'", "Ana Sample"),
        ("\u201cSample, Ana\u201d", "Ana Sample"),
        ("O'Brien, D'Arcy", "D'Arcy O'Brien"),
        ("Sample, Ana;", "Ana Sample"),
        ("Sample, Ana PhD", "Ana Sample PhD"),
        ("Sample, Ana M.D.", "Ana Sample M.D."),
        ("Sample, Ana MD PhD", "Ana Sample MD PhD"),
        ("Sample, Ana Jr. PhD", "Ana Sample Jr. PhD"),
        ("Sample, Ana V.", "Ana V. Sample"),
        ("Sample, Rahim Md", "Rahim Md Sample"),
        ("Sample, Md Rahim", "Md Rahim Sample"),
        ("Dr. Sample, Ana", "Dr. Ana Sample"),
        ("Sample, Dr. Ana", "Dr. Ana Sample"),
        ("Sample, Ana, Dr.", "Dr. Ana Sample"),
        ("Prof. Dr. Sample, Ana, PhD", "Prof. Dr. Ana Sample, PhD"),
        ("The Hon. Sample, Ana", "The Hon. Ana Sample"),
        ("Lt Col Sample, Ana", "Lt Col Ana Sample"),
        ("SAMPLE, ANA MAJ", "MAJ ANA SAMPLE"),
        ("Major, Ana", "Ana Major"),
        ("Hon, Ana", "Ana Hon"),
        ("SEN QUICK, ANA", "ANA SEN QUICK"),
        ("St. Sample, Ana", "Ana St. Sample"),
        ("Sample, Ana [she/her]", "Ana Sample [she/her]"),
        ("Sample, Ana (she/her) [acting]", "Ana Sample (she/her) [acting]"),
        ("*Sample, Ana", "Ana Sample"),
        ("Sample, Ana*", "Ana Sample"),
        ("\u2020 Sample*, Ana", "Ana Sample"),
        ("SAMPLE, ANA A CIV USARMY HQDA (USA)", "ANA A SAMPLE CIV USARMY HQDA (USA)"),
        ("SAMPLE, ANA A LTC USARMY HQDA (USA)", "ANA A SAMPLE LTC USARMY HQDA (USA)"),
        ("SAMPLE, ANA CTR DLA AVIATION (USA)", "ANA SAMPLE CTR DLA AVIATION (USA)"),
        ("SAMPLE, MAJ ANA", "MAJ ANA SAMPLE"),
        ("Sample, N/A", "Sample"),
        ("N/A, Ana", "Ana"),
        ("Sample, -, Ana", "Ana Sample"),
        ("Null, Ana", "Ana Null"),
        ("Sample, None", "None Sample"),
        ("Sample, J.R.", "J.R. Sample"),
        ("Sample, J.R., Jr.", "J.R. Sample, Jr."),
        ("Ana Sample, BSN", "Ana Sample, BSN"),
        ("Ana Sample, PE", "Ana Sample, PE"),
        ("Sample, Ana, MSN", "Ana Sample, MSN"),
        ("Sample, Ana, PharmD", "Ana Sample, PharmD"),
        ("Sample, Ana, CUSECO", "Ana Sample, CUSECO"),
        ("Sample, Ana, FDA", "Ana Sample, FDA"),
        ("Sample, MA, Ana", "Ana Sample, MA"),
        ("Sample, ANA, MBA", "ANA Sample, MBA"),
        ("Sample, MAJ, Ana", "MAJ Ana Sample"),
        ("de la Cruz, JP", "JP de la Cruz"),
        ("Sample, TJ", "TJ Sample"),
        ("SAMPLE QUICK, ANA", "ANA SAMPLE QUICK"),
        ("Los Angeles, CA", "Los Angeles, CA"),
        ("Import Desk, Port of Sample", "Import Desk, Port of Sample"),
        ("Director, Field Operations", "Director, Field Operations"),
        ("Assistant Director, Trade", "Assistant Director, Trade"),
        ("Office of Trade, CBP", "Office of Trade, CBP"),
        ("Team 5, Samples", "Team 5, Samples"),
        ("Sample, Quick & Associates", "Sample, Quick & Associates"),
        ("Sample, a division of Quick", "Sample, a division of Quick"),
        ("Acme, N.A.", "Acme, N.A."),
        ("Acme, Sdn. Bhd.", "Acme, Sdn. Bhd."),
        ("Supervisor Sample, Ana", "Supervisor Ana Sample"),
        ("Special Agent Sample, Ana", "Special Agent Ana Sample"),
        ("Chief, Ana", "Ana Chief"),
        ("Dra. Sample, Ana", "Dra. Ana Sample"),
        ("Judge Sample, Ana", "Judge Ana Sample"),
        ("Sample, Ana - Port of Sample, CA", "Ana Sample - Port of Sample, CA"),
        ("Sample, Ana (on detail, CA)", "Ana Sample (on detail, CA)"),
        ("Sample, Ana <ana@fda.example>", "Ana Sample <ana@fda.example>"),
    ],
)
def test_a_name_that_is_turned_round_is_its_bearers_again(written: str, name: str) -> None:
    assert turned(written) == name


@given(
    st.sampled_from(["", "Dr.", "Mr.", "Ms", "LTC", "Capt.", "Hon.", "Prof. Dr.", "MAJ", "Rev.", "The Honorable"]),
    st.sampled_from(["Sample", "de la Sample", "O\u2019Sample", "Sample-Quick", "Ma", "Le", "Major"]),
    st.sampled_from(["Ana", "Ana M.", "Ana-Maria", "Md Ana", "JD", "An"]).filter(lambda given: given != "JD"),
    st.sampled_from(["", "Jr.", "III", "PhD", "Ph.D.", "CPA", "Esq.", "M.D.", "MD PhD", "J.D.", "LLM", "Jr. PhD"]),
    st.sampled_from(["", "(acting)", "[she/her]", "- Import Desk", "(she/her) [acting]"]),
    st.sampled_from(["", "*", "\u2020 ", "** "]),
)
def test_titles_go_first_and_degrees_and_remarks_stay_behind(
    title: str, family: str, given_name: str, degrees: str, remark: str, mark: str
) -> None:
    def together(*parts: str) -> str:
        return " ".join(filter(None, parts))

    written = mark + together(title, f"{family}, {given_name}", degrees, remark)
    assert turned(written) == together(title, given_name, family, degrees, remark)
    assert turned(turned(written)) == turned(written), "what is not turned stays as it is"


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


_SPELLINGS = ["202-555-0100", "(202) 555-0100", "202.555.0100", "2025550100", "+1 202 555 0100", "1 (202) 555-0100"]
_EXTENSIONS = [
    " xtn {}", " -- x{}", " - ext {}", " / x{}", " ext no. {}", " ext-{}", " x-{}", " at ext. {}", " and ext {}",
    " \u00d7{}", " \uff58{}", " w/ ext {}", ", dial {}", ",{}#", ",,{}", " extn. {}", " (ext. {})", "\nExt {}",
]  # fmt: skip


@given(st.sampled_from(_SPELLINGS), st.sampled_from(_EXTENSIONS), st.sampled_from(["5", "55", "5521", "12345"]))
def test_an_extension_is_read_as_people_write_it(number: str, written: str, extension: str) -> None:
    assert phone(number + written.format(extension), "US") == f"+12025550100;ext={extension}"


@given(
    st.sampled_from(_SPELLINGS),
    st.sampled_from(
        [" [1]", " 8am-5pm ET", " (24 hours)", " 24/7", " 8:30-4:30", " M-F 8-5", " (leave a message)", " ET"]
    ),
)
def test_what_stands_behind_a_number_is_no_part_of_it_however_that_is_written(number: str, behind: str) -> None:
    assert phone(number + behind, "US") == "+12025550100"


@pytest.mark.parametrize("number", ["001 202 555 0100", "202_555_0100", "202~555~0100"])
def test_odd_gaps_and_zeros_before_the_country_are_understood(number: str) -> None:
    assert phone(number, "US") == "+12025550100"


@pytest.mark.parametrize("cell", ["Telefax: 202-555-0199", "202-555-0199 telefax"])
def test_a_telefax_is_no_telephone(cell: str) -> None:
    with pytest.raises(SkipRecord, match="fax"):
        phone(cell, "US")
    assert phone(f"{cell}; Tel: 202-555-0100", "US") == "+12025550100"


@pytest.mark.parametrize(
    "cell", ["202-555-01000", "202-555-010 24/7", "555-0100 24/7", "202-555-0100-1234", "1202 555"]
)
def test_no_number_is_made_up_of_hours_and_more_digits(cell: str) -> None:
    with pytest.raises(SkipRecord):
        phone(cell, "US")


@pytest.mark.parametrize(
    "cell", ["&lt;{}&gt;", "Ana Sample &lt;{}&gt;", "{{{}}}", "{}+", "{} &amp; bo@fda.example", "[{}](mailto:{})"]
)
@pytest.mark.parametrize("address", ["ana.sample@fda.example", "o'brien@fda.example", "ana+desk@sub.fda.example"])
def test_an_address_is_read_as_a_page_or_program_copies_it(cell: str, address: str) -> None:
    assert mail(cell.format(address, address)) == address


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
        ("202-555-0100 opt 2", "+12025550100"),
        ("202-555-0100, option 2", "+12025550100"),
        ("202-555-0100 (press 2, then 5)", "+12025550100"),
        ("202-555-0100 pin 1234", "+12025550100"),
        ("202-555-0100 opt 2 ext 55", "+12025550100"),
        ("202-555-0100 M-F 8-4", "+12025550100"),
        ("202-555-0100 (Mon-Fri 8:30-17:00)", "+12025550100"),
        ("M-F 0800-1630 202-555-0100", "+12025550100"),
        ("202-555-0100 8am-4pm", "+12025550100"),
        ("202-555-0100 24/7", "+12025550100"),
        ("202-555-0100 after 5pm", "+12025550100"),
        ("Rm 2204 202-555-0100", "+12025550100"),
        ("Room 5: 202-555-0100", "+12025550100"),
        ("Suite 300 / 202-555-0100", "+12025550100"),
        ("2nd floor 202-555-0100", "+12025550100"),
        ("202-555-0100 Bldg 4", "+12025550100"),
        ("Desk 202 555 0100", "+12025550100"),
        ("Box 12 (202) 555-0100", "+12025550100"),
        ("202-555-0100 202-555-0199", "+12025550100"),
        ("202 555 0100 202 555 0199", "+12025550100"),
        ("(202) 555-0100(202) 555-0199", "+12025550100"),
        ("202-555-0100 x5 202-555-0199", "+12025550100;ext=5"),
        ("+52 55 5555 5555 +52 55 5555 5556", "+525555555555"),
        ("+52 1 55 5555 5555", "+525555555555"),
        ("+52 (1) 55 5555 5555", "+525555555555"),
        ("+52 044 55 5555 5555", "+525555555555"),
        ("+52 01 55 5555 5555", "+525555555555"),
        ("011 52 1 55 5555 5555", "+525555555555"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("202-555-0100 x12/x13", "+12025550100;ext=12"),
        ("202-555-0100 e5", "+12025550100;ext=5"),
        ("202-555-0100 poste 12", "+12025550100;ext=12"),
        ("202-555-0100 (ext. 5)", "+12025550100;ext=5"),
        ("202-555-0100 #5", "+12025550100;ext=5"),
        ("202 555 01 00", "+12025550100"),
        ("1-800-FLOWERS", "+18003569377"),
        ("1 (877) CBP-5511", "+18772275511"),
        ("1-800-BE-ALERT", "+18002325378"),
        ("1-800-BE ALERT", "+18002325378"),
        ("F: 202-555-0101 T: 202-555-0100", "+12025550100"),
        ("F 202-555-0101 T 202-555-0100", "+12025550100"),
        ("F:202-555-0101/T:202-555-0100", "+12025550100"),
        ("202-555-0101 (f) 202-555-0100 (o)", "+12025550100"),
        ("202-555-0101 F 202-555-0100 T", "+12025550100"),
        ("Ana F. 202-555-0100", "+12025550100"),
        ("T/F: 202-555-0100", "+12025550100"),
        ("F: 202-555-0101", None),
        ("(F) 202-555-0101", None),
        ("202-555-0101 (f)", None),
        ("202-555-0101 F", None),
        ("202-555-0100, 0101", "+12025550100"),
        ("202-555-0100; 0101", "+12025550100"),
        ("202-555-0100 ~5", "+12025550100"),
        ("+52 55 5555 5555, 5556", "+525555555555"),
        ("202-555-0100,,5", "+12025550100;ext=5"),
        ("202-555-0100/01", "+12025550100"),
        ("202-555-0100/0101", "+12025550100"),
        ("202\u2022555\u20220100", "+12025550100"),
        ("(202)\u00b7555\u00b70100", "+12025550100"),
        ("202-555-0100 \u2022 202-555-0101", "+12025550100"),
        ("x5 202-555-0100", "+12025550100;ext=5"),
        ("Ext. 12, (202) 555-0100", "+12025550100;ext=12"),
        ("1) 202-555-0100 2) 703-555-0101", "+12025550100"),
        ("(1) 202-555-0100\n(2) 703-555-0101", "+12025550100"),
        ("1. 202-555-0100 2. 703-555-0101", "+12025550100"),
        ("202-555-0100 ext 5/6", "+12025550100;ext=5"),
        ("202-555-0100 x5, 6 or 7", "+12025550100;ext=5"),
        ("202-555-0100 ext 5-6", "+12025550100;ext=5"),
        ("202-555-0100 x5, 703-555-0101", "+12025550100;ext=5"),
        ("310-0000", None),
        ("DSN 312-555-0100", None),
        ("312-555-0100 (DSN)", None),
        ("DSN: 312-555-0100 x5", None),
        ("312-555-0100 DSN", None),
        ("pager 202-555-0100", None),
        ("202-555-0100 DSN 312-555-0100", "+12025550100"),
        ("DSN 312-555-0100 / COMM 202-555-0100", "+12025550100"),
        ("DSN: 312-555-0100 Comm: 202-555-0100", "+12025550100"),
        ("202-555-0100 (DSN 312-555-0111)", "+12025550100"),
        ("312-555-0100 (DSN) 202-555-0100 (COMM)", "+12025550100"),
        ("202-555-0199 (fax), 202-555-0100 (main)", "+12025550100"),
        ("202-5550 rm 123", None),
        ("202-5550 Ana", None),
        ("Rm 3 202-555-010", None),
        ("3 202-555-010", None),
        ("0044 207-946-0958", None),
        ("44 207-946-0958", None),
        ("UK 44 207-946-0958", None),
        ("555-0100 M-F 8-4", None),
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


_NUMBERS = st.from_regex(r"(202|213|312|713|808)[2-9][0-9]{6}", fullmatch=True).filter(
    lambda digits: phonenumbers.is_valid_number(phonenumbers.parse(f"+1{digits}"))
)
_WORDS = st.sampled_from(
    ["", "Rm 12", "Suite 3-B", "M-F 8-4", "Ana", "desk", "opt 2", "press 1 then 3", "x5", "ext. 12", "2nd floor",
     "main", "24/7",
     "Bldg. 7", "(8am-5pm)", "ask for Bo", "44", "7", "0044", "#9", "call", "Room", "DSN", "fax", "pin 1234", "or",
     "/", ",", ";"]
)  # fmt: skip


@given(_NUMBERS, st.lists(_WORDS, max_size=3), st.lists(_WORDS, max_size=3), st.sampled_from(["-", ".", " ", ""]))
def test_of_what_stands_around_a_number_nothing_gets_into_it(
    digits: str, before: list[str], behind: list[str], between: str
) -> None:
    number = between.join((digits[:3], digits[3:6], digits[6:]))
    try:
        found = phone(" ".join((*before, number, *behind)), "US")
    except SkipRecord:
        return
    assert found.partition(";")[0] == f"+1{digits}"


@given(
    _NUMBERS,
    st.sampled_from(["DSN", "fax", "Fax:", "TTY", "(DSN)", "pager", "Autovon", "dsn:", "(f)", "[F]"]),
    st.booleans(),
)
def test_a_number_of_what_nobody_speaks_into_is_none(digits: str, label: str, in_front: bool) -> None:
    number = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    with pytest.raises(SkipRecord, match="fax"):
        phone(f"{label} {number}" if in_front else f"{number} {label}", "US")


@given(_NUMBERS, _NUMBERS, st.sampled_from([" ", "  ", "\n", " / ", ", ", " or ", "; ", " (", " & "]))
def test_of_two_numbers_the_first_is_taken(first: str, second: str, between: str) -> None:
    for form in ("{}-{}-{}", "({}) {}-{}", "{} {} {}", "{}.{}.{}"):
        cell = between.join(form.format(digits[:3], digits[3:6], digits[6:]) for digits in (first, second))
        assert phone(cell, "US") == f"+1{first}", cell


@given(
    _NUMBERS,
    _NUMBERS,
    st.sampled_from([("F: ", "T: "), ("F ", "T "), ("f. ", "o. "), ("Fax: ", "Tel: "), ("(f) ", "(o) ")]),
    st.sampled_from([" ", "; ", ", ", "\n", " / "]),
)
def test_of_a_fax_and_a_telephone_the_telephone_is_taken(
    first: str, second: str, labels: tuple[str, str], between: str
) -> None:
    fax, telephone = (f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" for digits in (first, second))
    for cell in (
        f"{labels[0]}{fax}{between}{labels[1]}{telephone}",
        f"{labels[1]}{telephone}{between}{labels[0]}{fax}",
        f"{fax} (f){between}{telephone} (o)",
        f"{telephone} (o){between}{fax} (f)",
    ):
        assert phone(cell, "US") == f"+1{second}", cell


@given(
    _NUMBERS,
    st.sampled_from([", ", "; ", "/", " / ", " ~", " & ", " or "]),
    st.from_regex("0[1-9]{1,3}", fullmatch=True),
)
def test_digits_behind_a_number_are_no_extension_unless_they_are_called_so(digits: str, gap: str, more: str) -> None:
    number = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    assert phone(f"{number}{gap}{more}", "US") == f"+1{digits}"
    assert phone(f"{number}{gap}x{more}", "US") in (f"+1{digits}", f"+1{digits};ext={more}")
    assert phone(f"{number} x{more}{gap}{more}", "US") == phone(f"x{more} {number}", "US") == f"+1{digits};ext={more}"


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
        "SMTP:ana@epa.example", "smtp:ana@epa.example;SIP:bo@epa.example", "smtp:old@epa.example;SMTP:ana@epa.example",
        "SIP:bo@epa.example SMTP:ana@epa.example",
        "Email:ana@epa.example", "E-MAIL:ana@epa.example", "Work:ana@epa.example", "MAILTO: ana@epa.example",
        "Ana:ana@epa.example",
        "ana@epa.example#mailto:ana@epa.example#", "Ana Sample#mailto:ana@epa.example#", "#mailto:ana@epa.example",
        "[Ana](mailto:ana@epa.example)", "<a href='mailto:ana@epa.example'>Ana</a>",
        '=HYPERLINK("mailto:ana@epa.example","Ana")', "mailto:ana@epa.example?cc=bo@epa.example&subject=x",
        "*ana@epa.example", "'ana@epa.example", "#ana@epa.example", "\u2022ana@epa.example", "\u2020 ana@epa.example",
        "\u2709\ufe0fana@epa.example", "\u2018ana@epa.example\u2019", "\u201cana@epa.example\u201d",
        "ana@epa.example\u2020", "ana@epa.example*", "\u00abana@epa.example\u00bb", "ana\uff20epa.example",
        "ana@epa.example\uff1bbo@epa.example", "ana@epa.example\u3001bo@epa.example",
        "ana@epa.example\u2022bo@epa.example", "ana @epa.example", "ana@ epa.example", "Ana Sample: ana @ epa.example",
        "ana [at] epa.example", "ana[at]epa[dot]example", "ana (at) epa (dot) example", "ana {AT} epa dot example",
        "Ana Sample, ana (at) epa.example", "Ana <ana[at]epa.example>",
    ],
)  # fmt: skip
def test_the_first_address_of_a_mail_cell_is_taken(cell: str) -> None:
    assert mail(cell) == "ana@epa.example"


@pytest.mark.parametrize("cell", ["<a#b@epa.example>", "Ana <a#b@epa.example>", "mailto:a#b@epa.example"])
def test_no_part_of_an_address_is_cut_off(cell: str) -> None:
    assert mail(cell) == "a#b@epa.example"


@pytest.mark.parametrize("written", ["ana.o\u2019sample", "ana.o\u2018sample", "ana.o\u02bcsample", "ana.o'sample"])
def test_an_apostrophe_in_an_address_is_the_one_that_it_has(written: str) -> None:
    for cell in (f"{written}@epa.example", f"Ana O\u2019Sample <{written}@epa.example>", f"'{written}@epa.example'"):
        assert mail(cell) == "ana.o'sample@epa.example"


@pytest.mark.parametrize("address", ["_ana@epa.example", "!ana@epa.example", "zo\u00eb@epa.example", "#@epa.example"])
def test_a_letter_that_an_address_may_begin_with_is_a_part_of_it(address: str) -> None:
    assert mail(address) == mail(f"<{address}>" if address[0] not in "!#" else address) == address


@given(
    st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z0-9]{1,8})?@[a-z]{2,8}\.example", fullmatch=True),
    st.lists(
        st.sampled_from("*'\u2022\u2020\u2021#\u2709\u201c\u201d\u2018\u2019\u00ab\u00b7\u203a\u260e \u00a0\"<("),
        max_size=4,
    ),
    st.lists(st.sampled_from("*'\u2020\u201d\u2019\u00bb.,;>)\uff1b\u3001 \u00a0"), max_size=4),
)
def test_marks_around_an_address_are_no_part_of_it(address: str, before: list[str], behind: list[str]) -> None:
    assert mail("".join((*before, address, *behind))) == address


@pytest.mark.parametrize(
    "cell",
    [
        "SIP:ana@epa.example",
        "X500:/o=EPA/cn=ana@epa.example",
        "ana(at)epa.example",
        "see us at epa.example",
        "ask Ana [at] desk",
        "ana @ desk",
        "ana@",
        "@epa.example",
        "ana@epa",
        "see website",
    ],
)
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


@pytest.mark.parametrize(
    "word",
    [
        "Na", "Nina", "0", "✓", "x", "No", "Nil Sample", "Null Sample", "Chris Null", "Tobe Sample", "Open Sample",
        "Notary",
        "Pending Sample", "Noa One", "Vacantia Sample", "Nota Sample", "Data Desk", "Contact Desk", "Position Desk",
        "#1",
        "# 7", "Ana - Import Desk", "See Sample", "N/A Sample", "Vacant Sample",
        "Open", "Ana since 2020", "N Sample", "AT&T", "R&D;", "Sample, N/A", "as of 11/1/2026", "Position Sample",
        "Since Sample",
    ],
)  # fmt: skip
def test_words_that_mean_something_are_kept(word: str) -> None:
    assert not Empty()(word)
    assert not Empty(posts=True)(word)


@pytest.mark.parametrize(
    "word",
    [
        "TBC", "tbc.", "T.B.C.", "Pending", "(pending)", "Not assigned", "not yet assigned", "Currently not available",
        "No data",
        "No information available", "Data not available", "Name not listed", "not on file", "To be confirmed",
        "to be named",
        "Pending hire", "none assigned", "No one", "no incumbent", "Position not filled", "Position currently vacant",
        "#ERROR!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#PYTHON!", "#DIV/0!", "#N/A", "# N/A", "#NAME?",
        "Err:502",
        "######", "<NA>", "\\N", "N/A; N/A", "n/a n/a", "none / none", "TBD, TBD", "n/d", "N/A.", "**TBD**",
        "Vacante", "non disponible", "Por definir", "See our web page", "none at this time", "Unspecified", "unk.",
        "N / A", "N/ A", "n /a", "N/A?", "\u201cN/A\u201d", "\u2018none\u2019", "\u00abn/d\u00bb", "Unknown?",
        "Position Open", "Post is open", "Vacant as of 11/1/2026", "Vacant since November 2026", "TBD until 2027",
        "N/A (as of 11/1)",
    ],
)  # fmt: skip
def test_words_and_phrases_that_say_that_there_is_nothing_mean_nothing(word: str) -> None:
    for written in (word, word.upper(), word.lower(), f" {word} ", word.replace(" ", "\u00a0")):
        assert Empty()(written), written
    assert not Empty(["withheld"])(word) or not any(map(str.isalnum, word))


@pytest.mark.parametrize(
    "cell",
    [
        "Vacant - Import Desk", "VACANT \u2013 Import Desk", "Vacant (acting: Ana Sample)", "Vacant: Import Desk",
        "Vacant position - GS-12", "Import Desk - Vacant", "Import Desk (vacant)", "Import Desk: currently vacant",
        "TBD - hiring in 2027", "N/A \u2014 retired", "To be named (see website)", "Unfilled / Import Desk",
        "Vacant - Supervisory Import Specialist, Team 731, Los Angeles", "Position Open - Import Desk",
        "Import Desk (position open)", "Vacant as of November 1, 2026, Import Desk",
    ],
)  # fmt: skip
def test_a_post_that_nobody_has_is_nobody(cell: str) -> None:
    assert Empty(posts=True)(cell)
    assert not Empty()(cell), "the title of a case may say so"


@given(
    st.sampled_from(["not {}", "not yet {}", "to be {}", "is not {}", "currently not {}", "Not {} yet"]),
    st.sampled_from(["assigned", "provided", "available", "determined", "named", "set", "confirmed"]),
    st.sampled_from(["{}", "({})", "<{}>", "[{}]", "*{}*", "{}!", '"{}"']),
)
def test_every_such_phrase_means_nothing(phrase: str, word: str, around: str) -> None:
    assert Empty()(around.format(phrase.format(word)))


class _Slow(Empty):
    """Looks at every text the long way."""

    def _means_something(self, value: str) -> bool:
        assert value
        return False


_OF_CELLS: Final = st.lists(
    st.sampled_from(
        [
            *EMPTY_WORDS, "email", "E-mail address", "not listed", "no data", "to be named", "pending hire", "see site",
            "Err:502", "open position", "since 2020", "as of May", "Import Desk", "Sample", "a@cbp.example", "0", "&",
            "&nbsp;", "n&#47;a", "un&shy;known", "\u00ad", " ", "-", " - ", "/", "; ", ": ", "(", ")", ".", "_", "\t",
        ]
    ),
    min_size=1,
    max_size=5,
).map("".join)  # fmt: skip


@given(_OF_CELLS, st.booleans())
def test_a_look_at_how_a_cell_begins_changes_nothing(cell: str, posts: bool) -> None:
    for written in (cell, cell.upper(), cell.title()):
        assert Empty(posts=posts)(written) == _Slow(posts=posts)(written), written
        assert Empty(["0", "Sample", "a@cbp.example"])(written) == _Slow(["0", "Sample", "a@cbp.example"])(written)


@pytest.mark.parametrize("cell", ["&nbsp;", "&nbsp;&nbsp;", "&#160;", "&#xA0;", "&mdash;", "N/A&nbsp;", "&nbsp;TBD"])
def test_blanks_and_dashes_of_web_pages_mean_nothing(cell: str) -> None:
    assert Empty()(cell)


@pytest.mark.parametrize(
    ("part", "means"),
    [("N/A", False), ("-", False), ("#N/A", False), ("(none)", False), ("TBD", False), ("not listed", False),
     ("", False), ("Null", True), ("none", True), ("Nil", True), ("Nan", True), ("Blank", True), ("M", True),
     ("Ana", True)],
)  # fmt: skip
def test_in_a_part_of_a_name_a_word_that_may_be_a_name_is_one(part: str, means: bool) -> None:
    assert Empty().of_a_part(part) is not means
    assert not Empty(["withheld"]).of_a_part(part) or not any(map(str.isalnum, part))
    assert Empty(["withheld"]).of_a_part("Withheld")


@given(st.text("-–—_.?*/ \u00a0", min_size=1, max_size=8))
def test_dashes_and_dots_alone_mean_nothing(text: str) -> None:
    assert Empty()(text)
    assert Empty(())(text) == (not text.strip())
