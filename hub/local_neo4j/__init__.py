"""A Neo4j of the hub's own, the same server as in production: fetched once, started as a child process, stopped."""
