"""An event being worked: taken in, queued, thought about turn by turn, and ended."""
