"""An agent begun from blank: five questions, a page each, and what the answers make."""
