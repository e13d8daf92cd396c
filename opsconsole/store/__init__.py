"""SQLite: the workspace file, its migrations, the group-committing writer, the audit chain.

SQL lives only here. `writes` change things inside a transaction, `queries` read; both take what they need and know
nothing of connectors, brains or windows.
"""
