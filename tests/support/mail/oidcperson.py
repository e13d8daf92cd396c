"""A browser for the command line: `python -m tests.support.mail.oidcperson LOGIN URL` signs in there and consents."""

import sys

from tests.support.mail.oidc import Person

if __name__ == "__main__":
    Person(sys.argv[1])(sys.argv[2])
