"""What thinks: the playbook brain. Brains propose; they never act."""
