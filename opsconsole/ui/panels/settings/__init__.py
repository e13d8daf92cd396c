"""Theme, caps, quiet hours, data."""
