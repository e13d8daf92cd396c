"""Encryption: a certificate is always checked, against the system's authorities and those the operator added."""

import ssl

from opsconsole.connectors.mail.config import MailConfig
from opsconsole.domain.errors import UserError
from opsconsole.net.whynot import not_encrypted


def context(config: MailConfig) -> ssl.SSLContext:
    """Return the context for both servers.

    Raises:
        UserError: the operator's own certificates cannot be read.
    """
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if config.ca_file:
        try:
            made.load_verify_locations(cafile=config.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise UserError(
                f"The certificates in {config.ca_file} cannot be read ({error}). Give a PEM file, or leave ca_file out."
            ) from error
    return made


def in_words(error: ssl.SSLError, host: str) -> str:
    """Say in plain words what is wrong with an encrypted connection, and what to do."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return not_encrypted(error, host)
    why = error.verify_message.lower()
    if "expired" in why:
        return f"The certificate of {host} has run out. Ask whoever runs the server to renew it."
    if "hostname mismatch" in why or "ip address mismatch" in why:
        return (
            f"The certificate shown is not for {host}. Use the server's name as its operator gives it; somebody may"
            " also stand in between."
        )
    if "self-signed" in why or "self signed" in why or "unable to get" in why:
        return (
            f"Nobody this machine trusts vouches for the certificate of {host}. If it is your own server, name its"
            " authority's file of certificates; otherwise do not go on: somebody may stand in between."
        )
    return not_encrypted(error, host)
