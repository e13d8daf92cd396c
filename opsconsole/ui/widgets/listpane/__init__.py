"""The list at the left of a panel: rows as cards, one of them picked."""
