"""What people do in a mailbox: moves, flags and answers, seen and told as their acts."""
