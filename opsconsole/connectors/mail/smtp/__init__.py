"""Mail going out: composed, and submitted once."""
