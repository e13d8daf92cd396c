"""One folder a panel; panels do not know each other."""
