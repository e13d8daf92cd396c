"""A run as it is stored, and as a brain sees it."""
