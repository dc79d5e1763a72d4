"""A partner agency's own system, in its own environment: the hub's first real peer, and the template an agency may
start from.

Nothing here imports the hub, and nothing of the hub imports this: they meet over HTTP.
"""
