"""Editing what would be done before it is approved: the form of its arguments, and their check."""
