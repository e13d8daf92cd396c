"""Reviews that a person signed, and what says when one is due."""
