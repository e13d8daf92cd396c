"""How a new version comes into use: who works which thread meanwhile."""
