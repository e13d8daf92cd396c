"""Composition root: command line, bootstrap, settings. The only place that joins things."""
