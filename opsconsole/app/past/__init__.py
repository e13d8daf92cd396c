"""The past of a workspace: brought in from exports, and worked by an agent to be compared."""
