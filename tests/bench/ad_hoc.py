"""Twenty-six questions such as people ask once, each with the persona that asks it and, where the peer can spell
it, as the peer does.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class AdHoc:
    """`persona` None is the public; `peer` None where the peer has no such question.

    `bar_s` is the longest wanted, if it has one.
    """

    about: str
    persona: str | None
    hub: str
    peer: str | None = None
    bar_s: float | None = None


QUICK_S: Final = 0.5
"""The longest wanted for a search, and for who is responsible."""
AD_HOC: Final = (
    AdHoc(
        "Centers with contacts",
        None,
        """{ centers(orderBy: [{code: ASC}]) { nodes { code name city
          contacts(first: 5, where: {published: {eq: true}}, orderBy: [{role: ASC}, {name: ASC}]) {
            nodes { name role email phone } } } } }""",
        """{ centers(limit: 20, sort: [{code: ASC}]) { code name
          contacts(where: {published: {eq: true}}, limit: 5,
            sort: [{role: ASC}, {name: ASC}]) { name role email phone } } }""",
    ),
    AdHoc(
        "a port's contacts",
        None,
        """{ port(code: "2704") { code name fieldOffice { name }
          contacts(first: 20, where: {published: {eq: true}},
            orderBy: [{name: DESC}]) { totalCount nodes { name role phone } } } }""",
        """{ ports(where: {code: {eq: "2704"}}) { code name fieldOffice { name }
          contacts(where: {published: {eq: true}}, limit: 20, sort: [{name: DESC}]) { name role phone }
          contactsConnection(where: {node: {published: {eq: true}}}) { totalCount } } }""",
    ),
    AdHoc(
        "headings of a chapter with the Centers they suggest",
        None,
        """{ htsHeadings(first: 30, where: {code: {startsWith: "61"}},
  orderBy: [{code: ASC}]) { totalCount nodes { code title
          suggests { edges { confidence node { name managedFrom { name } } } } } } }""",
    ),
    AdHoc(
        "search: one word", None, '{ search(text: "toys", first: 5) { totalCount nodes { nodeId } } }', bar_s=QUICK_S
    ),
    AdHoc(
        "search: two words among programs and orders, with what matched",
        None,
        """{ search(text: "forced labor", kinds: [Program, ForcedLaborOrder, Office, CaseKind], first: 10) {
          edges { match highlights { property parts { text matched } }
            node { nodeId ... on Program { name legalBasis } ... on ForcedLaborOrder { entity country } } } } }""",
        bar_s=QUICK_S,
    ),
    AdHoc(
        "responsibleContacts: goods and a port",
        None,
        """{ responsibleContacts(hts: "6109", port: "2704", first: 4) { conflicts contacts { rule reason
          contact { name phone } organisation { name } availability { state } } } }""",
        bar_s=QUICK_S,
    ),
    AdHoc(
        "an importer's cases with handlers and their contacts",
        "importer-manager",
        """{ importer(number: "00-0000000SW") { name cases(first: 10,
  orderBy: [{openedAt: DESC}]) { nodes { number title status
          handledBy { name contacts(first: 3, where: {published: {eq: true}},
            orderBy: [{name: ASC}]) { nodes { name role phone } } }
          deadlines { nodes { name due } } } } } }""",
        """{ importers(where: {number: {eq: "00-0000000SW"}}) { name cases(limit: 10,
  sort: [{openedAt: DESC}]) { number title status
          center { name contacts(where: {published: {eq: true}}, limit: 3, sort: [{name: ASC}]) { name role phone } }
          deadlines { name due } } } }""",
    ),
    AdHoc(
        "search: a name among one's own cases and brokers",
        "importer-manager",
        """{ search(text: "sample importer", kinds: [Case, Broker, Importer, Contact],
  first: 8) { totalCount nodes { nodeId
          ... on Case { number title status } ... on Broker { name filerCode } ... on Contact { name role } } } }""",
        bar_s=QUICK_S,
    ),
    AdHoc(
        "responsibleContacts: a kind of case at a port",
        "large-broker",
        """{ responsibleContacts(caseKind: "rfi", hts: "8471", port: "2704", first: 3) { unknown contacts { rule
          contact { name role } standsInFor { name } next { text organisation { name } } } } }""",
        bar_s=QUICK_S,
    ),
    AdHoc(
        "sharedIssues: with their handlers",
        "large-broker",
        """{ sharedIssues(first: 4) { leastParties issues { why cases others issue { title topic }
          handlers { cases office { name } contact { name email } } trend { through importers } } } }""",
    ),
    AdHoc(
        "clients with their Centers and open cases",
        "broker",
        """{ broker(filerCode: "S00") { name importers(first: 20,
  orderBy: [{name: ASC}]) { nodes { number name center { code name }
          cases(first: 5, where: {status: {eq: OPEN}},
            orderBy: [{openedAt: DESC}]) { nodes { number title openedAt } } } } } }""",
        """{ brokers(where: {filerCode: {eq: "S00"}}) { name importers(limit: 20,
  sort: [{name: ASC}]) { number name center { code name }
          cases(where: {status: {eq: "OPEN"}}, limit: 5, sort: [{openedAt: DESC}]) { number title openedAt } } } }""",
    ),
    AdHoc(
        "path: from a client to an agency",
        "broker",
        '{ path(from: "Broker:S00", to: "Agency:EPA") { length byKind { kind length } steps { text from { nodeId } to {'
        " nodeId } } } }",
    ),
    AdHoc(
        "open cases with deadlines",
        "import-specialist",
        """{ cases(first: 20, where: {status: {eq: OPEN}},
  orderBy: [{openedAt: ASC}, {id: ASC}]) { nodes { number title openedAt
          deadlines(first: 5, orderBy: [{due: ASC}]) { nodes { name due state owedBy } } } } }""",
        """{ cases(limit: 20, where: {status: {eq: "OPEN"}, center: {some: {code: {eq: "CEE007"}}}},
  sort: [{openedAt: ASC}, {id: ASC}]) {
          number title openedAt deadlines(limit: 5, sort: [{due: ASC}]) { name due state owedBy } } }""",
    ),
    AdHoc(
        "a specialist's cases by Center, status and port, oldest first",
        "import-specialist",
        """{ cases(first: 50, where: {handledBy: {center: {code: {eq: "CEE007"}}}, status: {eq: OPEN},
  port: {code: {eq: "2704"}}},
          orderBy: [{openedAt: ASC}]) { totalCount nodes { number title openedAt importer { number name } } } }""",
        """{ cases(limit: 50, where: {center: {some: {code: {eq: "CEE007"}}}, status: {eq: "OPEN"},
  port: {some: {code: {eq: "2704"}}}},
          sort: [{openedAt: ASC}]) { number title openedAt importer { number name } }
          casesConnection(where: {center: {some: {code: {eq: "CEE007"}}}, status: {eq: "OPEN"},
            port: {some: {code: {eq: "2704"}}}}) {
            totalCount } }""",
    ),
    AdHoc(
        "search: two words among cases",
        "import-specialist",
        """{ search(text: "drawback claim", kinds: [Case], first: 12) { totalCount
          edges { wordsMatched node { ... on Case { number title openedAt importer { name } } } } } }""",
        bar_s=QUICK_S,
    ),
    AdHoc(
        "a Center's importers with brokers",
        "center-director",
        """{ center(code: "CEE007") { name importers(first: 30, orderBy: [{name: ASC}]) { nodes { number name
          brokers(first: 5, orderBy: [{filerCode: ASC}]) { nodes { filerCode name } } } } } }""",
        """{ centers(where: {code: {eq: "CEE007"}}) { name importers(limit: 30, sort: [{name: ASC}]) { number name
          brokers(limit: 5, sort: [{filerCode: ASC}]) { filerCode name } } } }""",
    ),
    AdHoc(
        "what is due within a month, by party",
        "center-director",
        """{ deadlines(within: 30, first: 15,
  where: {owedBy: {contains: "i"}}) { totalCount nodes { name due state party { name }
          case { number title handledBy { name } } } } }""",
    ),
    AdHoc(
        "cases at a port with importer, handler and agencies, newest first",
        "port-director",
        """{ port(code: "2704") { name casesHere(first: 25,
  orderBy: [{openedAt: DESC}]) { nodes { number status title importer { name }
          handledBy { name } involves(first: 5, orderBy: [{code: ASC}]) { nodes { code } } } } } }""",
        """{ ports(where: {code: {eq: "2704"}}) { name casesHere(limit: 25, sort: [{openedAt: DESC}]) {
          number status title importer { name } handledBy { name } involves(limit: 5,
            sort: [{code: ASC}]) { code } } } }""",
    ),
    AdHoc(
        "all cases by importer's name",
        "trade-analyst",
        """{ cases(first: 50, orderBy: [{importer: {name: ASC}},
  {openedAt: DESC}]) { totalCount nodes { number title status
          importer { name center { name } } handledBy { name } } } }""",
    ),
    AdHoc(
        "Centers with three counts each",
        "trade-analyst",
        "{ centers(orderBy: [{name: ASC}]) { nodes { name importers { totalCount } cases { totalCount } contacts {"
        " totalCount } } } }",
        """{ centers(sort: [{name: ASC}]) { name importersConnection { totalCount } casesConnection { totalCount }
          contactsConnection { totalCount } } }""",
    ),
    AdHoc(
        "disparities: open ones with their decisions",
        "trade-analyst",
        """{ disparities(first: 10, where: {state: {eq: OPEN}},
  orderBy: [{foundAt: DESC}]) { totalCount nodes { strength why hts10
          decisions { nodes { outcome decidedAt madeAt { name } } } } } }""",
    ),
    AdHoc(
        "contacts with their organisation and what they cover",
        "agency-officer",
        """{ contacts(first: 40, where: {role: {eq: "import_specialist"}, published: {eq: true}},
  orderBy: [{name: ASC}]) { nodes {
          name email organisation { name } covers(first: 5)
            { nodes { ... on HtsChapter { code title } ... on Port { code name }
            ... on Program { code name } } } } } }""",
        """{ contacts(limit: 40, where: {role: {eq: "import_specialist"}, published: {eq: true}}, sort: [{name: ASC}]) {
          name email organisation { name } covers(limit: 5) { ... on HtsChapter { code title } ... on Port { code name }
            ... on Program { code name } } } }""",
    ),
    AdHoc(
        "cases an agency is involved in, by status and time",
        "agency-officer",
        """{ agency(code: "FDA") { name cases(first: 30, where: {status: {in: [OPEN, AWAITING]}},
  orderBy: [{openedAt: DESC}]) { nodes {
          number title importer { name } handledBy { name } port { name } } } } }""",
        """{ agencies(where: {code: {eq: "FDA"}}) { name
          cases(limit: 30, where: {status: {in: ["OPEN", "AWAITING"]}}, sort: [{openedAt: DESC}]) {
          number title importer { name } handledBy { name } port { name } } } }""",
    ),
    AdHoc(
        "an association's brokers with their contacts",
        "association-officer",
        """{ brokers(first: 20, where: {associations: {some: {code: {eq: "NCBFAA"}}}},
  orderBy: [{name: ASC}]) { nodes { filerCode name
          contacts(first: 3, orderBy: [{name: ASC}]) { nodes { name email role } } } } }""",
        """{ brokers(limit: 20, where: {associations: {some: {code: {eq: "NCBFAA"}}}},
  sort: [{name: ASC}]) { filerCode name
          contacts(limit: 3, sort: [{name: ASC}]) { name email role } } }""",
    ),
    AdHoc(
        "a surety's cases with what is due and what is written to it",
        "surety-officer",
        """{ cases(first: 10, orderBy: [{openedAt: DESC}]) { totalCount nodes { number status importer { name }
          deadlines(first: 5, orderBy: [{due: ASC}]) { nodes { name due state } }
          notes(first: 5) { nodes { kind text at by { name } } } } } }""",
    ),
    AdHoc(
        "what an alleger is told of its case",
        "domestic-producer",
        """{ cases(first: 5) { nodes { number status handledBy { name } parties { edges { role since node { name } } }
          cbpNumbers { nodes { kind number } } } } }""",
    ),
)
