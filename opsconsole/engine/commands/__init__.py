"""What a person says: decisions on requests, switches, caps, connections, recommendations."""
