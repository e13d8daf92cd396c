"""The connection to the mailbox: one client, its folders, and what changed in them."""
