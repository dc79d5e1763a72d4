"""The manual's reference is what the code declares, and leaves nothing out."""

import re

import pytest

from graph_schema.graph import GRAPH
from hub.docs.contents import decisions, pages, text
from hub.docs.site import pictures
from hub.settings import Settings
from hub.verbs.verbs import VERBS
from tests.asking import SCHEMA
from tests.docs import reference
from tests.docs.examples import ROOT
from tests.docs.pictures import PICTURES, drawn, undeclared

MADE = reference.pages()


@pytest.mark.parametrize("path", MADE)
def test_a_made_page_is_as_the_code_declares_it(path: str) -> None:
    """After a change: `uv run python -m tests.docs.reference`, and read the difference."""
    assert (reference.FOLDER / path).read_text(encoding="utf-8") == MADE[path]


def test_every_verb_question_setting_label_and_command_is_in_the_manual() -> None:
    assert {verb.name for verb in VERBS} == set(re.findall(r"^### (\w+)$", text("reference/verbs"), re.MULTILINE))
    query = SCHEMA._schema.query_type  # noqa: SLF001 - strawberry has no other way to it
    assert query is not None
    told = text("reference/questions")
    assert [
        name
        for name in query.fields
        if f"### {name}\n" not in told and f"`{name}`" not in told and f"`{name}(" not in told
    ] == []
    settings = {name.upper() if name.startswith("neo4j_") else f"HUB_{name.upper()}" for name in Settings.model_fields}
    assert settings <= set(re.findall(r"^\| `(\w+)` \|", text("reference/settings"), re.MULTILINE))
    assert {node.label for node in GRAPH.nodes} == set(re.findall(r"^## (\w+)$", text("reference/graph"), re.MULTILINE))
    assert {f"hub {path}" for path, _ in reference.commands()} == set(
        re.findall(r"^## (hub .+)$", text("reference/commands"), re.MULTILINE)
    )


def test_a_reason_is_listed_for_those_alone_to_whom_it_shows_a_row() -> None:
    """An importer sees their cases because they see themselves, and not the other way round."""
    importer = text("reference/visibility").partition("### Importer\n")[2].partition("### ")[0]
    having = {reason: who for reason, _, who in re.findall(r"^\| ([\w-]+) \| (.+) \| (.+) \|$", importer, re.MULTILINE)}
    assert having["itself-or-its-broker"] == "an importer, a broker"
    assert having["through-a-case"] == "a Center, the Office of Trade, a port, another office, an agency"


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, found in Settings.model_fields.items() if not found.description] == []


def test_a_setting_that_a_page_names_is_one() -> None:
    known = {f"HUB_{name.upper()}" for name in Settings.model_fields} | {
        "HUB_PICTURES",
        "HUB_ANSWERS",
        "HUB_TEST_ROUNDS",
    }
    named = {found for page in pages() for found in re.findall(r"\bHUB_[A-Z0-9_]+[A-Z0-9]\b", text(page))}
    assert named <= known


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_is_drawn_and_true_of_the_graph(name: str) -> None:
    """After a change: `uv run python -m tests.docs.pictures`, and look at it."""
    assert (ROOT / "hub/docs/pictures" / name).read_text(encoding="utf-8") == drawn(PICTURES[name])
    assert undeclared(PICTURES[name]) == []


def test_every_picture_is_shown() -> None:
    shown = "".join(text(page) for page in pages()) + (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in pictures() if f"pictures/{name})" not in shown] == []


def test_a_decision_has_its_four_parts_and_its_day() -> None:
    for page in decisions():
        parts = ("Context", "Decision", "Rejected", "Consequence")
        form = (
            r"# [^\n]+\n\n"
            + page.removeprefix("decisions/")[:10]
            + "".join(rf"\n\n\*\*{part}\.\*\* [^\n](?:[^\n]|\n(?!\n))*" for part in parts)
        )
        assert re.fullmatch(form, text(page)), page


def test_the_figures_hold_the_table_that_the_bench_wrote() -> None:
    assert (ROOT / "tests/figures/side-by-side.md").read_text(encoding="utf-8") in text("figures")
