"""What the gate said last of what agents wanted to do, for numbers and for lists: both ask the same."""

LAST = "w.id = (SELECT max(id) FROM ruling WHERE action_id = w.action_id) AND a.is_write = 1"
"""A ruling `w` is the latest on a written action `a`."""
_JOINED = "FROM ruling w CROSS JOIN action a ON a.id = w.action_id CROSS JOIN run r ON r.id = a.run_id"
REFUSED = f"{_JOINED} WHERE w.verdict = 'REFUSE' AND w.at >= :since AND w.at < :until AND {LAST}"
"""What was refused from a time on until another, along its index."""
