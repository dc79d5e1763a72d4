"""When something is due: business days, and the deadlines that a clock gives."""
