"""The hub's own questions, written by hand as the start of a statement into which the compiler puts what is asked of their rows."""
