"""The commands about the ladder."""
