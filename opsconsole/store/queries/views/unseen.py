"""What a list of runs shows of one whose agent is not to be known yet: not what the agent thinks.

It is in shadow and people have not acted, or a person is to decide it first.

Who reads that in a list and then acts would agree without being blind, and nothing would know it.
"""

UNDECIDED = "EXISTS (SELECT 1 FROM draw d WHERE d.run_id = r.id AND d.answered_at IS NULL AND d.closed_at IS NULL)"
"""Of a run `r`: a person is to decide its event before seeing what its agent did."""
DRAWN = "drawn for you to decide first"
_SHADOWED = "EXISTS (SELECT 1 FROM timer t WHERE t.kind = 'pair' AND t.ref = CAST(r.id AS TEXT))"
AWAITED = f"({_SHADOWED} OR {UNDECIDED})"
"""Of a run `r`: it waits for what the human does, or would do."""
WAITS = "in shadow, compared once people acted"
UNSEEN_CATEGORY = f"CASE WHEN {AWAITED} THEN NULL ELSE r.category END"
UNSEEN_LEFT = f"CASE WHEN {AWAITED} THEN 0 ELSE r.is_handled = 0 END"
"""Its agent did not deal with its event, and people know of it otherwise."""
UNSEEN_OUTCOME = f"CASE WHEN {UNDECIDED} THEN '{DRAWN}' WHEN {AWAITED} THEN '{WAITS}' ELSE r.outcome END"
