"""The offline brain: triage by precedents, then the category's steps. Deterministic, and says what decided."""

from opsconsole.brains.playbook.brain import PlaybookBrain as PlaybookBrain
