"""A new version that is tried on a share of the threads, as the Versions tab shows it."""
