"""What may happen: an action, its context, and the ruling that is written down."""
