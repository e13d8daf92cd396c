"""The commands that connect other systems: mail, models, webhooks and REST files."""
