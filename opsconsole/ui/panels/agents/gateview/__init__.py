"""The gate seen from an agent: one call gone through rule by rule, and every tool with what looks at it."""
