"""The systems that the hub knows by itself, a module each: files, SQL databases, GraphQL APIs."""
