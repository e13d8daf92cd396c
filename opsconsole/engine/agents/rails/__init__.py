"""What holds an agent back, as forms change it: rules, caps, quiet hours, trusted addresses."""
