"""What people have in hand is understood however it is written."""

import pytest

from hub.errors import BadInput
from hub.queries.in_hand import Agency, Form, agency, form, number, port


@pytest.mark.parametrize(
    ("text", "kind", "whose"),
    [
        ("CBP 28", "rfi", None), ("cbp form 28", "rfi", None), ("CF-28", "rfi", None), ("RFI", "rfi", None),
        ("a Request for Information", "rfi", None), ("CBP29", "notice_of_action", None), ("7501", "entry", None),
        ("Form 7501", "entry", None), ("redelivery", "redelivery", None), ("notice to redeliver", "redelivery", None),
        ("4647 marking notice", "marking", None), ("seizure notice", "seizure", None),
        ("notice of seizure", "seizure", None), ("protest", "protest", None), ("CBP Form 19", "protest", None),
        ("denied protest", "protest", None), ("a bill from CBP", "bill", None), ("6084", "bill", None),
        ("CBP 301", "bond_sufficiency", None), ("7551", "drawback", None), ("penalty notice", "penalty", None),
        ("liquidated damages notice", "liquidated_damages", None), ("pre-penalty notice", "prepenalty_notice", None),
        ("detention notice", "detention", None), ("UFLPA notice", "uflpa_detention", None),
        ("Notice of FDA Action", "agency_hold", "FDA"), ("FDA hold", "agency_hold", "FDA"),
        ("Emergency Action Notification", "agency_hold", "APH"), ("eFiling certificate", "agency_hold", "CPS"),
        ("binding ruling", "ruling", None), ("broker license application", "broker_license", None),
        ("summons", "record_production", None), ("EAPA notice", "eapa", None),
    ],
)  # fmt: skip
def test_a_form_or_notice_is_of_a_kind_of_case(text: str, kind: str, whose: str | None) -> None:
    assert form(text) == Form(kind, whose)


def test_an_unknown_form_is_none() -> None:
    assert [form(text) for text in ("", "CBP 99999", "a letter of the king", "¿?")] == [None] * 4


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2704", "2704"), ("Port 2704", "2704"), ("901", "0901"), ("Laredo", "2304"), ("laredo, tx", "2304"),
        ("Port of Laredo", "2304"), ("LOS ANGELES", "2704"), ("LAX", "2720"), ("Los Angeles airport", "2720"),
        ("JFK", "4701"), ("JFK Airport", "4701"), ("Newark", "4601"), ("New York", "4601"), ("Long Beach", "2709"),
        ("San Juan", "4909"), ("Houston", "5301"), ("Miami", "5201"), ("Dallas", "5501"), ("Otay Mesa", "2506"),
        ("Portland, OR", "2904"), ("Portland ME", "0101"), ("Buffalo", "0901"), ("St. Louis", "4503"),
        ("Chicago", "3901"), ("DHL JFK", "4772"),
    ],
)  # fmt: skip
def test_a_port_is_known_by_its_name(text: str, code: str) -> None:
    assert port(text) == code


def test_a_port_of_several_names_each_of_them() -> None:
    with pytest.raises(BadInput, match=r"Portland, ME \(0101\), Portland, OR \(2904\): say which"):
        port("Portland")
    assert port("Nowhere") == "Nowhere"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FDA", "FDA"), ("fda", "FDA"), ("Food and Drug Administration", "FDA"), ("the FDA, please", "FDA"),
        ("APHIS", "APH"), ("CPSC", "CPS"), ("NHTSA", "NHT"), ("Fish and Wildlife Service", "FWS"), ("USTR", "USTR"),
        ("NMFS", "NMF"), ("FSIS", "FSI"), ("EPA", "EPA"), ("XYZ", "XYZ"),
    ],
)  # fmt: skip
def test_an_agency_is_known_by_its_name_and_its_initials(text: str, code: str) -> None:
    assert agency(text) == Agency(code, None)


@pytest.mark.parametrize(
    ("text", "whose", "code"),
    [
        ("FDA Division of West Coast Imports", "FDA", "FDA-WEST"), ("FDA-WEST", "FDA", "FDA-WEST"),
        ("Division of Northern Border Imports", "FDA", "FDA-NORTHERN"), ("APHIS Miami", "APH", "APH-MIAMI"),
        ("FWS wildlife inspectors Seattle", "FWS", "FWS-SEATTLE"), ("CPSC eFiling", "CPS", "CPS-EFILING"),
    ],
)  # fmt: skip
def test_an_office_of_an_agency_is_known_by_its_name(text: str, whose: str, code: str) -> None:
    assert agency(text) == Agency(whose, code)


def test_a_number_tells_what_it_may_be() -> None:
    protest, seizure, entry = map(number, ("2704-26-100001", "2026-5301-000077-01", "AAA-0000010-5"))
    assert (protest.port, protest.kind, protest.code) == ("2704", "protest", "270426100001")
    assert (seizure.port, seizure.kind, seizure.code) == ("5301", None, "2026530100007701")
    assert (entry.entry, entry.port) == ("AAA-0000010-5", None)
    assert number("HUB-26-4T7Q2Z9K").case == "HUB-26-4T7Q2Z9K"
