"""Windows of the tests are painted in memory."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
