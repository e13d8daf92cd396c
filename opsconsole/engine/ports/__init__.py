"""What the engine needs from the outside, as Protocols: connectors, what thinks, and the machine around it."""
