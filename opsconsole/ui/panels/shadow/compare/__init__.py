"""Agent and people side by side, pair by pair, judged with one key."""
