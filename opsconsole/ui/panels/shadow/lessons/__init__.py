"""What repeated corrections ask to change in an agent's file, tried on the past and taken by a person."""
