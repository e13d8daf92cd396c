"""How it looks: tokens, palette and style sheet, icons, fonts. Only `Theme` knows which theme is on."""
