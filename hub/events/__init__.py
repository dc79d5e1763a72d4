"""What happened, and who works on it: the only way to append an event, and consumers by name that read events in
order.
"""
