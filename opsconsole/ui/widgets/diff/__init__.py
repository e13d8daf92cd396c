"""What changed, drawn: words in a text, fields in a table, lines of a file."""
