"""What can be done: one function a verb, its Cypher above it; who may, and what it leaves behind, stand there too."""
