"""What was not done: actions in shadow and recommendations."""
