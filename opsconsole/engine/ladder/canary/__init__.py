"""A new version tried beside the one in use: on a share of the threads, by its own gates, never alone."""
