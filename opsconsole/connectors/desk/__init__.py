"""The embedded desk: mailbox, contacts, companies, deals, tickets, tasks and notes inside the workspace."""
