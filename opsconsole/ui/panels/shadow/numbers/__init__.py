"""How good an agent is, by category: agreement, accuracy, bounds and what is still needed."""
