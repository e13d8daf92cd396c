"""Text messages of the sample: nothing leaves this computer."""
