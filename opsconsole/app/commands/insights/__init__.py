"""The command that tells what people decided."""
