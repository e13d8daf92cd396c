"""Pure functions of governance: rulings, guardrails, provenance. No clock, no I/O."""
