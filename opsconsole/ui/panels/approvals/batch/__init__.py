"""Many alike requests answered at once: their spread, the odd ones out, one decision each on record."""
