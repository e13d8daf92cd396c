"""One request as a person reads it: what would be done, why it is asked, and the keys that answer."""
