"""What people's decisions come to: counted, observed by fixed rules, and told. Pure."""
