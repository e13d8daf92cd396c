"""What the workspace is plugged into."""
