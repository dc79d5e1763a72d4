"""The quick run takes the tests of what has changed, and no others."""

from pathlib import Path

import pytest

from tests.changed import is_in, places_of


@pytest.mark.parametrize(
    ("changed", "test", "is_wanted"),
    [
        ("hub/gql/cursors.py", "tests/gql/test_pages.py", True),
        ("hub/gql/cursors.py", "tests/web/test_start_page.py", False),
        ("hub/backup/take.py", "tests/test_backup.py", True),
        ("hub/limits/gate.py", "tests/test_gate.py", True),
        ("hub/limits/gate.py", "tests/test_heads.py", False),
        ("tests/gql/test_kinds.py", "tests/gql/test_kinds.py", True),
        ("tests/gql/test_kinds.py", "tests/gql/test_pages.py", False),
        ("graph_schema/rule.py", "tests/graph_schema/test_model.py", True),
        ("connectors/engine/run.py", "tests/connectors/test_mapping.py", True),
        ("README.md", "tests/docs/test_examples.py", True),
        ("hub/docs/tutorial.md", "tests/docs/test_pages.py", True),
        ("hub/settings.py", "tests/docs/test_reference.py", True),
        ("hub/settings.py", "tests/docs/test_examples.py", False),
        ("README.md", "tests/house/test_house.py", True),
        ("README.md", "tests/gql/test_kinds.py", False),
    ],
)
def test_the_tests_of_what_has_changed_are_wanted(changed: str, test: str, is_wanted: bool) -> None:
    assert is_in(Path(test), places_of([changed])) is is_wanted
