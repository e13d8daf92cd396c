"""What agents would have done, and what they recommend."""
