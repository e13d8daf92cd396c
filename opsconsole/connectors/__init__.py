"""The outside world, one folder per kind, each behind the engine's ports."""
