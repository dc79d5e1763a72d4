"""A verb is declared by one function: its field in the API, its entry in the manual and the reading of its arguments
follow from that."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import pytest

from graph_schema.graph import GRAPH
from graph_schema.model import SchemaError
from hub import verbs
from hub.database.graph import Graph, Run
from hub.errors import BadInput, Conflict, NotAllowed, NotFound
from hub.gql.types import build_schema
from hub.verbs.arguments import Argument, Audience, Reason
from hub.verbs.assignments import Importer
from hub.verbs.case import OWNER, PARTY, Case
from hub.verbs.context import VerbContext
from hub.verbs.verb import Verb, verb
from hub.verbs.verbs import MODULES, VERBS
from hub.viewer import account_id
from tests.docs.reference import verb_entry
from tests.offices import ISSUER

Word = Annotated[str, Argument("A word.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    weight_kg: Annotated[float, Argument("What it weighs.")]
    seals: Annotated[Sequence[str], Argument("The numbers of its seals.")] = ()
    arrived_at: Annotated[datetime, Argument("When it arrived.")] | None = None


@verb(may=(OWNER, PARTY))
async def inspect_case(
    context: VerbContext,
    case: Case,
    shipment: Shipment,
    *,
    from_: Annotated[date, Argument("The first day.")] | None = None,
    boxes: Annotated[int, Argument("How many boxes.")] = 1,
    is_urgent: Annotated[bool, Argument("Whether it is urgent.")] = False,
    audience: Audience | None = None,
    remark: Annotated[str, Argument("A remark.", longest=5)] | None = None,
    reason: Reason,
) -> None:
    """Inspects what a case
    is about."""
    told = [case.number, shipment, from_, boxes, is_urgent, audience, remark, reason]
    context.add_history_entry(case, repr(told), ("status",), reason=reason)


FIELD: Final = """  inspectCase(
    \"""The case, by its number.\"""
    case: String!

    \"""What it weighs.\"""
    weightKg: Float!

    \"""The numbers of its seals.\"""
    seals: [String!]

    \"""When it arrived.\"""
    arrivedAt: DateTime

    \"""The first day.\"""
    from: Date

    \"""How many boxes.\"""
    boxes: Int

    \"""Whether it is urgent.\"""
    isUrgent: Boolean

    \"""Who may see it; the parties if not said.\"""
    audience: Audience

    \"""A remark.\"""
    remark: String

    \"""Why; it is kept in the history.\"""
    reason: String!

    \"""A name of your own for this request: sent twice, it is done once.\"""
    requestId: String
  ): Case
"""
ENTRY: Final = """
### inspectCase

Inspects what a case is about. It answers with a `Case`.

Who may: the case's owner or the importer or its broker.

| argument | type | needed | meaning |
|---|---|---|---|
| `case` | `String` | yes | The case, by its number. |
| `weightKg` | `Float` | yes | What it weighs. |
| `seals` | `[String!]` |  | The numbers of its seals. |
| `arrivedAt` | `DateTime` |  | When it arrived. |
| `from` | `Date` |  | The first day. |
| `boxes` | `Int` |  | How many boxes. |
| `isUrgent` | `Boolean` |  | Whether it is urgent. |
| `audience` | `owner`, `parties`, `agencies`, `public` |  | Who may see it; the parties if not said. |
| `remark` | `String` |  | A remark. |
| `reason` | `String` | yes | Why; it is kept in the history. |
"""


def test_one_function_is_a_field_of_the_schema() -> None:
    schema = build_schema(GRAPH, verbs=(*VERBS, inspect_case)).as_str()
    assert f'  """Inspects what a case is about."""\n{FIELD}' in schema


def test_one_function_is_an_entry_of_the_manual() -> None:
    assert "\n".join(verb_entry(inspect_case)) == ENTRY


ALL_GIVEN: Final = {
    "case": "T-open", "weightKg": 2.5, "seals": ["A", "B"], "arrivedAt": datetime(2026, 3, 1, tzinfo=UTC),
    "from": date(2026, 3, 2),
    "boxes": 3, "isUrgent": True, "audience": "owner", "remark": " yes ", "reason": " why ",
}  # fmt: skip
LEAST_GIVEN: Final = {
    **dict.fromkeys(ALL_GIVEN), "case": "T-open", "weightKg": 1.0, "remark": "", "reason": "why",
}  # fmt: skip


@pytest.fixture
def done(world: Graph, run: Callable[..., Any]) -> Callable[..., Any]:
    """Does a verb as a viewer; gives the key of its answer."""

    def do(found: Verb, viewer: str, given: dict[str, Any]) -> str:
        async def work(run: Run) -> str:
            return await found.done(VerbContext(run, account_id(ISSUER, viewer), datetime.now(UTC), None), given)

        return run(world.transact(work))

    return do


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ALL_GIVEN, ["T-open", Shipment(weight_kg=2.5, seals=["A", "B"], arrived_at=datetime(2026, 3, 1, tzinfo=UTC)),
            date(2026, 3, 2),
                     3, True, "owner", "yes", "why"]),
        (LEAST_GIVEN, ["T-open", Shipment(weight_kg=1.0), None, 1, False, None, None, "why"]),
    ],
    ids=["all", "least"],
)  # fmt: skip
def test_its_arguments_come_typed(
    given: dict[str, Any], expected: list[Any], done: Callable[..., Any], world: Graph, run: Callable[..., Any]
) -> None:
    key = done(inspect_case, "port-2704", given)
    text = (
        "MATCH (e:HistoryEntry)-[:OF_CASE]->(:Case {id: $case, number: 'T-open'}) WHERE e.verb = 'inspectCase' RETURN"
        " e.text"
    )
    assert run(world.read_one(text, {"case": key})) == repr(expected)


def test_what_is_declared_of_who_may_and_of_texts_is_checked(done: Callable[..., Any]) -> None:
    with pytest.raises(NotFound, match="case: there is no case T-none to be seen"):
        done(inspect_case, "port-2704", {**LEAST_GIVEN, "case": "T-none"})
    with pytest.raises(NotAllowed, match=r"inspectCase: only its owner \(.+\) or the importer or its broker may"):
        done(inspect_case, "trade", LEAST_GIVEN)
    with pytest.raises(BadInput, match="remark: at most 5 characters, not 6"):
        done(inspect_case, "port-2704", {**LEAST_GIVEN, "remark": "a word"})
    with pytest.raises(BadInput, match="reason: some words are expected"):
        done(inspect_case, "port-2704", {**LEAST_GIVEN, "reason": "  "})


def test_a_request_id_that_was_used_before_this_release_is_known(world: Graph, run: Callable[..., Any]) -> None:
    """What stands for a request is made of what was given, and not of how a verb is declared."""
    given = {"case": "T-open", "text": "We will.", "audience": None}

    async def work(run: Run, given: dict[str, Any]) -> str:
        note = next(found for found in VERBS if found.name == "noteCase")
        return await note.done(VerbContext(run, account_id(ISSUER, "port-2704"), datetime.now(UTC), "once"), given)

    run(world.transact(lambda each: work(each, given)))
    digest = "873568861de437fc9940526a9913ca4266a86d70dc3da82edc9750b14adda533"
    assert run(world.read_one("MATCH (r:Request) RETURN r.digest", {})) == digest
    with pytest.raises(Conflict, match="requestId: it was used for another request"):
        run(world.transact(lambda each: work(each, {**given, "text": "We will not."})))


# --- wrong declarations fail when they are declared


async def without_doc(context: VerbContext, case: Case) -> None: ...
async def without_context(case: Case) -> None:
    """It has no context."""


async def of_unknown_type(context: VerbContext, case: Case, word: Annotated[complex, Argument("A number.")]) -> None:
    """Its argument is of a type that the API has not."""


async def of_no_type(context: VerbContext, case: Case, word) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    """Its argument has no type."""


async def without_words(context: VerbContext, case: Case, word: str) -> None:
    """Nobody says what its argument means."""


async def with_maybe(context: VerbContext, case: Case, word: Word | None) -> None:
    """Its argument may be None, but must be given."""


async def with_long_number(
    context: VerbContext, case: Case, word: Annotated[int, Argument("A number.", longest=3)]
) -> None:
    """Its number has a longest length."""


async def twice(context: VerbContext, case: Case, weight_kg: Word, shipment: Shipment) -> None:
    """It has an argument twice."""


async def without_answer(context: VerbContext, word: Word) -> None:
    """It answers with nothing."""


async def with_key(context: VerbContext, case: Case) -> str:  # noqa: ARG001 - a verb of one shape
    """It gives a key, but not whose."""
    return case.id


async def of_importer(context: VerbContext, importer: Importer) -> None:
    """An importer has no owner."""


async def close_case(context: VerbContext, case: Case) -> None:
    """It is there already."""


WRONG: Final = (
    (verb(), without_doc, "verb withoutDoc: its docstring is missing"),
    (verb(), without_context, "verb withoutContext: its first argument is a VerbContext"),
    (verb(), of_unknown_type, "verb ofUnknownType: word: of type <class 'complex'>; expected is one of str, "),
    (verb(), of_no_type, "verb ofNoType: word: say what it means"),
    (verb(), without_words, "verb withoutWords: word: say what it means"),
    (verb(), with_maybe, "verb withMaybe: word: what may be None has the default None"),
    (verb(), with_long_number, "verb withLongNumber: word: only a text has a longest length"),
    (verb(), twice, "verb twice: it declares weightKg twice"),
    (verb(), without_answer, "verb withoutAnswer: it gives None, but no row is among its arguments"),
    (verb(), with_key, "verb withKey: it either gives a key"),
    (verb(returns="Case"), of_importer, "verb ofImporter: it either gives a key"),
    (verb(returns="Parcel"), with_key, "verb withKey: it returns Parcel, which is no label of the graph"),
    (verb(may=(OWNER,)), of_importer, "verb ofImporter: may: only roles that each row"),
    (verb(), close_case, "verb closeCase is declared twice: in hub.verbs.cases and in "),
)


@pytest.mark.parametrize(
    ("declare", "function", "expected"), WRONG, ids=[text.split(": ", 1)[-1] for *_, text in WRONG]
)
def test_a_wrong_declaration_fails_when_it_is_declared(
    declare: Callable[..., Verb], function: Any, expected: str
) -> None:
    with pytest.raises(SchemaError) as error:
        declare(function)
    assert str(error.value).startswith(expected)


def test_every_module_that_declares_verbs_is_in_the_manual() -> None:
    modules = [importlib.import_module(f"hub.verbs.{found.name}") for found in pkgutil.iter_modules(verbs.__path__)]
    declaring = {module for module in modules if any(isinstance(found, Verb) for found in vars(module).values())}
    assert declaring == set(MODULES.values())
    named = {found.name for module in declaring for found in vars(module).values() if isinstance(found, Verb)}
    assert named == {found.name for found in VERBS}


def test_no_verb_takes_a_bag_of_values() -> None:
    """What a verb is given, and what it reads, has a type of its own."""
    bags = re.compile(r"(?:dict|Mapping)\[str, Any\]|\bgiven\[")
    folder = Path(verbs.__path__[0])
    named = [
        f"{file.name}: {found[0]}"
        for file in folder.glob("*.py")
        for found in bags.finditer(file.read_text(encoding="utf-8"))
    ]
    assert not named
