"""The write side: small functions that run inside a transaction. They decide nothing."""
