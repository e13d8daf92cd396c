"""An agent's file and what it means: read, checked, put in use, and the words it may name."""
