"""Small charts, painted by us: no part of Qt beyond its widgets."""
