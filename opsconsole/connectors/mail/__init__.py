"""A live mailbox: IMAP in, SMTP out. What a mail says is read by its neighbour, `mailtext`."""
