"""GraphQL at the door: the schema derived from GRAPH, limits of documents, and the way from a document to its answer."""
