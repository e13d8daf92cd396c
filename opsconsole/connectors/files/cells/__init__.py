"""What the bytes and cells of a table say: its encoding, its dates, their zones."""
