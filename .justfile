# `uv run just --list` lists the recipes.

# style, types, walls and spelling
check:
    uv run ruff check .
    uv run ruff format --check .
    uv run pyright
    uv run lint-imports
    uv run codespell

# formats the code
format:
    uv run ruff check --fix .
    uv run ruff format .

# the tests of the rooms that differ from a commit, without the thorough ones
quick since="HEAD":
    uv run pytest --changed-since {{since}}

# all tests
test:
    uv run pytest

# what is made from the declarations: the schema, the manual's reference and pictures
made:
    uv run hub schema > hub/gql/schema.graphql
    uv run python -m tests.docs.reference
    uv run python -m tests.docs.pictures

# the locks, after a change of the dependencies
locks:
    uv export -q --no-emit-project --no-header --all-groups -o requirements.lock
    uv export -q --no-emit-project --no-header --no-dev -o hub/requirements.lock

# a hub on this machine
up *options:
    uv run --no-dev hub up {{options}}
