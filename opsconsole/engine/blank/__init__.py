"""An agent begun from blank: categories proposed from what people did, five answers, and the file they make."""
