"""One small SQL file a migration, numbered from 1 without gaps; never edited after a release."""
