"""What a list of runs shows of one in shadow while people have not acted: not what the agent thinks.

Who reads that in a list and then acts would agree without being blind, and nothing would know it.
"""

AWAITED = "EXISTS (SELECT 1 FROM timer t WHERE t.kind = 'pair' AND t.ref = CAST(r.id AS TEXT))"
"""Of a run `r`: it waits for what the human does."""
WAITS = "in shadow, compared once people acted"
UNSEEN_CATEGORY = f"CASE WHEN {AWAITED} THEN NULL ELSE r.category END"
UNSEEN_LEFT = f"CASE WHEN {AWAITED} THEN 0 ELSE r.is_handled = 0 END"
"""Its agent did not deal with its event, and people know of it otherwise."""
UNSEEN_OUTCOME = f"CASE WHEN {AWAITED} THEN '{WAITS}' ELSE r.outcome END"
