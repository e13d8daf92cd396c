"""Conditions in CEL: read, weighed, told in words, and laid out in lines."""
