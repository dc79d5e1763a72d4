"""Pages for people: the start page. Plain files, no build step, nothing from elsewhere."""
