"""Where data comes from: systems of others, attached by a file of settings each, and the runner that syncs them."""
