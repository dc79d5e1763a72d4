"""The sample world: the same for the same seed, of every kind, and never to be taken for a real one."""

import re
from collections import Counter
from datetime import date

import pytest

from graph_schema.graph import GRAPH
from graph_schema.upsert import dangling
from hub.deadlines.clock import Clock
from hub.deadlines.facts import Facts
from hub.deadlines.kept import KeptCase, bring
from hub.world.reference import Rows, reference_rows
from hub.world.sample import Size, personas, sample_rows
from hub.world.sample_words import PORTS, goods_of, title_of_case

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
        if row.label in ("Deadline", "MessageAudience"):  # its name is that of its clock, or says who is in it
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
    assert len(ends["OF_KIND"]) == sum(row.label == "CaseKind" for row in KNOWN.nodes)
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


def test_the_status_of_a_case_is_what_its_deadlines_say() -> None:
    """As a verb that changes any of its facts would leave it."""
    known = {row.properties["id"]: Clock.of(row.properties) for row in KNOWN.nodes if row.label == "Clock"}
    kinds = {row.tail[1]: row.head[1] for row in WORLD.edges if row.edge.type == "OF_KIND"}
    entries: dict[str, list[str]] = {}
    for row in WORLD.edges:
        if row.edge.type == "COVERS_ENTRY":
            entries.setdefault(row.tail[1], []).append(row.head[1])
    there = {row.properties["id"]: row.properties for row in WORLD.nodes if row.label == "Deadline"}
    looked = Counter[str]()
    for row in WORLD.nodes:
        if row.label != "Case" or not (dates := row.properties.get("dates")):
            continue
        told = {name: row.properties.get(name, ()) for name in ("suspensions", "extensions", "pronounced")}
        case = row.properties["id"]
        facts = Facts(case, dates, entries=entries.get(case, ()), **told)
        clocks = [clock for clock in known.values() if clock.kind == kinds[case]]
        before = KeptCase(facts, row.properties["status"], clocks, awaiting=row.properties["status"] == "AWAITING")
        brought = bring(before, before, date(2026, 11, 1))
        pronounced = brought.case.facts.pronounced
        assert (brought.case.status, list(pronounced)) == (before.status, list(facts.pronounced)), row
        assert {one.id for one in brought.deadlines} == {id_ for id_ in there if id_.startswith(f"{case} ")}
        for one in brought.deadlines:
            kept = there[one.id]
            assert (kept["state"], kept.get("due"), kept["why"]) == (one.state, one.last, one.why)
        looked[brought.case.status] += 1
    assert looked.keys() == {"OPEN", "AWAITING", "EXTENDED", "SUSPENDED", "DEEMED"}


def test_goods_enter_at_ports_through_which_much_enters() -> None:
    used = {
        label: {row.head[1] for row in WORLD.edges if row.head[0] == "Port" and row.tail[0] == label}
        for label in ("Importer", "Case", "Entry", "Contact", "Decision")
    }
    busy = {f"ACE:{code}" for code in PORTS}
    there = {row.properties["id"]: row.properties for row in KNOWN.nodes if row.label == "Port"}
    assert {there[port]["kind"] for port in busy} == {"port_of_entry"}
    assert not [port for port in busy if there[port].get("validTo")]
    assert used["Importer"] == busy
    for label, ports in used.items():
        assert ports <= busy, label
    entered: dict[str, list[str]] = {}
    for row in WORLD.edges:
        if row.edge.type == "ENTERS_AT":
            entered.setdefault(row.tail[1], []).append(row.head[1])
    assert {len(ports) for ports in entered.values()} == {1, 2, 3, 4}
    assert all(len(set(ports)) == len(ports) for ports in entered.values())


def test_titles_are_such_as_matters_have() -> None:
    titles = {label: [row.properties["title"] for row in WORLD.nodes if row.label == label] for label in _TITLED}
    for title in (title for each in titles.values() for title in each):
        assert title.startswith("Sample: ")
        assert not re.search(r"(?<!of heading )\d{4}|[{}]| {2}|[,;] *$", title), title
    assert len(set(titles["Case"])) > len(titles["Case"]) / 2
    assert len(set(titles["Issue"])) == len(titles["Issue"])
    headings = [row.properties for row in KNOWN.nodes if row.label == "HtsHeading"]
    goods = {heading["code"]: goods_of(heading["code"], heading["title"]) for heading in headings}
    under = {row.tail[1]: row.head[1] for row in WORLD.edges if row.edge.type == "UNDER"}
    kinds = {row.tail[1]: row.head[1] for row in WORLD.edges if row.edge.type == "OF_KIND"}
    for row in WORLD.nodes:
        if row.label == "Case" and not kinds[row.properties["id"]].startswith("broker_"):
            assert goods[under[row.properties["id"]]] in row.properties["title"], row
    assert all(title_of_case(row.properties["code"], "shirts", 0) for row in KNOWN.nodes if row.label == "CaseKind")


@pytest.mark.parametrize(
    ("heading", "goods"),
    [
        ("Electronic integrated circuits; parts thereof", "electronic integrated circuits"),
        ("Parts suitable for use solely or principally with the apparatus of headings 8524 to 8528",
         "parts of heading 8529"),
        ("Medical, surgical, dental or veterinary furniture (for example, operating tables); parts",
         "medical, surgical, dental or veterinary furniture"),
        ("Fish, frozen, excluding fish fillets and other fish meat of heading 0304", "fish"),
        ("T-shirts, singlets, tank tops and similar garments, knitted or crocheted",
         "T-shirts"),
        ("Raw hides and skins of bovine (including buffalo) or equine animals (fresh, or salted)",
         "raw hides and skins of bovine or equine animals"),
        ("Containers (for fluids too) specially designed and equipped for carriage by one or more modes of transport",
         "containers specially designed and equipped for carriage"),
    ],
)  # fmt: skip
def test_goods_go_by_a_short_name(heading: str, goods: str) -> None:
    assert goods_of("8529", heading) == goods


_TITLED = ("Case", "Issue", "Ruling")
