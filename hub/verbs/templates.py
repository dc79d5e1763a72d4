"""Verbs of templates: an office keeps texts of its requests and notices, in versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, LiteralString

from graph_schema.cypher import lock
from graph_schema.requests import TEMPLATE
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.events.append import ALL_NEW
from hub.queries.templates import BLANK, FROM_THE_CASE, blanks_in
from hub.verbs.arguments import Argument, Reason, checked_text
from hub.verbs.context import VerbContext
from hub.verbs.rows import LockedRow, Role, Subject
from hub.verbs.verb import verb

_LONGEST_TITLE: Final = 300
_LONGEST_TEXT: Final = 10_000
_LONGEST_ITEM: Final = 2_000
_MOST_ITEMS: Final = 100
_MOST_BLANKS: Final = 50

_KEEPER: Final = Role("as_keeper", "the office that keeps it")
_OFFICE: Final[LiteralString] = """
WITH [o IN actsFor WHERE o:Center OR o:Port OR o:Office]
  + [o IN myParties WHERE o:Center OR o:Port OR o:Office] AS offices
RETURN head([o IN offices WHERE $office IS NULL OR $office = CASE WHEN o:Center THEN 'Center:' + o.code
  WHEN o:Port THEN 'Port:' + o.id ELSE 'Office:' + o.code END | elementId(o)])"""
_SAVE: Final[LiteralString] = (
    "MATCH (o) WHERE elementId(o) = $office "
    + lock("o")
    + """
WITH o, coalesce(head(COLLECT { MATCH (o)<-[:KEPT_BY]-(v:Template {name: $template.name})
  RETURN v.version ORDER BY v.version DESC LIMIT 1 }), 0) AS last
CREATE (t:Template) SET t = $template, t.version = last + 1 CREATE (t)-[:KEPT_BY]->(o)
WITH o, t
CALL (t) { MATCH (kind:CaseKind {code: $kind}) CREATE (t)-[:FOR_KIND]->(kind) }
CALL (o, t) { MATCH (o)<-[:KEPT_BY]-(old:Template {name: t.name}) WHERE old.version = t.version - 1
  CREATE (t)-[:REPLACES]->(old) SET old.endedAt = coalesce(old.endedAt, $at) }
RETURN t.version, $kind IS NULL OR EXISTS { (t)-[:FOR_KIND]->() }"""
)
_RETIRE: Final[LiteralString] = "MATCH (t:Template {id: $template}) SET t.endedAt = $at"
_TEMPLATE: Final[LiteralString] = """
OPTIONAL MATCH (t)-[:KEPT_BY]->(office)
RETURN {id: t.id, name: t.name, ended: t.endedAt IS NOT NULL,
  as_keeper: CASE WHEN office IN myParties THEN elementId(office) END}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template(LockedRow):
    """A version of a template; `ended`: it was replaced or retired."""

    SUBJECT: ClassVar = Subject("Template", "id", "t", _TEMPLATE, Argument("The template, by its id."))

    name: str
    ended: bool
    as_keeper: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTemplate:
    """What `saveTemplate` says."""

    name: Annotated[str, Argument("The name it goes by; one that is there gets a new version.", longest=100)]
    purpose: Annotated[
        str,
        Argument(
            "Whether a request is made from it, or a notice.",
            values=TEMPLATE.property_named("purpose").values,
            choice="TemplatePurpose",
        ),
    ]
    title: Annotated[str, Argument("What it is about, in a line.", longest=_LONGEST_TITLE)]
    text: Annotated[
        str,
        Argument(
            "What it says. Blanks stand in braces, e.g. `{{due_day}}`; a case fills by itself"
            f" {', '.join(FROM_THE_CASE)}.",
            longest=_LONGEST_TEXT,
        ),
    ]
    items: Annotated[Sequence[str], Argument("What a request asks for, item by item.")] = ()
    kind: Annotated[str, Argument("The kind of case it is for, by its code; any, if not said.")] | None = None
    office: Annotated[str, Argument("Which of your offices keeps it, as a nodeId; your first, if not said.")] | None = (
        None
    )


@verb(returns="Template")
async def save_template(context: VerbContext, template: NewTemplate) -> str:
    """Saves a template of a request or a notice for your office, or a new version of it. Former versions are kept, and
    what was made from them still says so."""
    office = await context.read_value(_OFFICE, office=template.office)
    if office is None:
        raise NotAllowed(
            "saveTemplate: only Centers, ports and headquarters offices keep templates"
            if template.office is None
            else f"saveTemplate: you do not act for {template.office!r}"
        )
    row = _row(context, template)
    ((_, has_kind),) = await context.execute(_SAVE, office=office, template=row, kind=template.kind)
    if not has_kind:
        raise NotFound(f"kind: there is no kind of case {template.kind!r}; see caseKinds")
    context.add_event("Template", str(row["id"]), ALL_NEW, by=office)
    return str(row["id"])


def _row(context: VerbContext, template: NewTemplate) -> dict[str, object]:
    """The properties of the template. Raises `BadInput`."""
    if template.purpose == "REQUEST" and not template.items:
        raise BadInput("items: a request asks for one or more")
    if template.purpose == "NOTICE" and template.items:
        raise BadInput("items: a notice asks for nothing; leave them out")
    if len(template.items) > _MOST_ITEMS:
        raise BadInput(f"items: at most {_MOST_ITEMS}, not {len(template.items)}")
    items = [checked_text("items", item, _LONGEST_ITEM) for item in template.items]
    named = {"title": template.title, "text": template.text}
    for name, text in (*named.items(), *(("items", item) for item in items)):
        if (rest := BLANK.sub("", text)) and ("{{" in rest or "}}" in rest):
            raise BadInput(f"{name}: a blank is a name in lower case in two braces, e.g. {{{{due_day}}}}")
    blanks = blanks_in((*named.values(), *items))
    if len(blanks) > _MOST_BLANKS:
        raise BadInput(f"text: at most {_MOST_BLANKS} blanks, not {len(blanks)}")
    return {
        "id": f"{context.request} template", "name": template.name, "purpose": template.purpose,
        **{name: _plain(text) for name, text in named.items()},
        "items": [_plain(item) for item in items], "blanks": blanks, "savedAt": context.now, "source": "hub",
    }  # fmt: skip


def _plain(text: str) -> str:
    """The text with each blank written without spaces."""
    return BLANK.sub(lambda blank: f"{{{{{blank[1]}}}}}", text)


@verb(may=(_KEEPER,))
async def retire_template(context: VerbContext, template: Template, reason: Reason) -> None:
    """Takes a template out of use. It is kept, and can be saved anew under its name."""
    if template.ended:
        raise Conflict(f"template {template.name}: this version was replaced or retired already")
    await context.execute(_RETIRE, template=template.id)
    context.add_event("Template", template.id, ("endedAt",), by=template.by, reason=reason)
