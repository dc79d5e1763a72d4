"""The manual: Markdown pages that ship with the hub, their contents, and how they are shown at `/docs`."""
