"""The window: shows state, sends intents. It reads with read-only queries and acts by commands; it never works a run."""
