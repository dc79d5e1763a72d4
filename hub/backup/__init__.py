"""Backups of a data directory: what is in one, how it is taken beside a hub that serves, how it is restored."""
