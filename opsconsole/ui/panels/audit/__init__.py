"""Prove it: the audit trail as a list, its state, one subject's history, export."""
