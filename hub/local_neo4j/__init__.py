"""A Neo4j of one's own: fetched once, started as a child process, stopped with the hub.

The same server as in production.
"""
