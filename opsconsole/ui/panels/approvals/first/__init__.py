"""Decisions that a person makes first: the event and a short form, then both sides and who was right."""
