"""Dismissing an agent: what would end is asked once on a page of its own, and what came of it is said."""
