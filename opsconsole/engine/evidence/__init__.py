"""What pairs prove of an agent: where it stands, what is still needed, what its corrections teach."""
