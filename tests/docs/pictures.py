"""The manual's pictures: in colours for light and dark. `uv run python -m tests.docs.pictures` draws them anew.

What they show of the graph is checked against its declarations: a relationship that is renamed fails here.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Final

from graph_schema.graph import GRAPH

FOLDER: Final = Path(__file__).parents[2] / "hub" / "docs" / "pictures"
_STYLE: Final = """
  .paper { fill: #f3f6f8; } .box { fill: #fff; stroke: #0b5c8a; stroke-width: 1.5; } .chosen { fill: #d8ebf6; }
  .hidden { fill: none; stroke-dasharray: 4 4; stroke: #7b8894; }
  .line { stroke: #52616e; stroke-width: 1.5; fill: none; }
  .walk { stroke: #c2571a; stroke-width: 3; } .not { stroke-dasharray: 5 5; }
  text { font: 14px system-ui, sans-serif; fill: #16222e; }
  .small { font-size: 12px; fill: #52616e; } .type { font: 11px ui-monospace, monospace; fill: #52616e; }
  .under { fill: #f3f6f8; }
  .head { fill: #52616e; } .walked { fill: #c2571a; }
  @media (prefers-color-scheme: dark) {
    .paper, .under { fill: #1a242c; } .box { fill: #12191f; stroke: #62b6e6; } .chosen { fill: #173a50; }
    .hidden { fill: none; stroke: #8796a3; }
    .line { stroke: #a9b8c5; } .walk { stroke: #f08c4a; } text { fill: #e6ecf1; } .small, .type { fill: #a9b8c5; }
    .head { fill: #a9b8c5; } .walked { fill: #f08c4a; }
  }"""


@dataclass(frozen=True, slots=True)
class Box:
    """Something that is shown, around a middle; `label` is what it is in the graph."""

    x: int
    y: int
    lines: tuple[str, ...]
    label: str = ""
    how: str = ""
    width: int = 130

    @property
    def height(self) -> int:
        return 18 + 18 * len(self.lines)


@dataclass(frozen=True, slots=True)
class Arrow:
    """A relationship from a box to another by their names; `type` is its relationship type, `said` another text."""

    tail: str
    head: str
    type: str = ""
    said: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing: `title` is read to those who do not see it."""

    title: str
    width: int
    height: int
    boxes: dict[str, Box]
    arrows: tuple[Arrow, ...]
    texts: tuple[tuple[int, int, str], ...] = field(default=())


GRAPH_PICTURE: Final = Picture(
    "The middle of the graph: who acts for whom, who owns a case, and what a case leads to",
    900,
    560,
    {
        "account": Box(90, 60, ("Account", "a sign-in"), "Account"),
        "broker": Box(90, 200, ("Broker",), "Broker"),
        "importer": Box(330, 130, ("Importer", "an account of CBP's"), "Importer", "chosen", 170),
        "port": Box(330, 20 + 10, ("Port",), "Port"),
        "center": Box(640, 130, ("Center",), "Center", "chosen"),
        "field": Box(820, 60, ("FieldOffice",), "FieldOffice", "", 120),
        "contact": Box(820, 210, ("Contact", "a person, a desk"), "Contact", "", 140),
        "case": Box(330, 330, ("Case", "one matter"), "Case", "chosen"),
        "heading": Box(640, 300, ("HtsHeading", "goods"), "HtsHeading"),
        "agency": Box(90, 330, ("Agency", "a partner"), "Agency"),
        "issue": Box(640, 420, ("Issue", "what cases share"), "Issue", "", 150),
        "deadline": Box(245, 500, ("Deadline",), "Deadline"),
        "note": Box(90, 420, ("Note",), "Note"),
        "clock": Box(450, 500, ("Clock", "of the law"), "Clock"),
        "decision": Box(90, 500, ("Decision",), "Decision"),
        "kind": Box(680, 510, ("CaseKind",), "CaseKind", "", 110),
    },
    (
        Arrow("account", "importer", "ACTS_FOR"),
        Arrow("broker", "importer", "REPRESENTS"),
        Arrow("importer", "port", "ENTERS_AT"),
        Arrow("importer", "center", "ASSIGNED_TO"),
        Arrow("center", "field", "MANAGED_FROM"),
        Arrow("contact", "center", "WORKS_FOR"),
        Arrow("case", "importer", "CONCERNS"),
        Arrow("case", "center", "HANDLED_BY"),
        Arrow("case", "kind", "OF_KIND"),
        Arrow("case", "agency", "INVOLVES"),
        Arrow("case", "heading", "UNDER"),
        Arrow("heading", "center", "SUGGESTS"),
        Arrow("case", "issue", "ABOUT"),
        Arrow("deadline", "case", "OF_CASE"),
        Arrow("note", "case", "OF_CASE"),
        Arrow("deadline", "clock", "RUNS_BY"),
        Arrow("kind", "clock", "HAS_CLOCK"),
        Arrow("decision", "case", "DECIDES"),
    ),
)
RESPONSIBILITY: Final = Picture(
    "Who answers: the importer's own Center, not the one that its goods suggest; then a contact there, then who is"
    " next",
    900,
    330,
    {
        "importer": Box(100, 80, ("Importer", "00-0000000SW"), "Importer", "chosen", 150),
        "heading": Box(100, 240, ("Heading 6109", "its goods"), "HtsHeading", "", 150),
        "own": Box(380, 80, ("Electronics", "its own Center"), "Center", "chosen", 150),
        "other": Box(330, 240, ("Apparel", "suggested only"), "Center", "hidden", 150),
        "contact": Box(650, 80, ("Mei", "published there"), "Contact", "chosen", 140),
        "deputy": Box(650, 240, ("Marek", "Mei's deputy"), "Contact", "", 140),
        "field": Box(515, 240, ("Los Angeles", "Field Office"), "FieldOffice", "", 110),
    },
    (
        Arrow("importer", "own", "ASSIGNED_TO", how="walk"),
        Arrow("heading", "other", "SUGGESTS", how="not"),
        Arrow("contact", "own", "WORKS_FOR", how="walk"),
        Arrow("contact", "deputy", "DEPUTIZED_BY"),
        Arrow("own", "field", "MANAGED_FROM"),
    ),
    (
        (20, 25, "1. which office"),
        (560, 25, "2. who there"),
        (450, 305, "3. who is next, if Mei is away or does not answer"),
    ),
)
SHARED: Final = Picture(
    "Shared issues: cases that are alike lead to one issue; a party sees its own case, the issue and a figure, never"
    " the others",
    900,
    320,
    {
        "mine": Box(110, 70, ("my case", "heading 5701, EAPA"), "Case", "chosen", 170),
        "a": Box(110, 170, ("a case of another",), "Case", "hidden", 170),
        "b": Box(110, 225, ("a case of another",), "Case", "hidden", 170),
        "c": Box(110, 280, ("three more",), "Case", "hidden", 170),
        "issue": Box(480, 120, ("Issue", "Carpets and evasion"), "Issue", "chosen", 190),
        "figure": Box(770, 120, ("others: 5", "and who handles it"), "", "", 170),
    },
    (
        Arrow("mine", "issue", "MAY_BE_ABOUT", how="walk"),
        Arrow("a", "issue", "MAY_BE_ABOUT", how="not"),
        Arrow("b", "issue", how="not"),
        Arrow("c", "issue", how="not"),
        Arrow("issue", "figure", said="a figure", how="walk"),
    ),
    ((330, 250, "Dashed: there, and not to be seen."), (330, 272, "A figure is about five others or more.")),
)
PATH: Final = Picture(
    "The shortest way between two parties, over what one may see: a shorter one that is hidden is not told",
    900,
    300,
    {
        "importer": Box(110, 90, ("Sample Importer", "00000"), "Importer", "chosen", 160),
        "case": Box(440, 90, ("Case", "SW-25-000100"), "Case", "chosen", 150),
        "agency": Box(780, 90, ("Environmental", "Protection Agency"), "Agency", "chosen", 180),
        "hidden": Box(440, 220, ("a case of another", "importer"), "Case", "hidden", 160),
        "other": Box(110, 220, ("another importer",), "Importer", "hidden", 160),
    },
    (
        Arrow("case", "importer", "CONCERNS", how="walk"),
        Arrow("case", "agency", "INVOLVES", how="walk"),
        Arrow("hidden", "other", "CONCERNS", how="not"),
        Arrow("hidden", "agency", "INVOLVES", how="not"),
    ),
    ((20, 25, 'path(from: "Importer:00-0000000SW", to: "Agency:EPA")'),),
)
ROOMS: Final = Picture(
    "The rooms of the house: each imports only from those below it",
    900,
    470,
    {
        "commands": Box(450, 40, ("hub/cli: the command line",), "", "chosen", 420),
        "app": Box(240, 110, ("hub/app: where the parts are joined",), "", "", 400),
        "connectors": Box(720, 110, ("connectors: a run, its streams, its systems",), "", "", 330),
        "docs": Box(130, 180, ("hub/docs", "hub/web: pages"), "", "", 170),
        "gql": Box(370, 180, ("hub/gql", "GraphQL at the door"), "", "chosen", 200),
        "verbs": Box(590, 250, ("hub/verbs", "what can be done"), "", "chosen", 180),
        "queries": Box(370, 270, ("hub/queries", "the hub's own root fields"), "", "chosen", 200),
        "compile": Box(370, 350, ("hub/compile: a question becomes Cypher",), "", "chosen", 330),
        "graph": Box(720, 350, ("hub/database: the way to Neo4j",), "", "", 220),
        "schema": Box(450, 440, ("graph_schema: labels, edges, who may see them",), "", "chosen", 560),
    },
    (
        Arrow("commands", "app"), Arrow("commands", "connectors"), Arrow("app", "docs"), Arrow("app", "gql"),
        Arrow("gql", "verbs"),
        Arrow("gql", "queries"), Arrow("verbs", "compile"), Arrow("queries", "compile"), Arrow("connectors", "graph"),
        Arrow("verbs", "graph"), Arrow("compile", "schema"), Arrow("graph", "schema"),
    ),
)  # fmt: skip
PICTURES: Final = {
    "graph.svg": GRAPH_PICTURE, "responsibility.svg": RESPONSIBILITY, "shared-issues.svg": SHARED, "path.svg": PATH,
    "rooms.svg": ROOMS,
}  # fmt: skip


def drawn(picture: Picture) -> str:
    """The picture as SVG."""
    size = f'viewBox="0 0 {picture.width} {picture.height}" width="{picture.width}" height="{picture.height}"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(picture.title)}</title>",
            f"<style>{_STYLE}\n</style>",
            f'<rect class="paper" width="{picture.width}" height="{picture.height}" rx="8"/>',
            *(
                line
                for arrow in picture.arrows
                for line in _arrow(arrow, picture.boxes[arrow.tail], picture.boxes[arrow.head])
            ),
            *(line for box in picture.boxes.values() for line in _box(box)),
            *(
                line
                for arrow in picture.arrows
                for line in _named(arrow, picture.boxes[arrow.tail], picture.boxes[arrow.head])
            ),
            *(f'<text class="small" x="{x}" y="{y}">{escape(said)}</text>' for x, y, said in picture.texts),
            "</svg>",
            "",
        )
    )


def undeclared(picture: Picture) -> list[str]:
    """Relationships that are drawn and not declared."""
    declared = {(edge.type, tail, head) for edge in GRAPH.edges for tail in edge.tail for head in edge.head}
    drawn_ = (
        (found.type, picture.boxes[found.tail].label, picture.boxes[found.head].label)
        for found in picture.arrows
        if found.type
    )
    return [" ".join(one) for one in drawn_ if one not in declared]


def _border(one: Box, other: Box) -> tuple[float, float]:
    """Where the line between the middles of two boxes leaves the first."""
    across, down = other.x - one.x, other.y - one.y
    by_side = (one.width / 2 + 4) / abs(across) if across else 9.0
    by_edge = (one.height / 2 + 4) / abs(down) if down else 9.0
    part = min(by_side, by_edge)
    return one.x + across * part, one.y + down * part


def _arrow(arrow: Arrow, tail: Box, head: Box) -> Iterator[str]:
    (x1, y1), (x2, y2) = _border(tail, head), _border(head, tail)
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    bx, by = x2 - 10 * ux, y2 - 10 * uy
    yield f'<path class="line {arrow.how}" d="M{x1:.0f} {y1:.0f}L{bx:.0f} {by:.0f}"/>'
    tip = f"{x2:.1f},{y2:.1f} {bx - 5 * uy:.1f},{by + 5 * ux:.1f} {bx + 5 * uy:.1f},{by - 5 * ux:.1f}"
    yield f'<polygon class="{"walked" if arrow.how == "walk" else "head"}" points="{tip}"/>'


def _named(arrow: Arrow, tail: Box, head: Box) -> Iterator[str]:
    (x1, y1), (x2, y2) = _border(tail, head), _border(head, tail)
    said = arrow.type or arrow.said
    if said:
        x, y, wide = (x1 + x2) / 2, (y1 + y2) / 2, 7 * len(said) + 8
        yield f'<rect class="under" x="{x - wide / 2:.0f}" y="{y - 8:.0f}" width="{wide}" height="16"/>'
        yield f'<text class="type" text-anchor="middle" x="{x:.0f}" y="{y + 4:.0f}">{escape(said)}</text>'


def _box(box: Box) -> Iterator[str]:
    top = box.y - box.height / 2
    yield (
        f'<rect class="box {box.how}" x="{box.x - box.width / 2:.0f}" y="{top:.0f}" width="{box.width}"'
        f' height="{box.height}" rx="6"/>'
    )
    for at, line in enumerate(box.lines):
        small = ' class="small"' if at else ""
        yield f'<text{small} text-anchor="middle" x="{box.x}" y="{top + 23 + 18 * at:.0f}">{escape(line)}</text>'


def main() -> None:
    """Draws the pictures anew."""
    for name, picture in PICTURES.items():
        (FOLDER / name).write_text(drawn(picture), encoding="utf-8")
        sys.stdout.write(f"drew {name}\n")


if __name__ == "__main__":
    main()
