"""What the window and the engine that it started say to each other, beside the workspace's file."""

SEALED_EXIT = 4
"""Exit code of an engine that could not open the encrypted file of secrets with the passphrase it was told."""

STOP_LINE = b"stop\n"
"""On the engine's standard input, after the passphrase: stop. Windows has no signal for it."""
