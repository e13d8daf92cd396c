"""What the window and the command line list: queries shaped for looking, not for working."""
