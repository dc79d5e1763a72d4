"""Forms and notices that people have in hand, and the kinds of case that these belong to."""

from typing import Final

from graph_schema.model import Edge, Kind, NodeType, Property, Way
from graph_schema.sources import CITATION, HOW_SURE, ORIGIN

FORM: Final = NodeType(
    label="Form",
    doc="A form or notice of CBP or a partner agency, as people have it in hand, e.g. CBP 28.",
    properties=(
        Property("code", "Its number, or a short code, e.g. CBP 6051D.", required=True),
        Property("name", "Its title.", required=True),
        Property("spellings", "What else it is called."),
        Property("issuedBy", "Who makes it out."),
        Property("answeredBy", "Who answers it."),
        Property("legalBasis", "The law it rests on."),
        ORIGIN,
        CITATION,
        HOW_SURE,
    ),
    key="code",
    one="form",
    many="forms",
    text=("name", "spellings", "legalBasis"),
    codes=("code",),
)
NODES: Final = (FORM,)

USED_IN: Final = Edge(
    "USED_IN",
    ("Form",),
    ("CaseKind",),
    "The kinds of case that a form or notice belongs to.",
    (Way("kinds", "The kinds of case it belongs to."),),
    (Way("forms", "The forms and notices that people have in hand in such a case."),),
    properties=(Property("rank", "Its place among the kinds of the form, the likeliest first.", Kind.INT),),
)
EDGES: Final = (USED_IN,)
