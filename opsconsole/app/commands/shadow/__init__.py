"""The commands of shadow mode: pairs, judging, the past, reports and lessons."""
