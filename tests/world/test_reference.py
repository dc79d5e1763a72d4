"""The public facts: as many as the files hold, on real parents, New York's ports under both their numbers."""

from collections import Counter

from hub.world.desks import desk_rows
from hub.world.reference import reference_rows

ROWS = reference_rows()


def test_every_file_is_loaded() -> None:
    counted = Counter(row.label for row in ROWS.nodes)
    assert counted == {
        "Center": 10, "FieldOffice": 20, "Port": 580, "PortCode": 1062, "Office": 25, "Agency": 29,
        "AgencyOffice": 37, "Association": 3,
        "HtsChapter": 99,
        "HtsHeading": 1237, "CaseKind": 56, "Clock": 152, "CaseEvent": 157, "CaseCondition": 26,
        "ForcedLaborOrder": 48, "AdcvdOrder": 14, "Role": 23,
        "Program": 14, "Topic": 26, "PartyRole": 13, "NumberKind": 10, "Form": 117,
    }  # fmt: skip
    assert {row.properties["source"] for row in ROWS.nodes} == {"reference"}


def test_rows_have_the_words_that_people_use() -> None:
    words = {
        (row.label, row.properties["code"]): row.properties.get("words")
        for row in ROWS.nodes
        if "code" in row.properties
    }
    assert words["HtsHeading", "4012"] == "used tires; tires (used or retreaded)"
    assert "de minimis (the program)" in str(words["Program", "LOWVALUE"])
    kinds = [(row.properties["rank"], row.head[1]) for row in ROWS.edges if row.tail == ("Form", "CBP 7501")]
    assert sorted(kinds) == [(1, "entry"), (2, "liquidation"), (3, "psc")]


def test_pending_and_not_eligible_are_no_centers() -> None:
    assert not {"PNDING", "NOTELG"} & {row.properties.get("code") for row in ROWS.nodes}


def test_each_heading_suggests_one_center_and_says_why() -> None:
    suggested = Counter(
        row.tail[1] for row in ROWS.edges if row.edge.type == "SUGGESTS" and row.tail[0] == "HtsHeading"
    )
    assert set(suggested.values()) == {1}
    basis = {row.tail[1]: row.properties for row in ROWS.edges if row.edge.type == "SUGGESTS"}
    assert basis["8542"] == {"confidence": "high", "basis": "semiconductors, integrated circuits, solar cells"}
    assert basis["8528"]["basis"].startswith("chapter 85: ")


def test_each_center_is_managed_from_a_field_office_of_its_own() -> None:
    managed = [row.head[1] for row in ROWS.edges if row.edge.type == "MANAGED_FROM"]
    assert len(set(managed)) == len(managed) == 10


def test_new_york_goes_by_both_its_numbers() -> None:
    codes = {row.tail[1] for row in ROWS.edges if row.edge.type == "IDENTIFIES" and row.head[1] == "ACE:4601"}
    assert codes == {"ACE:4601", "CENSUS:1001", "CENSUS:1003"}


def test_each_topic_says_where_it_was_read_or_that_nobody_has_checked_it() -> None:
    topics = [row.properties for row in ROWS.nodes if row.label == "Topic"]
    for topic in topics:
        assert topic["citation"], topic
        checked = topic["confidence"] in ("verified", "reported")
        assert checked is (topic["checkedOn"] is not None), topic
        assert checked is not topic["citation"].startswith("unverified: "), topic
    assert {topic["beforeCenter"] for topic in topics} == {True, False}


def test_an_agencys_offices_serve_the_ports_of_their_area() -> None:
    served = {
        (row.tail[1], row.head[1]) for row in ROWS.edges if row.edge.type == "SERVES" and row.tail[1].startswith("FDA")
    }
    by_port = {
        port: [office for office, served_port in served if served_port == f"ACE:{port}"]
        for port in ("2704", "2304", "4601", "0901", "3801", "3001", "4909", "5201")
    }
    assert by_port == {
        "2704": ["FDA-WEST"], "2304": ["FDA-SOUTHWEST"], "4601": ["FDA-NORTHEAST"], "0901": ["FDA-NORTHERN"],
        "3801": ["FDA-NORTHERN"], "3001": ["FDA-WEST"], "4909": ["FDA-SOUTHEAST"], "5201": ["FDA-SOUTHEAST"],
    }  # fmt: skip


def test_agencies_regulate_the_chapters_that_their_row_names() -> None:
    regulated = {(row.tail[1], row.head[1]) for row in ROWS.edges if row.edge.type == "REGULATES"}
    assert {agency for agency, chapter in regulated if chapter == "03"} == {"FDA", "NMF", "FWS", "OMC"}
    assert {chapter for agency, chapter in regulated if agency == "TTB"} == {"22", "24"}
    assert ("FDA", "17") in regulated
    assert ("FDA", "01") not in regulated


def test_every_office_at_work_has_a_shared_desk_and_none_has_an_invented_mailbox() -> None:
    desks = desk_rows(ROWS)
    of = {edge.head for edge in desks.edges}
    assert len(of) == len(desks.nodes) > 500
    for label, key in (("Center", "code"), ("FieldOffice", "name"), ("Agency", "code"), ("AgencyOffice", "code")):
        assert {(label, row.properties[key]) for row in ROWS.nodes if row.label == label} <= of
    assert {("Port", f"ACE:{code}") for code in ("2304", "4601", "4771", "4909", "5201", "5301", "4503")} <= of
    assert [row.properties["id"] for row in desks.nodes if row.properties["email"]] == ["desk:Office:OFO-TOD"]
