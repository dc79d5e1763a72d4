"""What exists: labels, edges, properties, rules and the public facts, declared once. Pure, standard library only."""
