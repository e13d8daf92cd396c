"""Getting in: hosts, TLS, passwords and tokens."""
