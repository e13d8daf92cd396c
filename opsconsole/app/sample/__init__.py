"""The sample company: its people, its agents, and its two weeks of events."""
