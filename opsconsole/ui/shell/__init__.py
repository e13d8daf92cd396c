"""The frame around the panels: rail, status bar, palette, engine process, tray."""
