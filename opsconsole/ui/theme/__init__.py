"""How it looks: tokens, palette and style sheet, icons, fonts. `Theme` is the one object that knows which theme is on."""
