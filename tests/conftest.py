"""What holds for all tests: no example of a property fails for being slow, for a busy machine is no bug."""

from hypothesis import settings

settings.register_profile("unhurried", settings(deadline=None))
settings.load_profile("unhurried")
