"""When something is due: clocks as the public facts declare them, facts of a case, and the deadlines that follow."""
