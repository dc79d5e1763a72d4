"""GraphQL at the door: the schema derived from GRAPH, the guard, and the way from a document to the compiler and
back.
"""
