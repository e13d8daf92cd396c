"""Offline triage: which category a text belongs to, how sure that is, and which past cases say so.

Deterministic, without network or model. Knows the playbook's examples and the cases it was taught, nothing
else; the case store is reached only through the `nearest` function it is given.
"""

from opsconsole.brains.triage.calibration import THRESHOLD as THRESHOLD
from opsconsole.brains.triage.triage import CategorySeed as CategorySeed
from opsconsole.brains.triage.triage import Classification as Classification
from opsconsole.brains.triage.triage import Precedent as Precedent
from opsconsole.brains.triage.triage import Triage as Triage
from opsconsole.store.cases import Hit as Hit
