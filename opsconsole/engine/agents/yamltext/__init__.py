"""YAML that a person wrote: read with its lines, and changed with its comments kept."""
