import pytest

from pgc.bundles.errors import SourceError
from pgc.bundles.git_url import check_ref, read_git_url


@pytest.mark.parametrize(
    ("text", "scheme", "name"),
    [
        ("https://github.com/owner/udi-weather.git", "https", "udi-weather"),
        (" https://git.example:8443/a/b/ ", "https", "b"),
        ("ssh://git@git.example:2222/owner/name.git", "ssh", "name"),
        ("git@github.com:owner/name.git", "ssh", "name"),
        ("file:///srv/git/my%20name.git", "file", "my name"),
    ],
)
def test_addresses_that_are_taken(text: str, scheme: str, name: str) -> None:
    found = read_git_url(text)
    assert (found.url, found.scheme, found.name, found.login) == (text.strip(), scheme, name, "")


def test_a_login_is_kept_apart_and_shows_in_no_url() -> None:
    found = read_git_url("https://me:s%40cret@git.example:8443/a/b.git")
    assert found.url == "https://git.example:8443/a/b.git"
    assert found.login == "me:s@cret"


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "/srv/git/name.git", "https://", "https://git.example", "https://git.example/", "https:///path"),
        *("http://git.example/a.git", "git://git.example/a.git", "ftp://git.example/a"),
        *("ext::sh -c touch% /tmp/x", "ext::sh", "fd::17", "https::git.example/a", "--upload-pack=touch /tmp/x"),
        *("ssh://-oProxyCommand=touch/a", "ssh://user:s3cret@git.example/a", "-oX@host:path", "git@-host:path"),
        *("file://host/path", "file://", "https://git.example/a?b=c", "https://git.example/a#b", "https://[::1/a"),
        *("https://git.example/a b", "https://git.example/a\nb", f"https://git.example/{'a' * 2000}"),
    ],
)
def test_addresses_that_are_not_taken(text: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_git_url(text)
    assert "s3cret" not in str(caught.value)


def test_why_http_is_not_taken() -> None:
    with pytest.raises(SourceError, match="whoever is on the way could change the code"):
        read_git_url("http://git.example/a.git")


@pytest.mark.parametrize("ref", ["", "main", "v1.0", "feature/x_y", "0" * 40, "a@b"])
def test_names_of_versions(ref: str) -> None:
    assert check_ref(ref) == ref


@pytest.mark.parametrize(
    "ref", ["-x", "--upload-pack=x", "+main", "a:b", "a..b", "a b", "a@{1}", "a^", "a~1", "refs/", "x.lock", "a" * 201]
)
def test_names_that_no_version_has(ref: str) -> None:
    with pytest.raises(SourceError, match="no name of a branch, tag or commit"):
        check_ref(ref)
