"""How a run works: rows read, mapped, compared with the graph and written, once and whole."""
