"""The ladder: what each cell of an agent may do, what the next step asks for, steps up and steps down."""
