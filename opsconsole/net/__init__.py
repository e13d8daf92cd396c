"""HTTP, the one floor that speaks it: a client for models and actions, a server for webhooks."""
