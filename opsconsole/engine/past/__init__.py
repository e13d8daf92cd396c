"""The past worked as if it came now: what was known then, what people did, and how the two compare."""
