from pathlib import Path

import pytest

from pgc.bundles.errors import BundleError
from pgc.bundles.index_settings import (
    index_environment,
    index_hosts,
    index_mounts,
    index_secrets,
    uv_configuration,
    withheld,
)
from pgc.sandbox.contract import Mount

PRIVATE = {"UV_DEFAULT_INDEX": "https://owner:w0rd@example.invalid/simple", "https_proxy": "http://t0ken@p:1"}


def test_only_what_says_where_packages_come_from_is_handed_on() -> None:
    given = {"UV_DEFAULT_INDEX": "https://example.invalid/simple", "PIP_NO_INDEX": "1", "https_proxy": "http://p:1"}
    secret = {"PGC_ISY_PASSWORD": "x", "UV_PUBLISH_TOKEN": "x", "HOME": "/root", "PATH": "/bin", "PYTHONPATH": "/x"}
    login = {"UV_INDEX_PRIVATE_USERNAME": "x", "UV_INDEX_PRIVATE_PASSWORD": "x", "UV_KEYRING_PROVIDER": "subprocess"}
    files = {"UV_CONFIG_FILE": "/etc/secret.toml", "PIP_CONFIG_FILE": "/etc/pip.conf", "NETRC": "/root/.netrc"}
    assert index_environment({**given, **secret, **login, **files}) == given


def test_urls_go_without_their_logins_and_are_not_left_out() -> None:
    assert index_environment(PRIVATE) == {
        "UV_DEFAULT_INDEX": "https://example.invalid/simple",
        "https_proxy": "http://p:1",
    }
    assert withheld({**PRIVATE, "UV_INDEX": "https://example.invalid"}) == ["UV_DEFAULT_INDEX", "https_proxy"]
    assert index_secrets(PRIVATE) == ["w0rd", "t0ken"]


def test_of_uvs_configuration_the_text_is_handed_on_without_logins(tmp_path: Path) -> None:
    named = tmp_path / "uv.toml"
    named.write_text('[[index]]\nurl = "https://owner:w0rd@example.invalid/simple"\ndefault = true\n')
    environment = {"UV_CONFIG_FILE": str(named)}
    assert uv_configuration(environment) == '[[index]]\nurl = "https://example.invalid/simple"\ndefault = true\n'
    assert Mount(named) not in index_mounts(environment)
    assert withheld(environment) == ["uv's configuration"]
    assert index_secrets(environment) == ["w0rd"]
    assert uv_configuration({**environment, "UV_NO_CONFIG": "1"}) is None
    with pytest.raises(BundleError, match=r"what UV_CONFIG_FILE names cannot be read: .*gone\.toml"):
        uv_configuration({"UV_CONFIG_FILE": str(tmp_path / "gone.toml")})


def test_local_paths_that_it_names_are_mounted_read_only_if_they_exist(tmp_path: Path) -> None:
    wheels, more, linked, bundle = tmp_path / "wheels", tmp_path / "more", tmp_path / "linked", tmp_path / "ca.pem"
    for folder in (wheels, more, linked):
        folder.mkdir()
    bundle.touch()
    (tmp_path / "uv.toml").write_text(f'find-links = ["{linked}", "{tmp_path}/missing"]\n')
    mounts = index_mounts(
        {
            "UV_FIND_LINKS": f"{wheels},https://example.invalid{tmp_path}/x {tmp_path}/missing",
            "UV_INDEX": f"local=file://{more}",
            "SSL_CERT_FILE": str(bundle),
            "SECRETS": str(tmp_path),
            "UV_CONFIG_FILE": str(tmp_path / "uv.toml"),
        }
    )
    named = [mount for mount in mounts if mount.source.is_relative_to(tmp_path)]
    assert sorted(named, key=str) == sorted([Mount(wheels), Mount(more), Mount(bundle), Mount(linked)], key=str)
    assert not any(mount.writable for mount in mounts)


def test_the_hosts_of_all_that_it_names_are_known(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text(
        'index-url = "http://[fd00::1]:3141/simple"\nextra-index-url = ["https://more.invalid"]'
    )
    environment = {
        "UV_DEFAULT_INDEX": "http://owner:w0rd@10.11.12.13:3141/simple",
        "UV_INDEX": "one=https://One.invalid/simple http://[broken https://two.invalid",
        "HTTPS_PROXY": "http://proxy:80",
        "UV_FIND_LINKS": "/folder",
        "UV_CONFIG_FILE": str(tmp_path / "uv.toml"),
    }
    hosts = {"10.11.12.13", "one.invalid", "two.invalid", "proxy", "fd00::1", "more.invalid"}
    assert index_hosts(environment) == hosts
