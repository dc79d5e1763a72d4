"""The public facts: as many as the files hold, on real parents, New York's ports under both their numbers."""

from collections import Counter

from hub.world.reference import reference_rows

ROWS = reference_rows()


def test_every_file_is_loaded() -> None:
    counted = Counter(row.label for row in ROWS.nodes)
    assert counted == {
        "Center": 10, "FieldOffice": 20, "Port": 580, "PortCode": 1062, "Office": 25, "Agency": 29, "Association": 3,
        "HtsChapter": 99,
        "HtsHeading": 1237, "CaseKind": 56, "Clock": 152, "CaseEvent": 157, "CaseCondition": 26,
        "ForcedLaborOrder": 48, "AdcvdOrder": 14, "Role": 22,
        "Program": 14, "Topic": 26, "PartyRole": 13, "NumberKind": 10,
    }  # fmt: skip
    assert {row.properties["source"] for row in ROWS.nodes} == {"reference"}


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
