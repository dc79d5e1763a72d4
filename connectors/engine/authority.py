"""What a connection may say: pure. It speaks for one party; what it says beyond that is kept as claims, or refused."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connectors.engine.mapping import Mapped
from connectors.errors import SkipRecord
from graph_schema.synced import SYNCED
from hub.records.source_record import HEADQUARTERS, Key, Link

_CBP: Final = ("Center", "Team", "Port", "Office", "FieldOffice")

BY_VERBS_ALONE: Final = ("REPRESENTS", "HAS_PARTY", "REFERRED_BY", "LED_BY", "CONSOLIDATED_WITH", "FOLLOWS_FROM")
"""Edges that no file makes, whoever's it is: both sides consent to a power of attorney, a case's owner says who is a
party of it by role and which cases belong together, and whoever sends a case on goes on seeing it.
"""


@dataclass(frozen=True, slots=True)
class Authority:
    """The party a connection speaks for, and what is part of it. `whole_of` gives a team's Center."""

    party: Key
    parts: frozenset[Key]
    whole_of: Mapping[Key, Key]

    @classmethod
    def of(cls, party: Key, parts: Iterable[Sequence[str]], team_centers: Iterable[Sequence[str]]) -> "Authority":
        """Of what the graph says about a party: its parts by label and key, and all teams with their Centers."""
        centers: dict[Key, Key] = {("Team", team): ("Center", code) for team, code in team_centers}
        return cls(party, frozenset((label, key) for label, key in parts), centers)

    @property
    def of_headquarters(self) -> bool:
        """Whether it speaks for an office of `HEADQUARTERS`, and so for all of CBP."""
        return self.party[0] == "Office" and self.party[1] in HEADQUARTERS

    def covers(self, party: Key) -> bool:
        """Whether the connection speaks for that party."""
        return party in self.parts or (self.of_headquarters and party[0] in _CBP)


@dataclass(frozen=True, slots=True)
class Authorized:
    """A row's links as far as they take effect, and what has none. `owned`: the row is the party's own."""

    links: tuple[Link, ...]
    claims: tuple[str, ...]
    owned: bool


def judged(label: str, mapped: Mapped, authority: Authority) -> Authorized:
    """What of a row takes effect. Raises `SkipRecord` for a row that only another's system may give."""
    found = _judged(label, mapped, authority)
    by_file = [link for link in found.links if link.type in BY_VERBS_ALONE]
    if not by_file:
        return found
    links = tuple(link for link in found.links if link not in by_file)
    return replace(found, links=links, claims=(*found.claims, *map(str, by_file)))


def _judged(label: str, mapped: Mapped, authority: Authority) -> Authorized:
    match label:
        case "Contact":
            return _contact(mapped, authority)
        case "Case":
            return _case(mapped, authority)
        case "Decision":
            return _decision(mapped, authority)
        case _:
            known_by = SYNCED[label].known_by
            assert known_by is not None
            own = (label, str(mapped.values[known_by]))
            if own != authority.party and not authority.of_headquarters:
                raise SkipRecord(f"{_speaks(authority)}: {_told(own)} must come from its own system or CBP's")
            return Authorized(mapped.links, (), owned=True)


def _contact(mapped: Mapped, authority: Authority) -> Authorized:
    employers = [(link.label, link.key) for link in mapped.links if link.type == "WORKS_FOR"]
    links, claims = _told_apart(mapped, authority)
    if not employers:
        return Authorized((*links, Link("WORKS_FOR", *authority.party)), claims, owned=True)
    if not authority.covers(employers[0]):
        raise SkipRecord(
            f"{_speaks(authority)}: a contact of {_told(employers[0])} must come from that party's own system"
        )
    return Authorized(links, claims, owned=True)


def _told_apart(mapped: Mapped, authority: Authority) -> tuple[tuple[Link, ...], tuple[str, ...]]:
    """The links, and those to importers that are not the party's business: whether there is such an importer is not
    told either.
    """

    def counts(link: Link) -> bool:
        return link.label != "Importer" or authority.party[0] in _CBP or (link.label, link.key) == authority.party

    return tuple(filter(counts, mapped.links)), tuple(str(link) for link in mapped.links if not counts(link))


def _case(mapped: Mapped, authority: Authority) -> Authorized:
    if any(link.type == "HANDLED_BY" and authority.covers((link.label, link.key)) for link in mapped.links):
        return Authorized(mapped.links, (), owned=True)
    return unowned(mapped, authority)


def _decision(mapped: Mapped, authority: Authority) -> Authorized:
    """A decision is told by the system of who made it: others must not put one into a case."""
    places = [(link.label, link.key) for link in mapped.links if link.type == "MADE_AT"]
    if not places or not authority.covers(places[0]):
        made = f"made at {_told(places[0])}" if places else "without a place (MADE_AT)"
        raise SkipRecord(f"{_speaks(authority)}: a decision {made} must come from that party's own system")
    return Authorized(mapped.links, (), owned=True)


def bounded(label: str, judged: Authorized, within: Callable[[Link], bool]) -> Authorized:
    """The same with what leads to rows beyond the party's reach as claims: they show it nothing, be there such rows or
    not.

    Raises `SkipRecord` for a decision in a case that is not within reach.
    """
    beyond = [link for link in judged.links if not within(link)]
    if label == "Decision" and beyond:
        raise SkipRecord(not_there(beyond[0]))
    links = tuple(link for link in judged.links if link not in beyond)
    return replace(judged, links=links, claims=(*judged.claims, *map(str, beyond)))


def not_there(link: Link) -> str:
    """What is said of a link to a row that is not there, or that is hidden."""
    return f"{link.type}: there is no {link.label} {link.key} here"


def unowned(mapped: Mapped, authority: Authority) -> Authorized:
    """The same of a case that another party owns: only an agency's own part in it takes effect, and that grants
    nothing until accepted.
    """
    part = (Link("INVOLVES", *authority.party),) if authority.party[0] == "Agency" else ()
    return Authorized(part, tuple(str(link) for link in mapped.links if link not in part), owned=False)


def _speaks(authority: Authority) -> str:
    return f"this connection speaks for {_told(authority.party)}"


def _told(party: Key) -> str:
    return f"{party[0]} {party[1]}"
