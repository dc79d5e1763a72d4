"""What is in the graph before anyone writes: constraints, the public facts, and the sample world."""
