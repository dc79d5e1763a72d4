"""By what cases are thought to share an issue.

A kind of likeness is a row of this table: adding one touches this file alone.

Each gives, for a case `k`, a `key` that is made of what the case itself says; cases of one key may be about one issue.
Whether others have that key, and how many, is kept by `hub/detection/shared_issues.py` and told by
`hub/queries/shared_issues.py`.
"""

from dataclasses import dataclass
from typing import Final

from graph_schema.cypher import fill


@dataclass(frozen=True, slots=True)
class Likeness:
    """A kind of likeness.

    `cypher` binds `key`, `title`, `topic` and `why` from `k`; from `least` importers on it is proposed.
    """

    name: str
    text: str
    cypher: str
    least: int = 2


# The months of a quarter are compared with each other: a window that is the same for all, whenever a case comes to be
# known.
_QUARTER: Final = "toString(k.openedAt.year) + '-Q' + toString(k.openedAt.quarter)"

# Goods are told by what they are. Their number stands behind it, for who looks for that.
_SUBJECT: Final = "coalesce(h.title, 'goods of heading ' + h.code)"
_GOODS: Final = "coalesce(h.title + ' (' + h.code + ')', 'goods of heading ' + h.code)"

LIKENESSES: Final = (
    Likeness(
        "program-and-goods",
        "The same trade program and the same tariff heading.",
        fill(
            """
        MATCH (k)-[:TAGGED]->(p:Program), (k)-[:UNDER]->(h:HtsHeading)
        WITH k, p.code + ' ' + h.code AS key, p.name + ': ' + {goods} AS title, 'program' AS topic,
          'cases under ' + p.name + ' about ' + {subject} AS why
        """,
            goods=_GOODS,
            subject=_SUBJECT,
        ),
    ),
    Likeness(
        "adcvd-order",
        "The same antidumping or countervailing duty order.",
        """
        MATCH (k)-[:SUBJECT_TO]->(o:AdcvdOrder)
        WITH k, o.number AS key, o.product + ' (' + o.number + ')' AS title, 'trade_remedies' AS topic,
          'cases about ' + o.product + ', under an antidumping or countervailing duty order' AS why
        """,
    ),
    Likeness(
        "forced-labor-entity",
        "The same entity under a forced-labor order.",
        """
        MATCH (k)-[:SUBJECT_TO]->(o:ForcedLaborOrder)
        WITH k, o.entity AS key, 'Forced labor: ' + o.entity AS title, 'forced_labor' AS topic,
          'cases about goods of ' + o.entity AS why
        """,
    ),
    Likeness(
        "question-and-goods",
        "The same question, e.g. of classification, about goods of the same tariff heading.",
        fill(
            """
        MATCH (k)-[:RAISES]->(t:Topic), (k)-[:UNDER]->(h:HtsHeading)
        WITH k, t.code + ' ' + h.code AS key, t.name + ': ' + {goods} AS title, t.code AS topic,
          'cases that ask about ' + toLower(t.name) + ' of ' + {subject} AS why
        """,
            goods=_GOODS,
            subject=_SUBJECT,
        ),
    ),
    Likeness(
        "decided-otherwise",
        "Goods of the same chapter, about which it is decided otherwise elsewhere.",
        """
        MATCH (k)<-[:DECIDES]-(d:Decision)<-[:BETWEEN]-(:Disparity {state: 'OPEN'})
        MATCH (h:HtsChapter {code: left(d.hts10, 2)})
        WITH DISTINCT k, h
        WITH k, h.code AS key, 'Decided otherwise elsewhere: ' + h.title + ' (chapter ' + h.code + ')' AS title,
          'uniformity' AS topic, 'the same goods of this chapter are decided otherwise at another place' AS why
        """,
        least=5,
    ),
    Likeness(
        "port-and-kind",
        "The same kind of case at the same port within a quarter.",
        f"""
        MATCH (k)-[:AT]->(p:Port), (k)-[:OF_KIND]->(c:CaseKind)
        WITH k, p.id + ' ' + c.code + ' ' + {_QUARTER} AS key, c.name + ' at ' + p.name + ', ' + {_QUARTER} AS title,
          'port_practice' AS topic, 'cases of kind ' + c.name + ' that arose at ' + p.name + ' in ' + {_QUARTER} AS why
        """,
        least=5,
    ),
)
