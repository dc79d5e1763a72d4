"""Connectors, each against its real server; `conformance` holds what every one of them promises."""
