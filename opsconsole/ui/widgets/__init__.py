"""Small parts that panels share. They show what they are given and know nothing of the workspace."""
