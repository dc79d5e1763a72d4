"""Matters of customs law with their deadlines, found in the regulations and not in the hub, and how they are read."""
