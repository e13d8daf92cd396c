"""What needs me: the list of requests that wait, the card of one, and the verbs."""
