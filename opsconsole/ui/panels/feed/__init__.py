"""Every event and what became of it: a live list, and the story of the run beside it."""
