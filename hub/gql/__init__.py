"""GraphQL at the door: the schema derived from GRAPH, limits of documents, the way from a document to its answer."""
