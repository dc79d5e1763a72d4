"""What every connector promises, as tests that whoever writes one inherits.

They need pytest, and a Neo4j of their own, which they fetch and start.
"""

import pytest

# before it is imported, so that a promise that is not kept is told with its values
pytest.register_assert_rewrite("connectors.conformance.suite")

from connectors.conformance.suite import Conformance, System  # noqa: E402

__all__ = ["Conformance", "System"]
