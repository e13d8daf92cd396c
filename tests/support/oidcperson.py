"""A browser for the command line: `python -m tests.support.oidcperson LOGIN URL` signs in there and consents."""

import sys

from tests.support.oidc import Person

if __name__ == "__main__":
    Person(sys.argv[1])(sys.argv[2])
