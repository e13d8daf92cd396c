"""The commands that make pages for the team: charter, weekly digest, monthly review."""
