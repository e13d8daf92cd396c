"""The agents: who works here, with how much rope, and what their files said before."""
