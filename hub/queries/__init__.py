"""The hub's own root fields: the start of a statement by hand; the compiler adds what is asked of the rows."""
