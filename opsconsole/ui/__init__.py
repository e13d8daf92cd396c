"""The window: shows state, sends intents. It reads by queries and acts by commands; it never works a run."""
