"""The commands about what the gate says."""
