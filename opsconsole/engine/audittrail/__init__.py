"""The record told: its words, its check, its export, and the story of a run."""
