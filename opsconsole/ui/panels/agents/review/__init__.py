"""The review of an agent in the window: shown in sentences, and signed by key."""
