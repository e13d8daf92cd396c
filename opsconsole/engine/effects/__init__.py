"""What is done outside: prepared, sent once, looked up when in doubt, taken back."""
