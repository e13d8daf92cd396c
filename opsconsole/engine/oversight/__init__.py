"""What the team sees of its agents: charter, weekly digest, monthly review; facts and plain words, in no one's form."""
