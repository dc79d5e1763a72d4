"""What happened, and who works on it: the only way to append an event, and consumers that read events in order."""
