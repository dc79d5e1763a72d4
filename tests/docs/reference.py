"""The pages of the manual that are made from what the code declares: `uv run python -m tests.docs.reference` writes
them anew.

They are committed, so that a code host shows them as well; a test fails while one differs from the declarations.
"""

import inspect
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

import typer
from graphql import GraphQLArgument, GraphQLField, GraphQLSchema
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connectors.engine.mapping import LONGEST_TEXT, longest
from connectors.registry import OWN, kind
from connectors.settings import ColumnMapping, Connection, Limits, StreamSettings
from connectors.systems.file import FileOptions
from connectors.systems.graphql import GraphQLOptions
from connectors.systems.sql import SqlOptions
from graph_schema.graph import GRAPH
from graph_schema.model import LONGEST_INDEXED, GraphSchema, NodeType, Property
from graph_schema.provenance import DESCRIBABLE
from graph_schema.rule import Grant, Rule
from graph_schema.viewer_kinds import COMMON, of_kind
from hub import errors
from hub.cli import commands as __main__
from hub.docs.contents import decisions, text, title
from hub.gql.names import DEFAULT_PAGE
from hub.queries.contact_rules import CONTACTS, LAST_CONTACT, NEXT
from hub.queries.responsibility_rules import LAST_OFFICE, OFFICES
from hub.queries.similarities import LIKENESSES
from hub.settings import Settings
from hub.verbs.verb import REQUEST, Verb
from hub.verbs.verbs import CHAPTERS
from hub.world.reference import reference_rows
from tests.asking import SCHEMA

FOLDER: Final = Path(__file__).parents[2] / "hub" / "docs"
_MADE: Final = "This page is made from what the code declares; `uv run python -m tests.docs.reference` writes it anew."
_KINDS: Final[dict[tuple[str, ...], tuple[str, set[str]]]] = {
    ("isImporter",): ("an importer", {"Importer"}),
    ("represents",): ("a broker", {"Broker"}),
    ("isCenter", "isOffice"): ("a Center", {"Center", "Team"}),
    ("isOffice",): ("a port, another office", {"Port", "Office"}),
    ("isAgency",): ("an agency", {"Agency"}),
    ("takesPart",): ("a firm that is a party by role", {"Firm"}),
    (): ("an association, a Field Office", {"Association", "FieldOffice"}),
    ("isOffice", "seesAll"): ("the Office of Trade", {"Office"}),
}
"""What the kinds of viewer are called, by their flags, and what their parties are."""


def pages() -> dict[str, str]:
    """Each page that is made, by its path within the manual."""
    made: dict[str, Callable[[], Iterable[str]]] = {
        "reference/verbs.md": _verbs,
        "reference/questions.md": _questions,
        "reference/graph.md": _graph,
        "reference/visibility.md": _visibility,
        "reference/case-kinds.md": _case_kinds,
        "reference/rules.md": _rules,
        "reference/settings.md": _settings,
        "reference/connectors.md": _connectors,
        "reference/commands.md": _commands,
        "reference/errors.md": _errors,
        "decisions/index.md": _decisions,
    }
    return {path: re.sub(r"\n{3,}", "\n\n", "\n".join(lines())).rstrip() + "\n" for path, lines in made.items()}


def _head(name: str, *told: str) -> Iterator[str]:
    yield from (f"# {name}", "", *told, "", _MADE)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_cell(found) for found in row)} |"
    yield ""


def _cell(found: object) -> str:
    return "" if found in (None, "", ()) else str(found).replace("|", r"\|").replace("\n", " ")


def _yes(found: object) -> str:
    return "yes" if found else ""


def _verbs() -> Iterator[str]:
    yield from _head(
        "Verbs",
        "What can be done, as mutations. The field of a verb is its name; it answers with a row, as the viewer may see"
        f" it then. Each verb also takes `{REQUEST.name}`: {_lower(REQUEST.doc)} [Work on"
        " cases](../how-to/work-on-cases.md) shows them at work.",
    )
    for heading, chapter in CHAPTERS.items():
        yield from ("", f"## {heading}")
        for each in chapter:
            yield from verb_entry(each)


def verb_entry(verb: Verb) -> Iterator[str]:
    """The entry of a verb, in lines: what it does, who may, its arguments."""
    who = "" if verb.signed_in else " It needs no account."
    yield from ("", f"### {verb.name}", "", f"{verb.doc} It answers with a `{verb.returns}`.{who}")
    if verb.who:
        kept = " Refused for a row that a connected system keeps." if verb.kept_here else ""
        yield from ("", f"Who may: {verb.who}.{kept}")
    rows = ((f"`{found.name}`", _type(found), _yes(found.required), found.doc) for found in verb.arguments)
    yield from _table(("argument", "type", "needed", "meaning"), rows)


def _type(found: Property) -> str:
    if found.values:
        return ", ".join(f"`{value}`" for value in found.values)
    return f"`{found.kind.value}`"


def _questions() -> Iterator[str]:
    schema = _graphql()
    assert schema.query_type is not None
    fields = schema.query_type.fields
    yield from _head(
        "Questions",
        "What can be asked: the root fields of the API. [Ask in GraphQL](../how-to/ask.md) says how lists, conditions"
        " and orders work. `uv run --no-dev hub schema` prints the whole schema.",
    )
    by_label = {found for node in GRAPH.nodes for found in (node.one, node.many)}
    yield from ("", "## The hub's own questions")
    for name, found in fields.items():
        if name in by_label:
            continue
        yield from ("", f"### {name}", "", f"{found.description} It answers with `{found.type}`.")
        yield from _table(
            ("argument", "type", "meaning"),
            ((f"`{arg}`", f"`{one.type}`", one.description) for arg, one in found.args.items()),
        )
    yield from ("", "## One row, and lists of rows", "")
    yield (
        "Each label is a field by key, which gives null where there is none to be seen, and a list, with"
        f" {DEFAULT_PAGE} rows a page if not said. [The graph](graph.md) says what each label is and has."
    )
    rows = ((_link(node), _call(fields[node.one], node.one), f"`{node.many}`", _found(node)) for node in GRAPH.nodes)
    yield from _table(("label", "one row", "list", "found by `search`"), rows)
    yield from ("## What lists take", "", "Every list takes these; deadlines and questions take `within` as well.")
    paged = {**fields["centers"].args, **fields["deadlines"].args}
    rows = ((f"`{name}`", f"`{_conditions(name, found)}`", found.description) for name, found in paged.items())
    yield from _table(("argument", "type", "meaning"), rows)


def _conditions(name: str, found: GraphQLArgument) -> str:
    return {"where": "…Where", "orderBy": "[…Order!]"}.get(name, str(found.type))


def _call(field: GraphQLField, name: str) -> str:
    return f"`{name}({', '.join(f'{arg}:' for arg in field.args)})`"


def _found(node: NodeType) -> str:
    words = [f"by words: {', '.join(node.text)}"] if node.text else []
    return "; ".join((*words, *([f"exactly: {', '.join(node.codes)}"] if node.codes else [])))


def _link(node: NodeType) -> str:
    return f"[`{node.label}`](graph.md#{node.label.lower()})"


def _graph() -> Iterator[str]:
    yield from _head(
        "The graph",
        "Every label, its properties and the fields that lead from it to other rows. A property has the same name in"
        " the graph and in the API. *Needed* means that every row has it; *guarded*, that some who see the row read"
        " null in its place: [Visibility](visibility.md#guarded-properties) says who. [A"
        " picture](../explanation/architecture.md#the-graph) shows the middle of it.",
        "",
        "| name | labels | what it is |",
        "|---|---|---|",
        *(
            f"| `{found.name}` | {', '.join(f'`{label}`' for label in found.labels)} | {found.doc} |"
            for found in GRAPH.abstracts
        ),
    )
    for node in GRAPH.nodes:
        yield from ("", f"## {node.label}", "", f"{node.doc} A row is known by `{node.key}`.")
        properties = ((f"`{found.name}`", _type(found), _notes(found), found.doc) for found in node.properties)
        yield from _table(("property", "type", "", "meaning"), properties)
        routes = (
            (
                f"`{name}`",
                f"`{'' if route.forward else '<'}-[:{route.edge.type}]-{'>' if route.forward else ''}`",
                f"`{route.target}`" + ("" if route.way.one else ", many"),
                route.way.doc + _edge_properties(route.edge.properties),
            )
            for name, route in GRAPH.routes(node.label).items()
        )
        yield from _table(("field", "along", "leads to", "meaning"), routes)


def _notes(found: Property) -> str:
    return ", ".join(note for note, holds in (("needed", found.required), ("guarded", found.guard)) if holds)


def _edge_properties(found: Sequence[Property]) -> str:
    return f" Its edges say {', '.join(f'`{one.name}`' for one in found)}." if found else ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The graph as viewers of one kind see it, and the labels that their parties have."""

    graph: GraphSchema
    parties: set[str]

    def grants(self, label: str) -> list[Grant]:
        """The reasons that can hold for such a viewer."""
        return [found for found in self.graph.rule(label).grants if found.name != "nobody" and self._reaches(found)]

    def _reaches(self, grant: Grant) -> bool:
        """Not where the row would have to lead to a party of another label, or to a row that is seen only for reasons
        by which an earlier grant holds as well, or that do not count.
        """
        if grant.through is not None:
            return any(inner.name not in (*grant.implied, *grant.but) for inner in self.grants(grant.through))
        if grant.edge is None or [test.where for test in grant.tests] != ["{x} IN myParties"]:
            return True
        edge = GRAPH.edge(grant.edge)
        return not self.parties.isdisjoint(edge.head if grant.forward else edge.tail)


def _kinds() -> dict[str, Seen]:
    """By what they are called; an office that is busy sees what another sees."""
    known = [found for found in COMMON if found.acts and "busy" not in found.flags]
    named = {"the public": Seen(of_kind(GRAPH, COMMON[0]), set())}
    for kind_ in known:
        name, parties = _KINDS[tuple(sorted(kind_.flags))]
        named[name] = Seen(of_kind(GRAPH, kind_), parties)
    return named


def _visibility() -> Iterator[str]:
    graphs = _kinds()
    yield from _head(
        "Visibility",
        "Who may see which rows, and why. A row is seen if one of its reasons holds. A viewer is the parties that their"
        " account acts for at the moment of the question, with the offices and teams that are part of those."
        " [Visibility explained](../explanation/visibility.md) says how the rules are kept.",
    )
    public = [rule.label for rule in GRAPH.rules if rule.public]
    yield from (
        "",
        "## What everybody sees",
        "",
        f"All rows of {', '.join(f'`{label}`' for label in public)}: public facts.",
    )
    yield from ("", "## By viewer and label", "")
    yield (
        "Each cell names the reasons that can hold for such a viewer. An account that acts for nobody sees what the"
        " public sees, "
    )
    yield "and of its own: its `Account`, the questions that it asked and the calendars that it opened."
    shown = [rule for rule in GRAPH.rules if not rule.public]
    rows = (
        (f"[`{rule.label}`](#{rule.label.lower()})", *(_reasons(graph, rule) for graph in graphs.values()))
        for rule in shown
    )
    yield from _table(("label", *graphs), rows)
    yield from ("## The reasons",)
    for rule in shown:
        yield from ("", f"### {rule.label}")
        yield from _table(
            ("reason", "in words", "who can have it"), ((g.name, g.reason, _who(graphs, rule, g)) for g in rule.grants)
        )
    yield from ("## Edges", "", "An edge is seen by who sees both its ends. These edges need more:")
    edges = ((GRAPH.edge(found.edge), found.reason) for found in GRAPH.edge_rules)
    rows = ((f"`{edge.type}`", " ".join(edge.tail), " ".join(edge.head), reason) for edge, reason in edges)
    yield from _table(("edge", "from", "to", "who sees it"), rows)
    yield from (
        "## Guarded properties",
        "",
        "Of a row that they see, only some read these; all others read null, or what is said.",
    )
    guarded = ((node, found) for node in GRAPH.nodes for found in node.properties if found.guard)
    rows = ((f"`{node.label}.{found.name}`", _guard(node, found)) for node, found in guarded)
    yield from _table(("property", "who reads it"), rows)
    yield from ("## Rights", "", "What some may do beside seeing rows.")
    yield from _table(("right", "what it allows"), ((f"`{found.name}`", found.doc) for found in GRAPH.rights))


def _reasons(seen: Seen, rule: Rule) -> str:
    own = seen.grants(rule.label)
    if any(found.of_viewer == "true" for found in own):
        return "**all rows**"
    return ", ".join(found.name for found in own) or "—"


def _who(kinds: dict[str, Seen], rule: Rule, grant: Grant) -> str:
    having = [
        name for name, seen in kinds.items() if any(found.name == grant.name for found in seen.grants(rule.label))
    ]
    return "everybody" if len(having) == len(kinds) else ", ".join(having)


_AUDIENCES: Final = (
    "everybody where `{name}Audience` is `public`; its counterparts where it is `counterpart`; its own organisation;"
    " the Office of Trade"
)
_TOLD_ENTRIES: Final = (
    "the case's owner and who sent it to them, its importer or broker, an agency that has accepted it; the Office of"
    " Trade"
)
_GUARDS: Final = {
    ("Contact", "email"): _AUDIENCES,
    ("Contact", "phone"): _AUDIENCES,
    **{
        ("Case", name): _TOLD_ENTRIES
        for name in ("dates", "datesToConfirm", "conditions", "suspensions", "extensions", "answers", "pronounced")
    },
    ("Case", "partyWroteAt"): "the case's owner and who sent it to them; the Office of Trade",
    ("Case", "ownerClaims"): "the case's owner and who sent it to them; the Office of Trade",
    ("Case", "claims"): (
        "the case's owner and who sent it to them, its importer or broker, an accepted agency; the Office of Trade"
    ),
    ("Entry", "enteredAt"): "{known}; the Office of Trade",
    ("Entry", "type"): "{known}; the Office of Trade",
    ("Entry", "source"): "{known}; the Office of Trade. Others read `hub`",
    ("Issue", "stateAt"): "offices and agencies",
    ("Issue", "proposedAt"): "offices and agencies",
    ("Question", "receipt"): "who asked it without an account, by that receipt",
}


def _guard(node: NodeType, found: Property) -> str:
    if found.name == "origins":
        return "the Office of Trade; whoever a connection speaks for that is named there"
    known = "; ".join(grant.reason for grant in GRAPH.rule(node.label).of_facts)
    return _GUARDS[(node.label, found.name)].format(name=found.name, known=known)


Facts = Mapping[str, Any]


def _case_kinds() -> Iterator[str]:
    rows = reference_rows()
    of = {label: [row.properties for row in rows.nodes if row.label == label] for label in ("CaseKind", "Clock")}
    kinds, clocks = of["CaseKind"], of["Clock"]
    offices = {row.tail[1]: row for row in rows.edges if row.edge.type == "ANSWERED_BY" and row.tail[0] == "CaseKind"}
    yield from _head(
        "Kinds of case and their clocks",
        "The kinds of case, who answers them, and the clocks that run in them, from the public facts that the hub"
        " ships. It is no legal advice: read the law that a row cites before you rely on it.",
        "",
        f"Of {len(clocks)} clocks and variants, {_counted(clocks)}. *Verified*: the words of the law were read on a"
        " public page, on the day named. *Reported*: a secondary page tells it. *Unverified*: nobody has checked it.",
    )
    yield from ("", "## How to read the tables", "", _HOW_TO_READ)
    yield from ("", "## Kinds")
    yield from _table(
        ("kind", "name", "law", "answered by", "opened by", "form"),
        (
            (
                f"[`{found['code']}`](#{found['code']})",
                found["name"],
                found["legalBasis"],
                ", ".join(filter(None, (_answers(found, offices), found["role"]))),
                found["openedBy"],
                found["form"],
            )
            for found in kinds
        ),
    )
    yield from ("## Clocks",)
    for found in kinds:
        yield from _handbook(found, [clock for clock in clocks if clock["id"].split()[0] == found["code"]])
    yield from _vocabulary()


_HOW_TO_READ: Final = """\
- *Runs from*: the event whose day starts the clock; of several the first that is recorded. A period counts from the
  day after it.
- *How long*: business days are Monday to Friday without legal federal holidays. A clock that *rolls* ends on the next
  business day where its last day is none. Where no law says so that is practice: do not wait for it.
- *If*: what must be recorded for the row to hold. Of the rows of one clock the first that holds counts.
- *Suspension*: a clock *stands still* while a suspension with such a cause lasts, or another period runs *anew* after
  it.
- *When it passes*: what follows when the last day has passed. What the law *deems* decided is proposed to the case's
  owner, who pronounces it.

[The tutorial](../tutorial.md) follows several clocks. [Events](#events) and [conditions](#conditions) are listed
below."""


def _counted(clocks: Iterable[Facts]) -> str:
    found = Counter(clock["confidence"] for clock in clocks)
    return ", ".join(f"{found[how]} {how}" for how in ("verified", "reported", "unverified"))


def _answers(kind: Facts, offices: Mapping[str, Any]) -> str:
    return f"office {offices[kind['code']].head[1]}" if kind["code"] in offices else kind["answeredBy"]


def _handbook(kind: Facts, clocks: Sequence[Facts]) -> Iterator[str]:
    rests_on = kind["citation"].removeprefix("unverified: ")
    yield from ("", f"### {kind['code']}", "", f"{kind['name']}. Rests on: {rests_on} ({_checked(kind)}).")
    if not clocks:
        return
    columns = {
        "clock": [f"`{_variant(clock)}`" for clock in clocks],
        "what": [clock["action"] for clock in clocks],
        "runs from": [_starts(clock) for clock in clocks],
        "how long": [_length(clock) for clock in clocks],
        "if": [_codes(clock["conditions"], " and ") for clock in clocks],
        "who": [_owes(clock) for clock in clocks],
        "met by": [_met(clock) for clock in clocks],
        "void by": [_codes(clock["voidedBy"], ", ") for clock in clocks],
        "extension": [_extension(clock) for clock in clocks],
        "suspension": [_suspension(clock) for clock in clocks],
        "when it passes": [_passing(clock) for clock in clocks],
        "law": [clock["legalBasis"] for clock in clocks],
        "checked": [_checked(clock) for clock in clocks],
    }
    said = {name: cells for name, cells in columns.items() if any(cells)}
    yield from _table(tuple(said), zip(*said.values(), strict=True))
    yield from (f"- `{_variant(clock)}`: {_remarks(clock)}" for clock in clocks)


def _met(clock: Facts) -> str:
    since = f", from `{clock['metSince'][0]}` on" if clock["metSince"] else ""
    reopened = f"; undone by {_codes(clock['reopenedBy'], ', ')}" if clock["reopenedBy"] else ""
    return f"{_codes(clock['metBy'], ', ')}{since}{reopened}"


def _starts(clock: Facts) -> str:
    last = ", the last of them" if clock["fromLast"] else ""
    return f"{clock['startsAt']} ({_codes(clock['startsFrom'], ', else ')}{last})"


def _remarks(clock: Facts) -> str:
    """What else to know of a clock, and where it was read."""
    note = f"{clock['note']} " if clock["note"] else ""
    return f"{note}{'Source' if clock['checkedOn'] else 'Not checked'}: {_source(clock)}."


def _source(row: Facts) -> str:
    return row["citation"].removeprefix("unverified: ").rstrip(".")


def _owes(clock: Facts) -> str:
    return f"{clock['owedBy']} ({clock['side']})" + (", for each entry" if clock["per"] == "entry" else "")


def _variant(clock: Facts) -> str:
    return " ".join(clock["id"].split()[1:])


def _codes(codes: Sequence[str] | None, between: str) -> str:
    return between.join(f"`{code}`" for code in codes or ())


def _length(clock: Facts) -> str:
    length = clock["length"]
    told = "" if length is None else f"{_units(abs(length), clock['unit'])}{' before it' if length < 0 else ''}"
    bounds = " and ".join(map(_bound, clock["notAfter"] or ()))
    last = f"not after {bounds}" if bounds else ""
    return ", ".join(filter(None, (told, last, "rolls" if clock["rolls"] else "")))


def _bound(text: str) -> str:
    event, sign, shift = re.split("([+-])", text, maxsplit=1)
    length, unit = shift.split()
    return f"{_units(int(length), unit)} {'after' if sign == '+' else 'before'} `{event}`"


def _units(length: int, unit: str) -> str:
    return f"{length} {unit.replace('_', ' ')}{'' if length == 1 else 's'}"


def _extension(clock: Facts) -> str:
    match clock["extension"]:
        case "none":
            return ""
        case "by_length":
            times = "once" if clock["extensionTimes"] == 1 else f"{clock['extensionTimes']} times"
            told = f"{_units(clock['extensionLength'], clock['extensionUnit'])}, {times}"
        case _:
            told = "to a day named"
    limit = clock["extensionLimit"]
    most = f", {_units(int(limit.split()[0]), limit.split()[1])} at most in all" if limit else ""
    event = f"; told by `{clock['extensionEvent']}` as well" if clock["extensionEvent"] else ""
    return f"{told}{most}; by {clock['extensionBy']}{event}"


def _suspension(clock: Facts) -> str:
    causes = ", ".join(clock["suspendedBy"] or ())
    match clock["suspension"]:
        case "stands_still":
            return f"stands still: {causes}"
        case "anew":
            return f"{causes}: anew {_units(clock['anewLength'], clock['anewUnit'])} from `{clock['anewFrom']}`"
        case _:
            return ""


def _passing(clock: Facts) -> str:
    match clock["passing"]:
        case "deemed":
            return f"deemed {clock['deemed']}, pronounced by {clock['pronouncedBy']}"
        case "deemed_unless_before":
            deemed = f"deemed {clock['deemed']} on the last day unless it was done before"
            return f"{deemed}, pronounced by {clock['pronouncedBy']}"
        case "deemed_next_day":
            return f"deemed {clock['deemed']} on the day after the last one, pronounced by {clock['pronouncedBy']}"
        case "missed":
            return "late"
        case _:
            return "nothing follows"


def _checked(row: Facts) -> str:
    return f"{row['confidence']} {row['checkedOn']}" if row["checkedOn"] else str(row["confidence"])


def _vocabulary() -> Iterator[str]:
    rows = reference_rows()
    events = (row.properties for row in rows.nodes if row.label == "CaseEvent")
    conditions = (row.properties for row in rows.nodes if row.label == "CaseCondition")
    yield from (
        "",
        "## Events",
        "",
        (
            "*Recorded by*: whose act it is. What happens outside, as at another agency, the owner of the case records,"
            " or a connected system tells it. *Not before*: the events that it cannot come before. *Again after*: the"
            " events behind which another day of it is one more, and corrects none. *Checked*: whether a law that was"
            " read tells of it; who records it, and what it follows, the hub says itself."
        ),
    )
    yield from _table(
        (
            "event",
            "what happened",
            "recorded by",
            "about",
            "not before",
            "again after",
            "may lie ahead",
            "note",
            "source",
            "checked",
        ),
        (
            (
                f"`{found['code']}`",
                found["name"],
                found["recordedBy"],
                found["about"],
                _codes(found["notBefore"], ", "),
                _codes(found["againAfter"], ", "),
                _yes(found["future"]),
                found["note"],
                _source(found),
                _checked(found),
            )
            for found in events
        ),
    )
    yield from ("## Conditions", "", "In a clock's *if*, `not_` before a code says that it must not hold.")
    yield from _table(
        ("condition", "name", "when it holds", "source", "checked"),
        ((f"`{f['code']}`", f["name"], f["note"], _source(f), _checked(f)) for f in conditions),
    )


def _rules() -> Iterator[str]:
    yield from _head(
        "Rules of responsibility",
        "How `responsibleContacts` finds who answers. Rules find the offices, then the contacts there, then who is"
        " next. A rule takes part where all that it needs was given. [Responsibility"
        " explained](../explanation/responsibility.md) says how they work together.",
    )
    yield from ("", "## Which office", "", "In the order in which they rank.")
    yield from _table(
        ("rule", "in words", "needs"), ((f.name, f.text, _needs(f.needs)) for f in (*OFFICES, LAST_OFFICE))
    )
    yield from (
        "## Who in the office",
        "",
        "The weights of the rules that hold for a contact add up; the heaviest comes first.",
    )
    yield from _table(
        ("rule", "in words", "needs", "weight"),
        ((f.name, f.text, _needs(f.needs), f.weight) for f in (*CONTACTS, LAST_CONTACT)),
    )
    yield from ("## Who is next", "", "In the order in which one turns to them.")
    yield from _table(("rule", "in words"), ((found.name, found.text) for found in NEXT))
    yield from (
        "## Kinds of likeness",
        "",
        "By what cases are thought to share an issue: [Shared issues](../explanation/shared-issues.md).",
    )
    yield from _table(
        ("likeness", "in words", "proposed from"), ((f.name, f.text, f"{f.least} importers on") for f in LIKENESSES)
    )


def _needs(found: Sequence[str]) -> str:
    return ", ".join(f"`{one}`" for one in found)


def _settings() -> Iterator[str]:
    yield from _head(
        "Settings",
        "Settings are environment variables. A setting may also be a file of its name, in lower case, in"
        " `/run/secrets`. All faults are told together when a command starts. Of an amount in a minute, an hour, a day"
        " or a case, and of statements at once, 0 means no limit.",
    )
    rows = (
        (f"`{_variable(name)}`", _default(found), _bounds(found), found.description)
        for name, found in Settings.model_fields.items()
    )
    yield from _table(("setting", "by default", "values", "meaning"), rows)
    yield from ("## Folders", "", "These two belong to the operating system; the hub follows them.")
    yield from _table(
        ("setting", "meaning"),
        (
            ("`XDG_CACHE_HOME`", "Where the jars of Neo4j and GraphiQL are kept (178 MB)."),
            ("`XDG_DATA_HOME`", "Where the data are kept without `--data` and `HUB_DATA`."),
        ),
    )


def _variable(name: str) -> str:
    return name.upper() if name.startswith("neo4j_") else f"HUB_{name.upper()}"


def _default(found: FieldInfo) -> str:
    value = found.default
    if value is None or str(value) in ("", "()", "{}") or found.is_required() or isinstance(value, BaseModel):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"{value:,}" if isinstance(value, int) else f"`{value}`"


def _bounds(found: FieldInfo) -> str:
    names = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    told = [
        f"{word} {getattr(one, name):,}"
        for one in found.metadata
        for name, word in names.items()
        if getattr(one, name, None) is not None
    ]
    if not told and (values := [one for one in get_args(found.annotation) if isinstance(one, str)]):
        return ", ".join(f"`{value}`" for value in values)
    return ", ".join(told)


def _fields(model: type[BaseModel], without: str = "") -> Iterator[str]:
    rows = (
        (
            f"`{found.alias or name}`",
            _yes(found.is_required()),
            _default(found) if not found.default_factory else "",
            _bounds(found) or _choices(found),
            found.description,
        )
        for name, found in model.model_fields.items()
        if name != without
    )
    yield from _table(("name", "needed", "by default", "values", "meaning"), rows)


def _choices(found: FieldInfo) -> str:
    return "`true`, `false`" if found.annotation is bool else ""


def _connectors() -> Iterator[str]:
    yield from _head(
        "Connectors",
        "A system is attached by one file, `connections/NAME.yaml`. Here is what stands in it. "
        "[Attach a system](../how-to/attach-a-system.md) does it step by step.",
    )
    yield from ("", "## The file", "", "Its name without `.yaml` is the connection's.")
    yield from _fields(Connection, without="name")
    yield from ("## A stream", "", "Beside these, a stream takes the options of its connector.")
    yield from _fields(StreamSettings)
    yield from ("## A value", "", "How a value is taken from a row. A plain text stands for `{column: …}`.")
    yield from _fields(ColumnMapping)
    yield from ("## Limits", "")
    yield from _fields(Limits)
    yield from _lengths()
    options = {"file": FileOptions, "sql": SqlOptions, "graphql": GraphQLOptions}
    assert set(options) == set(OWN)
    for name, of_streams in options.items():
        yield from (
            "",
            f"## Connector {name}",
            "",
            f"{(inspect.getdoc(kind(name)) or '').partition(chr(10))[0]} Its `settings`:",
        )
        yield from _fields(kind(name).spec)
        yield from ("The options of its streams:",)
        yield from _fields(of_streams)


def _lengths() -> Iterator[str]:
    """How long texts may be that a connection brings."""
    yield from ("## Lengths", "", "A longer text is refused as a value that cannot be read is. Bytes of UTF-8 count.")
    indexed = [
        f"`{node.label}.{name}`"
        for node in DESCRIBABLE
        for name, most in longest(node).items()
        if most == LONGEST_INDEXED and not node.property_named(name).values
    ]
    rows = (
        ("a record's `key`, and the key of a row that a link leads to", f"{LONGEST_INDEXED:,}"),
        (", ".join(indexed), f"{LONGEST_INDEXED:,}"),
        ("any other text; of a list all its texts together", f"{LONGEST_TEXT:,}"),
    )
    yield from _table(("what", "bytes at most"), rows)


def _commands() -> Iterator[str]:
    yield from _head(
        "Commands",
        "What can be typed. In a clone, `hub` stands for `uv run --no-dev hub`; where the hub is installed, for the"
        " command itself. Each says its options by `--help`.",
    )
    for path, command in commands():
        yield from ("", f"## hub {path}", "", inspect.cleandoc(command.help or ""))
        options = [found for found in command.params if found.name != "help"]
        if options:
            yield from _table(("", "by default", "meaning"), (_option(found) for found in options))


def commands() -> Iterator[tuple[str, Any]]:
    """Each command that can be typed, by its words after `hub`."""

    def within(group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for name, found in group.commands.items():
            if hasattr(found, "commands"):
                yield from within(found, (*path, name))
            else:
                yield " ".join((*path, name)), found

    yield from within(typer.main.get_command(__main__._commands), ())  # noqa: SLF001 - what the entry point runs


def _option(found: Any) -> Sequence[object]:
    names = (
        [f"`{name}`" for name in (*found.opts, *found.secondary_opts)]
        if found.param_type_name == "option"
        else [f"`{_shown(found)}`"]
    )
    flag = getattr(found, "is_flag", False)
    default = (
        "" if found.default is None or found.default == () or isinstance(found.default, bool) else f"`{found.default}`"
    )
    if found.default is True and found.secondary_opts:
        default = f"`{found.opts[0]}`"
    metavar = "" if flag or found.param_type_name != "option" or not found.metavar else f" {found.metavar}"
    return ", ".join(names) + metavar, default, getattr(found, "help", "")


def _shown(found: Any) -> str:
    return found.metavar or str(found.name).upper()


def _errors() -> Iterator[str]:
    yield from _head(
        "Errors",
        "An error says what was wrong, what is expected, and in `extensions.code` what to do. A program goes by the"
        " code.",
    )
    tree = (inspect.getdoc(errors) or "").replace("`retry_after_s`", "as many seconds as `extensions.retryAfterS` says")
    told = dict(re.findall(r"[├└]── (\w+) +(\S.*)", tree))
    known = [(name, getattr(errors, name), what) for name, what in told.items()]
    rows: list[tuple[str, str]] = []
    for _, found, what in known:
        if issubclass(found, errors.AnswerNotRead):
            rows.append(("`UNAVAILABLE` with `done: true`", what))
        elif found.code not in ("INTERNAL", "SETUP"):
            rows.append((f"`{found.code}`", what))
    assert {found.code for found in errors.HubError.__subclasses__()} <= {found.code for _, found, _ in known}
    yield from _table(("code", "what to do"), rows)
    yield (
        "GraphQL's own checks answer with `INVALID`: the document does not fit the schema. A fault of the hub itself is"
        " `INTERNAL`,"
    )
    yield "with the number under which the hub's log has it."


def _decisions() -> Iterator[str]:
    yield from _head(
        "Decisions",
        "Why things are as they are: each decision with its context, what was rejected and what follows. "
        "A decision is changed by a new one.",
    )
    day = ""
    for page in decisions():
        date = page.removeprefix("decisions/")[:10]
        if date != day:
            day = date
            yield from ("", f"## {day}", "")
        yield f"- [{title(page)}]({page.removeprefix('decisions/')}.md)"


def _graphql() -> GraphQLSchema:
    return SCHEMA._schema  # noqa: SLF001 - strawberry has no other way to it


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def main() -> None:
    """Writes the pages anew."""
    text.cache_clear()
    for path, made in pages().items():
        target = FOLDER / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != made:
            target.write_text(made, encoding="utf-8")
            sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
