"""Background work: the one loop that runs it, and the dead letters of what fails."""
