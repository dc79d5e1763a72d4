"""All verbs. A verb that is added to one of these modules is one of them; a new module is added here."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

from hub.verbs import (
    agencies,
    assignments,
    attachments,
    audiences,
    calendars,
    case_entries,
    case_numbers,
    case_parties,
    cases,
    deadlines,
    decisions,
    issues,
    messages,
    officers,
    opening,
    people,
    powers,
    questions,
    reassignments,
    referrals,
    related_cases,
    requests,
    templates,
)
from hub.verbs.verb import Verb, declared_in

MODULES: Final[Mapping[str, ModuleType]] = {
    "Opening a case": opening,
    "Cases": cases,
    "Entries of a case": case_entries,
    "Requests and notices": requests,
    "Templates": templates,
    "Referrals": referrals,
    "Many cases at once": reassignments,
    "Parties by role": case_parties,
    "Related cases": related_cases,
    "CBP's own numbers": case_numbers,
    "Joint work": agencies,
    "Decisions and disparities": decisions,
    "Time": deadlines,
    "Files": attachments,
    "Calendars": calendars,
    "Assignments of importers": assignments,
    "Powers of attorney": powers,
    "People and programs": people,
    "Officers": officers,
    "Questions to offices": questions,
    "Shared issues": issues,
    "Messages": messages,
    "Audiences of messages": audiences,
}
"""The modules that declare verbs, under their headings in the manual."""
CHAPTERS: Final[Mapping[str, tuple[Verb, ...]]] = {
    heading: declared_in(module.__name__) for heading, module in MODULES.items()
}
VERBS: Final[tuple[Verb, ...]] = tuple(verb for chapter in CHAPTERS.values() for verb in chapter)
