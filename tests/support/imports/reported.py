"""Small inputs that failed elsewhere: those of these tests, in `support/reported`, and those beside this checkout."""

from pathlib import Path

import pytest

OWN = Path(__file__).parents[1] / "reported"
BESIDE = Path(__file__).parents[4] / "shared" / "data" / "reported"
beside = pytest.mark.skipif(not BESIDE.is_dir(), reason="the reported inputs are not beside this checkout")


def either(*cases: tuple[object, ...], beside_cases: tuple[tuple[object, ...], ...]) -> list[object]:
    """Return cases of a test: (name, what is right …), of one's own files and of those beside."""
    own = [pytest.param(OWN / str(name), *right, id=f"own {name}") for name, *right in cases]
    return [
        *own,
        *(
            pytest.param(BESIDE / str(name), *right, id=f"beside {name}", marks=[beside, pytest.mark.real_data])
            for name, *right in beside_cases
        ),
    ]
