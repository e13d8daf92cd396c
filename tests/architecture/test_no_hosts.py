"""No committed file names the host of a package registry: where they are is each machine's setting."""

from tests.architecture.tree import all_files, shown

# In two halves each, or this file would name them itself.
HOSTS = tuple(
    "".join(halves)
    for halves in (
        ("pypi.", "org"),
        ("pypi.python.", "org"),
        ("pythonhosted.", "org"),
        ("registry.npmjs.", "org"),
        ("registry.yarnpkg.", "com"),
        ("deb.debian.", "org"),
        ("security.debian.", "org"),
        ("archive.ubuntu.", "com"),
        ("conda.anaconda.", "org"),
        ("crates.", "io"),
        ("proxy.golang.", "org"),
        ("repo.maven.apache.", "org"),
        ("rubygems.", "org"),
    )
)


def test_no_file_names_a_registry_host() -> None:
    found = [
        f"{shown(path)} names {host}"
        for path in all_files()
        for content in [path.read_bytes().lower()]
        for host in HOSTS
        if host.encode() in content
    ]
    assert not found, "\n".join(found)
