"""What an agent decided beside what people did, and what was said of it."""
