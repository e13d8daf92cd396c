"""One file a group of commands. They say; they do not decide."""
