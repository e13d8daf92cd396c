"""A mailbox connected: what a person said of it, tried out step by step, and kept."""
