"""The engine of deadlines: facts and clocks in, deadlines out."""
