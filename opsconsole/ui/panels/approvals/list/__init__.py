"""The requests that wait, as a list."""
