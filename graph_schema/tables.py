"""The rows of the public facts that the hub ships, each file read once."""

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from graph_schema import reference


@cache
def table(name: str) -> Sequence[Mapping[str, str]]:
    """The rows of a reference file, by its name without its ending."""
    with resources.files(reference).joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
