"""What will be asked, planned by Neo4j before anybody asks it."""
