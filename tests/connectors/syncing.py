"""A graph to sync into, as connectors of others are tested with it."""

from connectors.conformance.syncing import Synced, fingerprint, together

__all__ = ["Synced", "fingerprint", "together"]
