"""How long storms last: short in every run, at their full length with `dev.py test --full` (OPSCONSOLE_CRASH=full)."""

import os

IS_FULL = os.environ.get("OPSCONSOLE_CRASH") == "full"
