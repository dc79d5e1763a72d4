"""The way to Neo4j: connections and their health, bookmarks, reads that go together, leases, and room on the disk."""
