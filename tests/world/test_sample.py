"""The sample world: the same for the same seed, of every kind, and never to be taken for a real one."""

import re
from collections import Counter

from graph_schema.graph import GRAPH
from graph_schema.upsert import dangling
from hub.world.reference import Rows, reference_rows
from hub.world.sample import Size, personas, sample_rows

KNOWN = reference_rows()
BLOCKS = list(sample_rows(0.01, 7, KNOWN))
WORLD = sum(BLOCKS, start=Rows((), ()))


def test_the_same_seed_makes_the_same_world() -> None:
    assert list(sample_rows(0.01, 7, KNOWN)) == BLOCKS
    assert list(sample_rows(0.01, 8, KNOWN)) != BLOCKS


def test_no_edge_leads_nowhere() -> None:
    assert not list(dangling(GRAPH, (*KNOWN.nodes, *WORLD.nodes), WORLD.edges))


def test_every_row_says_that_it_is_a_sample() -> None:
    assert {row.properties["source"] for row in WORLD.nodes} == {"sample"}
    for row in WORLD.nodes:
        if row.label == "Deadline":  # its name is that of its clock
            continue
        name = row.properties.get("name") or row.properties.get("title") or "Sample"
        assert "sample" in name.lower(), row
        assert str(row.properties.get("email", "x@sample.example")).endswith("@sample.example")
        assert re.fullmatch(r"\+1-202-555-01\d\d", str(row.properties.get("phone", "+1-202-555-0100")))
        if row.label == "Importer":
            assert row.properties["number"].startswith("00-")


def test_cases_are_of_every_kind_and_status_and_owned_by_all_three() -> None:
    cases = [row for row in WORLD.nodes if row.label == "Case"]
    assert {case.properties["status"] for case in cases} == set(GRAPH.node("Case").property_named("status").values)
    ends = {kind: {row.head for row in WORLD.edges if row.edge.type == kind} for kind in ("OF_KIND", "HANDLED_BY")}
    assert len(ends["OF_KIND"]) == 29
    assert {label for label, _ in ends["HANDLED_BY"]} == {"Center", "Port", "Office"}


def test_powers_of_attorney_are_in_term_and_expired_and_some_agencies_not_yet_accepted() -> None:
    powers = Counter("until" in row.properties for row in WORLD.edges if row.edge.type == "REPRESENTS")
    assert min(powers.values()) > 20
    accepted = Counter("acceptedAt" in row.properties for row in WORLD.edges if row.edge.type == "INVOLVES")
    assert min(accepted.values()) > 20


def test_each_persona_has_an_account_that_acts_for_a_party_of_the_world() -> None:
    acting = {row.tail[1].rpartition("|")[2]: row.head for row in WORLD.edges if row.edge.type == "ACTS_FOR"}
    assert acting == {persona.name: persona.party for persona in personas()}
    assert len({persona.party[0] for persona in personas()}) == 8


def test_scale_one_is_as_large_as_it_says() -> None:
    assert Size.of(1) == Size(importers=20_000, brokers=2_000, contacts=5_000, cases=100_000)
