"""`python -m tests.shots FOLDER [PANEL]`: pictures of every panel, both themes, with data, empty and in error.

Agents also in a small window, and at twice the size.
"""
