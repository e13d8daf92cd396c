"""Public test doubles: what cannot be had for real in a test (a language model), or must be watched from outside."""
