"""Questions to begin with, each with the persona it is best asked as; the start page and GraphiQL show them, tests
run them.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Example:
    """A question; `persona` None for the public."""

    title: str
    persona: str | None
    query: str


EXAMPLES: Final = (
    Example(
        "Which Center handles integrated circuits (8542), how sure is that, and who manages it?",
        None,
        """\
query Suggested {
  htsHeading(code: "8542") {
    title
    suggests {
      edges {
        confidence
        basis
        node {
          code
          name
          managedFrom { name }
          contacts(where: { role: { eq: "center_director" } }) { nodes { name role email } }
        }
      }
    }
  }
}
""",
    ),
    Example(
        "My Center, its contacts, my brokers, ports and open cases, and who handles them",
        "importer-manager",
        """\
query MyCenter {
  importer(number: "00-0000000SW") {
    name
    center {
      code
      name
      contacts(first: 5, orderBy: [{ name: ASC }]) { nodes { name role email } }
    }
    brokers { nodes { filerCode name } }
    ports { nodes { code name } }
    cases(where: { status: { eq: OPEN } }, orderBy: [{ openedAt: DESC }], first: 5) {
      totalCount
      nodes {
        number
        title
        openedAt
        handledBy { __typename name contacts(first: 2) { nodes { name email } } }
        involves { nodes { code name } }
      }
    }
  }
}
""",
    ),
    Example(
        "My clients and the power of attorney for each, expired ones included",
        "broker",
        """\
query MyClients {
  broker(filerCode: "S00") {
    name
    powersOfAttorney(first: 50) {
      totalCount
      edges { since until node { number name centerStatus } }
    }
  }
}
""",
    ),
    Example(
        "My Center's newest open cases with importer, port, issue and agencies",
        "import-specialist",
        """\
query CenterCases {
  center(code: "CEE007") {
    name
    cases(where: { status: { eq: OPEN } }, orderBy: [{ openedAt: DESC }], first: 20) {
      totalCount
      nodes {
        number
        title
        openedAt
        importer { number name }
        port { code name }
        issue { title topic }
        involves { nodes { code name } }
      }
    }
  }
}
""",
    ),
    Example(
        "Whatever there is about electronics, typed with a typo: the Center of that name first",
        None,
        """\
query Found {
  search(text: "eletronics", kinds: [Center, HtsChapter, HtsHeading, Agency], first: 5) {
    totalCount
    edges {
      match
      highlights { property parts { text matched } }
      node {
        nodeId
        ... on Center { name managedFrom { name } }
        ... on HtsHeading { title suggests { nodes { name } } }
      }
    }
  }
}
""",
    ),
    Example(
        "My clients' open cases that no food agency is involved in, by importer, the newest first",
        "broker",
        """\
query ClientsCases {
  cases(
    where: {
      status: { in: [OPEN, AWAITING] }
      importer: { name: { startsWith: "Sample" } }
      involves: { none: { code: { eq: "FDA" } } }
      not: { title: { contains: "Drawback" } }
    }
    orderBy: [{ importer: { name: ASC } }, { openedAt: DESC }]
    first: 10
  ) {
    totalCount
    nodes { nodeId number title openedAt importer { name } }
    pageInfo { hasNextPage endCursor }
  }
}
""",
    ),
    Example(
        "Who answers for a protest about integrated circuits, why, whether they are there, and who is next",
        "importer-manager",
        """\
query WhoAnswers {
  responsibleContacts(importer: "00-0000000SW", hts: "8542.31.0001", caseKind: "protest", first: 3) {
    conflicts
    contacts {
      contact { name role email }
      organisation { name }
      reason
      availability { state hours }
      standsInFor { name }
      next { text contact { name email } organisation { name } }
    }
  }
}
""",
    ),
    Example(
        "What is due within two months, by whom, and by which law",
        "import-specialist",
        """\
query Due {
  deadlines(within: 60, first: 10) {
    totalCount
    nodes { name due owedBy party { name } clock { legalBasis } case { number title importer { name } } }
  }
}
""",
    ),
    Example(
        "The ten Centers and the Field Offices that manage them",
        None,
        "query Centers { centers { totalCount nodes { code shortName name managedFrom { name } } } }\n",
    ),
)
