"""Offscreen, unless a test run names a platform."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
