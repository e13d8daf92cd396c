"""Shadow mode: what people did, pairs with what agents would have done, and what that proves."""
