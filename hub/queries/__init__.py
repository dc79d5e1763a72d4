"""The hub's own root fields: the start of a statement by hand, into which the compiler puts what is asked of the
rows.
"""
