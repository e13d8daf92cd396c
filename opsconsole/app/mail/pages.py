"""What a person reads before signing in to a mailbox in the browser: how to register a client, and who must consent."""

from opsconsole.connectors.mail.signin.hosts import Host

WITHOUT = (
    "Without any sign-in: export the mailbox (mbox, .eml, Maildir, Google Takeout) and run `opsconsole import MAILBOX`."
)
_OWN = (
    "Signing in in the browser needs an OAuth client of your own, which you register once and for nothing. opsconsole"
    " ships none: with your own, nobody else can switch it off or read along."
)
_GOOGLE = (
    "1. console.cloud.google.com: make a project; under APIs & Services enable the Gmail API.",
    "2. Google Auth platform, Audience: Internal in a Workspace. Else External, and publish it: while it is in testing,"
    " Google ends every sign-in after 7 days.",
    "3. Clients, Create client, type Desktop app: copy client id and client secret.",
    "An administrator of a Workspace must consent where it restricts apps (Admin console, Security, API controls).",
)
_MICROSOFT = (
    "1. entra.microsoft.com, App registrations, New registration. Accounts: your organisation only (then also give"
    " --tenant with its directory id), or any organisation and personal accounts.",
    "2. Authentication: add the platform Mobile and desktop applications with the address http://localhost, and allow"
    " public client flows. No client secret is needed.",
    "3. API permissions, delegated: IMAP.AccessAsUser.All, SMTP.Send, offline_access. Copy the application's id.",
    "An administrator must consent in most companies: API permissions, Grant admin consent. Without it Microsoft shows"
    " 'Need admin approval' instead of letting you in.",
)
_OTHER = (
    "Register a native (desktop) client with your provider: redirect address http://127.0.0.1 on any port, grants"
    " authorization code with PKCE and refresh token. Copy the client id.",
    "An administrator may have to consent before you can sign in.",
)


def registering(provider: str) -> list[str]:
    """Return the page on registering a client with a provider (`google`, `microsoft`, or any other)."""
    steps = {"google": _GOOGLE, "microsoft": _MICROSOFT}.get(provider, _OTHER)
    return [_OWN, *steps, WITHOUT]


def about_password(host: Host | None, domain: str) -> list[str]:
    """Say which password is asked for."""
    if host is None:
        return [f"The mailbox password of {domain}, or an app password where the provider offers them.", WITHOUT]
    return [f"{host.title}: {host.advice}", *([host.note] if host.note else []), WITHOUT]


def no_password(host: Host) -> list[str]:
    """Say that a provider takes no password from programs."""
    return [
        f"{host.title} no longer takes passwords or app passwords from mail programs; only a sign-in in the browser.",
        *([host.note] if host.note else []),
    ]
