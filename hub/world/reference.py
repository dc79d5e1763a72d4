"""The public facts as rows: Centers, ports, offices, agencies, goods, kinds of case, programs and orders."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Final

from graph_schema import cases, forms, goods, parties, reference, topics
from graph_schema.graph import GRAPH
from graph_schema.sources import REFERENCE
from graph_schema.tables import table
from graph_schema.upsert import EdgeRow, NodeRow, dangling
from graph_schema.vocabulary import words_of_rows

_TRADED: Final = re.compile(r"traded \d{4}(?:-(?P<last>\d{4}))?")
_NO_GOODS: Final = "n/a"
_YES: Final = "yes"
_NOBODY: Final = "nobody"
Row = Mapping[str, str]


class BrokenReference(ValueError):
    """Reference files that contradict each other; the message lists every dangling row."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Nodes and edges of one source."""

    nodes: tuple[NodeRow, ...]
    edges: tuple[EdgeRow, ...]

    def __add__(self, other: "Rows") -> "Rows":
        return Rows(self.nodes + other.nodes, self.edges + other.edges)


def reference_rows() -> Rows:
    """All public facts the hub ships. Raises `BrokenReference` for a dangling parent."""
    rows = sum(
        (_offices(), _ports(), _agencies(), _goods(), _case_kinds(), _forms(), _orders(), _others()),
        start=Rows((), ()),
    )
    if broken := list(dangling(GRAPH, rows.nodes, rows.edges)):
        raise BrokenReference("\n".join(broken))
    return rows


def reference_hash() -> str:
    """Changes when a reference file does."""
    digest = hashlib.sha256()
    for file in sorted(resources.files(reference).iterdir(), key=lambda found: found.name):
        if file.name.endswith(".csv"):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _node(label: str, **properties: object) -> NodeRow:
    return NodeRow(
        label, {"source": REFERENCE.name, **{key: None if value == "" else value for key, value in properties.items()}}
    )


def _offices() -> Rows:
    nodes = [
        _node(
            "FieldOffice", name=row["name"], area=row["area"], confidence=row["area_confidence"], citation=row["source"]
        )
        for row in table("field_offices")
    ]
    edges: list[EdgeRow] = []
    for row in table("centers"):
        if not row["short"]:  # PNDING and NOTELG are states of an importer, never Centers
            continue
        nodes.append(
            _node(
                "Center", code=row["code"], name=row["name"], shortName=row["short"], scope=row["industry_scope"],
                city=row["management_office_city"], citation=row["code_source"],
            )
        )  # fmt: skip
        edges.append(EdgeRow(parties.MANAGED_FROM, ("Center", row["code"]), ("FieldOffice", row["field_office"])))
    for row in table("offices"):
        nodes.append(
            _node("Office", code=row["code"], name=row["name"], function=row["function"], citation=row["source"])
        )
        if row["parent"]:
            edges.append(EdgeRow(parties.OFFICE_PART_OF, ("Office", row["code"]), ("Office", row["parent"])))
    return Rows(tuple(nodes), tuple(edges))


def _ports() -> Rows:
    nodes: list[NodeRow] = []
    edges: list[EdgeRow] = []
    same_port = {row["census_code"]: row["cbp_ace_code"] for row in table("port_aliases")}
    for row in table("ports"):
        code, ended = row["code"], _ended(row)
        port = f"ACE:{same_port.get(code, code)}"
        # Census and ACE agree on a code unless an alias says otherwise
        for issuer in (
            ("CENSUS",) if code in same_port else ("ACE",) if "appendix_e" in row["status"] else ("ACE", "CENSUS")
        ):
            citation = row["status"] + (f"; {row['note']}" if row["note"] else "")
            nodes.append(
                _node("PortCode", id=f"{issuer}:{code}", issuer=issuer, code=code, validTo=ended, citation=citation)
            )
            edges.append(EdgeRow(parties.IDENTIFIES, ("PortCode", f"{issuer}:{code}"), ("Port", port)))
        if code in same_port:
            continue
        nodes.append(
            _node(
                "Port", id=port, issuer="ACE", code=code, name=place_name(row["name"]), state=row["state"],
                kind=row["kind"], district=row["district_name"], validTo=ended,
                confidence=row["field_office_confidence"], citation=row["status"],
            )
        )  # fmt: skip
        if row["field_office"]:
            edges.append(EdgeRow(parties.IN_FIELD_OFFICE, ("Port", port), ("FieldOffice", row["field_office"])))
    return Rows(tuple(nodes), tuple(edges))


_KEPT_IN_CAPITALS: Final = frozenset(
    {"DHL", "UPS", "TNT", "IBC", "ECCF", "NYACC", "LAX", "JFK", "ATL", "II", "US", "U.S."}
)


def place_name(name: str) -> str:
    """The name of a place as people write it: Los Angeles, CA, and not LOS ANGELES, CA."""
    if not name.isupper():
        return name
    place, comma, state = name.rpartition(", ")
    words = (place or state).split(" ")
    spelled = " ".join(word if word.strip("(),-") in _KEPT_IN_CAPITALS else word.title() for word in words)
    return f"{spelled}, {state}" if comma else spelled


def _ended(row: Row) -> date | None:
    """The first day a code counts as no longer valid: the year after its last traded one, where it is historical."""
    if row["status"] != "historical":
        return None
    traded = _TRADED.search(row["note"])
    last = (traded["last"] or traded[0][-4:]) if traded else "2024"
    return date(int(last) + 1, 1, 1)


def _agencies() -> Rows:
    nodes = [
        _node(
            "Agency", code=row["abbreviation"], aceCode=row["code"], name=row["name"], department=row["department"],
            programs=row["programs"], regulatedGoods=row["regulated_goods"], aceFlags=row["ace_flags"],
            forms=row["forms"], confidence=row["confidence"], citation=row["source"],
        )
        for row in table("agencies")
    ]  # fmt: skip
    edges: list[EdgeRow] = []
    ports = [
        row for row in table("ports") if row["code"] not in {each["census_code"] for each in table("port_aliases")}
    ]
    for row in table("agency_offices"):
        office = ("AgencyOffice", row["code"])
        nodes.append(_node("AgencyOffice", code=row["code"], name=row["name"], area=row["area"], **_checked(row)))
        edges.append(EdgeRow(parties.AGENCY_PART_OF, office, ("Agency", row["agency"])))
        edges += (
            EdgeRow(parties.SERVES, office, ("Port", f"ACE:{port['code']}")) for port in ports if _serves(row, port)
        )
    chapters = [row["chapter"] for row in table("hts_chapters")]
    for row in table("agencies"):
        said = {"goods": row["regulated_goods"], "citation": row["source"], "confidence": "unverified"}
        edges += (
            EdgeRow(goods.REGULATES, ("Agency", row["abbreviation"]), ("HtsChapter", chapter), said)
            for chapter in chapters
            if _touches(row["hts_chapters_touched"], chapter)
        )
    return Rows(tuple(nodes), tuple(edges))


def _serves(office: Row, port: Row) -> bool:
    """Whether an agency's office deals with imports at a port: it is named, or its Field Office is, or else its
    state.
    """
    named = office["ports"].split("|")
    if port["code"] in named or port["field_office"] in filter(None, office["field_offices"].split("|")):
        return True
    of_others = {
        field_office
        for other in table("agency_offices")
        if other["agency"] == office["agency"]
        for field_office in filter(None, other["field_offices"].split("|"))
    }
    return port["state"] in office["states"].split() and port["field_office"] not in of_others


def _touches(chapters: str, chapter: str) -> bool:
    """Whether a list of chapters, e.g. `02-24 30`, has that one."""
    ranges = (part.partition("-") for part in chapters.split())
    return any(first <= chapter <= (last or first) for first, _, last in ranges)


def _goods() -> Rows:
    called = words_of_rows()
    nodes = [
        _node(
            "HtsChapter", code=row["chapter"], title=row["title"], words=called.get(("HtsChapter", row["chapter"])),
            section=row["section"], citation=row["source"],
        )
        for row in table("hts_chapters")
    ]  # fmt: skip
    edges: list[EdgeRow] = []
    by_chapter = {row["chapter"]: row for row in table("hts_chapter_center") if row["confidence"] != _NO_GOODS}
    exceptions = table("hts_heading_center")
    for chapter, row in by_chapter.items():
        edges.append(_suggestion("HtsChapter", chapter, row["center"], row["confidence"], row["basis"]))
    for row in table("hts_headings"):
        heading, chapter = row["heading"], row["chapter"]
        words = called.get(("HtsHeading", heading))
        nodes.append(_node("HtsHeading", code=heading, title=row["description"], words=words, citation=row["source"]))
        edges.append(EdgeRow(goods.IN_CHAPTER, ("HtsHeading", heading), ("HtsChapter", chapter)))
        exception = next(
            (found for found in exceptions if found["heading_from"] <= heading <= found["heading_to"]), None
        )
        if exception:
            edges.append(
                _suggestion("HtsHeading", heading, exception["center"], exception["confidence"], exception["basis"])
            )
        elif chapter in by_chapter:
            rule = by_chapter[chapter]
            edges.append(
                _suggestion(
                    "HtsHeading", heading, rule["center"], rule["confidence"], f"chapter {chapter}: {rule['basis']}"
                )
            )
    return Rows(tuple(nodes), tuple(edges))


def _suggestion(label: str, code: str, center: str, confidence: str, basis: str) -> EdgeRow:
    return EdgeRow(goods.SUGGESTS, (label, code), ("Center", center), {"confidence": confidence, "basis": basis})


def _case_kinds() -> Rows:
    called = words_of_rows()
    holds = {row["kind"] for row in table("holds")}
    nodes = [
        _node(
            "CaseKind", code=row["code"], name=row["name"], form=row["form"], legalBasis=row["legal_basis"],
            words=called.get(("CaseKind", row["code"])),
            answeredBy=row["answered_by"], role=row["role"], openedBy=row["opened_by"],
            holds=row["code"] in holds, **_checked(row),
        )
        for row in table("case_kinds")
    ]  # fmt: skip
    debtors = {(row["owed_by"], row["kind"]): row["roles"] for row in table("debtors")}
    clocks = [(row["kind"], _clock(rank, row, debtors)) for rank, row in enumerate(table("clocks"))]
    edges = [EdgeRow(cases.HAS_CLOCK, ("CaseKind", kind), ("Clock", clock.properties["id"])) for kind, clock in clocks]
    return Rows((*nodes, *(clock for _, clock in clocks), *_case_events()), tuple(edges))


def _forms() -> Rows:
    nodes: list[NodeRow] = []
    edges: list[EdgeRow] = []
    for row in table("forms"):
        nodes.append(
            _node(
                "Form", code=row["code"], name=row["name"], spellings=row["spellings"].replace("|", "; "),
                issuedBy=row["issued_by"], answeredBy=row["answered_by"], legalBasis=row["legal_basis"],
                citation=row["source"], confidence=row["confidence"],
            )
        )  # fmt: skip
        for rank, kind in enumerate(row["kinds"].split("|"), 1):
            edges.append(EdgeRow(forms.USED_IN, ("Form", row["code"]), ("CaseKind", kind), {"rank": rank}))
    return Rows(tuple(nodes), tuple(edges))


def _clock(rank: int, row: Row, debtors: Mapping[tuple[str, str], str]) -> NodeRow:
    return _node(
        "Clock", id=" ".join(filter(None, (row["kind"], row["code"], row["variant"]))), code=row["code"],
        variant=row["variant"], rank=rank, name=row["name"], action=row["action"], startsAt=row["starts_at"],
        startsFrom=_listed(row["starts_from"]), fromLast=row["from_last"] == _YES,
        conditions=_listed(row["condition"], "&"),
        length=_number(row["length"]), unit=row["unit"], notAfter=_listed(row["not_after"]),
        rolls=row["rolls"] == _YES, side=row["side"], owedBy=row["owed_by"], owedRoles=_owed_roles(row, debtors),
        metBy=_listed(row["met_by"]), endedBy=_listed(row["ended_by"]), metSince=_listed(row["met_since"]),
        reopenedBy=_listed(row["reopened_by"]), voidedBy=_listed(row["voided_by"]),
        extension=row["extension"], extensionLength=_number(row["extension_length"]),
        extensionUnit=row["extension_unit"], extensionTimes=_number(row["extension_times"]),
        extensionLimit=row["extension_limit"], extensionBy=row["extension_by"],
        extensionEvent=row["extension_event"],
        suspension=row["suspension"], suspendedBy=_listed(row["suspended_by"]), anewFrom=row["anew_from"],
        anewLength=_number(row["anew_length"]), anewUnit=row["anew_unit"],
        passing=row["passing"], deemed=row["deemed"], pronouncedBy=row["pronounced_by"],
        per=row["per"], window=row["window"] == _YES, repeats=row["repeats"] == _YES, legalBasis=row["legal_basis"],
        note=row["note"], **_checked(row),
    )  # fmt: skip


def _owed_roles(row: Row, debtors: Mapping[tuple[str, str], str]) -> list[str] | None:
    """Which parties of a case owe it, by their roles; None of what the trade does not owe."""
    if row["side"] != "trade":
        return None
    by_kind, by_all = ((row["owed_by"], kind) for kind in (row["kind"], ""))
    roles = debtors.get(by_kind) or debtors[by_all]
    return [] if roles == _NOBODY else roles.split("|")


def _case_events() -> Iterator[NodeRow]:
    for row in table("events"):
        yield _node(
            "CaseEvent", code=row["code"], name=row["name"], recordedBy=row["recorded_by"], about=row["about"],
            notBefore=_listed(row["not_before"]), againAfter=_listed(row["again_after"]), future=row["future"] == _YES,
            note=row["note"], **_checked(row),
        )  # fmt: skip
    for row in table("conditions"):
        yield _node("CaseCondition", code=row["code"], name=row["name"], note=row["note"], **_checked(row))


def _checked(row: Row) -> dict[str, object]:
    """Where the fact of a row was read, when, and how far that goes."""
    day = row["checked_on"]
    return {
        "citation": row["source"],
        "checkedOn": date.fromisoformat(day) if day else None,
        "confidence": row["confidence"],
    }


def _listed(text: str, separator: str = "|") -> list[str] | None:
    return text.split(separator) if text else None


def _number(text: str) -> int | None:
    return int(text) if text else None


def _orders() -> Rows:
    centers = [row["code"] for row in table("centers") if row["short"]]
    nodes: list[NodeRow] = []
    edges: list[EdgeRow] = []
    for row in table("forced_labor_orders"):
        order = f"{row['effective']} {row['entity']}"
        effective = date.fromisoformat(row["effective"]) if row["effective"] else None
        nodes.append(
            _node(
                "ForcedLaborOrder", id=order, entity=row["entity"], country=row["country"], kind=row["type"],
                effective=effective, citation=row["source"],
            )
        )  # fmt: skip
        tagged = centers if row["center"] == "ALL" else [row["center"]] if row["center"] else []
        edges += [EdgeRow(goods.TAGGED_TO, ("ForcedLaborOrder", order), ("Center", center)) for center in tagged]
    for row in table("adcvd_cases_sample"):
        nodes.append(
            _node(
                "AdcvdOrder",
                number=row["case"],
                product=row["product"],
                country=row["country_iso2"],
                citation=row["source"],
            )
        )
        edges.append(EdgeRow(goods.ORDER_IN_CHAPTER, ("AdcvdOrder", row["case"]), ("HtsChapter", row["hts_chapter"])))
    return Rows(tuple(nodes), tuple(edges))


def _responsibilities() -> Iterator[EdgeRow]:
    for row in table("responsibilities"):
        if row["office"]:
            said = {"basis": row["basis"], **({"confidence": row["confidence"]} if row["confidence"] else {})}
            yield EdgeRow(topics.ANSWERED_BY, (row["subject"], row["code"]), ("Office", row["office"]), said)


def _deciders() -> Iterator[EdgeRow]:
    """Who answers for a matter whatever the account's Center, and which agency decides it."""
    for row in table("answered_at"):
        place = (row["label"], f"ACE:{row['place']}" if row["label"] == "Port" else row["place"])
        said = {"basis": row["basis"], **_checked(row)}
        yield EdgeRow(topics.ANSWERED_AT, (row["subject"], row["code"]), place, said)
    for row in table("decided_by"):
        said = {"basis": row["basis"], "beforeCbp": row["before_cbp"] == _YES, **_checked(row)}
        yield EdgeRow(topics.DECIDED_BY, (row["subject"], row["code"]), ("Agency", row["agency"]), said)


def _others() -> Rows:
    return Rows(tuple(_plain_nodes()), (*_responsibilities(), *_deciders()))


def _plain_nodes() -> Iterator[NodeRow]:
    called = words_of_rows()
    for row in table("roles"):
        yield _node("Role", code=row["role"], name=row["name"], side=row["side"], note=row["note"])
    for row in table("topics"):
        yield _node(
            "Topic", code=row["code"], name=row["name"], note=row["note"], words=called.get(("Topic", row["code"])),
            beforeCenter=row["before_center"] == _YES,
            **_checked(row),
        )  # fmt: skip
    for row in table("associations"):
        yield _node("Association", code=row["code"], name=row["name"])
    for row in table("party_roles"):
        yield _node(
            "PartyRole", code=row["code"], name=row["name"], reads=row["reads"].split(), toldTo=row["told_to"],
            namedBy=row["named_by"], note=row["note"], **_checked(row),
        )  # fmt: skip
    for row in table("number_kinds"):
        yield _node(
            "NumberKind", code=row["code"], name=row["name"], shape=row["shape"], example=row["example"],
            note=row["note"], **_checked(row),
        )  # fmt: skip
    for row in table("programs"):
        yield _node(
            "Program", code=row["code"], name=row["name"], words=called.get(("Program", row["code"])),
            since=date.fromisoformat(row["since"]),
            until=date.fromisoformat(row["until"]) if row["until"] else None, status=row["status"],
            beforeCenter=row["before_center"] == _YES, legalBasis=row["legal_basis"], note=row["note"], **_checked(row),
        )  # fmt: skip
