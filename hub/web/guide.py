"""What Neo4j Browser shows of this graph: a guide with questions to click, and a style that tells the labels apart."""

from dataclasses import dataclass
from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph_schema.graph import GRAPH
from graph_schema.model import NodeType
from hub.queries.paths import LINKS, types


@dataclass(frozen=True, slots=True)
class Walk:
    """A question to the graph in Cypher; it returns nodes and relationships where a picture is worth looking at."""

    title: str
    cypher: str


_LINKED: Final = types(LINKS)
"""The links that `path` and `neighbourhood` go, too."""
WALKS: Final = (
    Walk(
        "The ten Centers and the Field Offices that manage them",
        "MATCH p = (:Center)-[:MANAGED_FROM]->(:FieldOffice) RETURN p",
    ),
    Walk(
        "The Office of Trade, office by office",
        "MATCH p = (:Office)-[:PART_OF*1..3]->(:Office {code: 'OT'}) RETURN p",
    ),
    Walk(
        "Which Center does a tariff heading suggest, and by which rule?",
        "MATCH p = (h:HtsHeading {code: '8542'})-[s:SUGGESTS]->(c:Center)\nRETURN p, s.confidence, s.basis",
    ),
    Walk(
        "Who works in the Electronics Center, and what they cover",
        "MATCH (c:Center {code: 'CEE007'})<-[w:WORKS_FOR]-(n:Contact)\nOPTIONAL MATCH (n)-[v:COVERS]->(x)\nRETURN c, w,"
        " n, v, x LIMIT 60",
    ),
    Walk(
        "An importer with its Center, brokers and ports",
        "MATCH (i:Importer) WITH i ORDER BY i.number LIMIT 1\nMATCH p ="
        " (i)-[:ASSIGNED_TO|ENTERS_AT|REPRESENTS]-()\nRETURN p",
    ),
    Walk(
        "Its open cases: who handles them, which agencies take part",
        "MATCH (i:Importer) WITH i ORDER BY i.number LIMIT 1\n"
        "MATCH (i)<-[c:CONCERNS]-(k:Case)-[r:HANDLED_BY|INVOLVES|AT|ABOUT]->(x)\nRETURN i, c, k, r, x LIMIT 80",
    ),
    Walk(
        "Issues that several Centers work on, each by itself",
        "MATCH (s:Issue)<-[:ABOUT|ALIKE_BY]-(k:Case)-[:HANDLED_BY]->(c:Center)\n"
        "WITH s, collect(DISTINCT c.name) AS centers, count(*) AS cases WHERE size(centers) > 1\n"
        "RETURN s.title, cases, centers ORDER BY cases DESC LIMIT 20",
    ),
    Walk(
        "The workload of the Centers: importers, open cases, contacts",
        "MATCH (c:Center)\nRETURN c.code, c.name, COUNT { (c)<-[:ASSIGNED_TO]-() } AS importers,\n  COUNT {"
        " (c)<-[:HANDLED_BY]-(k:Case WHERE k.status = 'OPEN') } AS openCases, COUNT { (c)<-[:WORKS_FOR]-() } AS"
        " contacts\nORDER BY openCases DESC",
    ),
    Walk(
        "Who may see what: the accounts, and the parties each acts for",
        "MATCH p = (:Account)-[:ACTS_FOR]->(:Party) RETURN p LIMIT 50",
    ),
    Walk(
        "What other systems said, and about whom: connections, their runs, their latest records",
        "MATCH (p)<-[f:SPEAKS_FOR]-(c:Connection)\nOPTIONAL MATCH (c)-[ran:RAN]->(run:SyncRun)\nOPTIONAL MATCH"
        " (r:SourceRecord {system: c.name})-[d:DESCRIBES]->(x)\nRETURN p, f, c, ran, run, r, d, x LIMIT 60",
    ),
    Walk(
        "A case on its clocks: its kind, what is due, who owes it, what happened",
        "MATCH (k:Case)<-[:OF_CASE]-(d:Deadline) WITH k, d ORDER BY d.due LIMIT 1\nMATCH p ="
        " (k)-[:OF_KIND|HANDLED_BY|CONCERNS]->()\nMATCH q = (k)<-[:OF_CASE]-()-[:RUNS_BY|OWED_BY|BY*0..1]->()\nRETURN"
        " p, q",
    ),
    Walk(
        "How an agency and an importer are connected: the shortest way",
        "MATCH (a:Agency {code: 'FDA'}), (i:Importer) WITH a, i ORDER BY i.number LIMIT 1\n"
        f"MATCH p = SHORTEST 1 (a)-[:{_LINKED}]-+(i) RETURN p",
    ),
    Walk(
        "The neighbourhood of an importer, two steps wide",
        f"MATCH (i:Importer) WITH i ORDER BY i.number LIMIT 1\nMATCH p = (i)-[:{_LINKED}]-{{1,2}}() RETURN p LIMIT 80",
    ),
)
_HALF: Final = (len(WALKS) + 1) // 2
_COLOURS: Final = (
    "#0b5c8a", "#c2571a", "#2f7d4f", "#8a3b8f", "#b8860b", "#a33a3a", "#3a6ea5", "#5d7a1f", "#7a4b2a", "#4b5fa8",
    "#148a8a", "#93425f", "#6b6b1f", "#2a5d3c", "#8f5a00", "#55407d", "#1f6f7a", "#7d2f2f", "#44546a", "#9a6fb0",
)  # fmt: skip
_LARGE: Final = {"Center": 80, "Office": 65, "Agency": 65, "FieldOffice": 65, "Importer": 60, "Broker": 60}
# Browser fetches both from its own origin, and asks first
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, OPTIONS",
    "Access-Control-Allow-Headers": "*, cache-control, pragma, sentry-trace, baggage, content-type",
    "Cache-Control": "no-cache",
}


def routes() -> list[Route]:
    """`/guide.html` and `/hub.grass`, for Neo4j Browser's `:play` and `:style`."""

    async def guide(request: Request) -> Response:
        return _answered(request, _guide(f"{request.url.scheme}://{request.url.netloc}"), "text/html")

    async def style(request: Request) -> Response:
        return _answered(request, _style(), "text/plain")

    return [
        Route("/guide.html", guide, methods=["GET", "OPTIONS"]),
        Route("/hub.grass", style, methods=["GET", "OPTIONS"]),
    ]


def _answered(request: Request, text: str, media_type: str) -> Response:
    return Response("" if request.method == "OPTIONS" else text, media_type=media_type, headers=_HEADERS)


def _guide(hub: str) -> str:
    slides = (
        _welcome(hub),
        *(_walks(part, WALKS[at : at + _HALF]) for part, at in (("to begin with", 0), ("and further", _HALF))),
        _labels(),
        _from_graphql(hub),
    )
    inner = "".join(f'<slide class="row-fluid"><div class="col-sm-12">{slide}</div></slide>' for slide in slides)
    return (
        '<article class="guide"><title>Trade collaboration hub</title><carousel class="deck'
        f' container-fluid">{inner}</carousel></article>'
    )


def _welcome(hub: str) -> str:
    return (
        "<h3>Trade collaboration hub</h3>"
        "<p>One graph of who is responsible for what in customs trade work. Here you see all of it: Neo4j Community has"
        " no rights by "
        "row, so this Browser is for operators. Everyone else asks the API, where each sees what they may see.</p>"
        f"<p>{_command(f'style {hub}/hub.grass', 'Colour the labels apart')} first; then turn the page for {len(WALKS)}"
        " questions. "
        "A click puts one into the editor above; the blue arrow there, or Ctrl+Enter, runs it.</p>"
        f'<p><a href="{hub}/" target="_blank">Start page</a> · '
        f'<a href="{hub}/graphiql" target="_blank">GraphiQL</a> · '
        f'<a href="{hub}/docs" target="_blank">Manual</a></p>'
    )


def _walks(title: str, walks: tuple[Walk, ...]) -> str:
    each = "".join(f'<h5>{escape(walk.title)}</h5>'
                   f'<pre class="pre-scrollable code runnable standalone-example">{escape(walk.cypher)}</pre>'
                   for walk in walks)  # fmt: skip
    return f"<h3>Questions to walk by, {title}</h3>{each}"


def _labels() -> str:
    rows = "".join(
        f"<tr><td><code>{node.label}</code></td><td>{escape(node.doc)}</td><td><code>{node.key}</code></td></tr>"
        for node in GRAPH.nodes
    )
    return (
        "<h3>Who is who</h3><p>Every label, what it is, and the property that identifies a node. Every party is a"
        " <code>Party</code>, too.</p><table class='table'><tr><th>label</th><th>what it"
        f" is</th><th>key</th></tr>{rows}</table>"
    )


def _from_graphql(hub: str) -> str:
    center = GRAPH.node("Center")
    return (
        "<h3>From an answer of the API to the same nodes</h3>"
        "<p>Ask for <code>nodeId</code>: it is a node's label and key, with a colon between. So"
        " <code>Center:CEE007</code> is</p>"
        f'<pre class="pre-scrollable code runnable standalone-example">{escape(_by_id(center, "CEE007"))}</pre>'
        "<p>and a list of them, whatever they are, is a parameter and a match by the label's key:</p>"
        "<pre class='pre-scrollable code runnable standalone-example'>WITH ['CEE001', 'CEE007'] AS keys\n"
        "MATCH (n:Center)-[r:MANAGED_FROM]->(f) WHERE n.code IN keys RETURN n, r, f</pre>"
        "<p>Whoever has the right <code>explain</code> gets the Cypher of an answer itself: send "
        '<code>"extensions": {"explain": true}</code>, set its parameters with <code>:param</code>, and run it here. '
        f'In <a href="{hub}/graphiql" target="_blank">GraphiQL</a> every question can be asked as anyone of the sample'
        " world.</p>"
    )


def _by_id(node: NodeType, key: str) -> str:
    return f"MATCH (n:{node.label} {{{node.key}: '{key}'}}) RETURN n"


def _command(command: str, text: str) -> str:
    return f'<a data-exec="{escape(command)}">{escape(text)}</a>'


def _style() -> str:
    """Neo4j Browser's own style language: a colour, a size and a caption for each label."""
    general = (
        "node { diameter: 50px; color: #8a97a5; border-color: #6f7c8a; border-width: 2px; font-size: 10px; "
        "text-color-internal: #ffffff; }\n"
        "relationship { color: #8a97a5; shaft-width: 1px; font-size: 8px; padding: 3px; "
        'text-color-external: #44546a; text-color-internal: #ffffff; caption: "<type>"; }\n'
    )
    # the label that all parties share comes first, so that each party's own has the last word
    shared = _rule("Party", "#8a97a5", "name")
    return (
        general
        + shared
        + "".join(
            _rule(node.label, _COLOURS[at % len(_COLOURS)], _caption(node)) for at, node in enumerate(GRAPH.nodes)
        )
    )


def _rule(label: str, colour: str, caption: str) -> str:
    size = _LARGE.get(label, 50)
    return (
        f"node.{label} {{ color: {colour}; border-color: {colour}; text-color-internal: #ffffff; "
        f'diameter: {size}px; caption: "{{{caption}}}"; }}\n'
    )


def _caption(node: NodeType) -> str:
    known = {property_.name for property_ in node.properties}
    return next((name for name in ("shortName", "name", "number", "title") if name in known), node.key)
