"""Backups of a data directory: what is in one, how it is taken beside a hub that serves, and how it is put back and
compared.
"""
