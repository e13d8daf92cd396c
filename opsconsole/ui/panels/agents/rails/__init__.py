"""The forms of the tab Guardrails: rules, caps, quiet hours, trusted addresses, standing grants."""
