from pathlib import Path

from pgc.bundles.index_settings import index_environment, index_mounts
from pgc.sandbox.contract import Mount


def test_only_what_says_where_packages_come_from_is_handed_on() -> None:
    given = {"UV_DEFAULT_INDEX": "https://example.invalid/simple", "PIP_NO_INDEX": "1", "https_proxy": "http://p:1"}
    secret = {"PGC_ISY_PASSWORD": "x", "UV_PUBLISH_TOKEN": "x", "HOME": "/root", "PATH": "/bin", "PYTHONPATH": "/x"}
    assert index_environment({**given, **secret}) == given


def test_local_paths_that_it_names_are_mounted_read_only_if_they_exist(tmp_path: Path) -> None:
    wheels, more, bundle = tmp_path / "wheels", tmp_path / "more", tmp_path / "ca.pem"
    wheels.mkdir()
    more.mkdir()
    bundle.touch()
    mounts = index_mounts(
        {
            "UV_FIND_LINKS": f"{wheels},https://example.invalid{tmp_path}/x {tmp_path}/missing",
            "UV_INDEX": f"local=file://{more}",
            "SSL_CERT_FILE": str(bundle),
            "SECRETS": str(tmp_path),
        }
    )
    named = [mount for mount in mounts if mount.source.is_relative_to(tmp_path)]
    assert sorted(named, key=str) == sorted([Mount(wheels), Mount(more), Mount(bundle)], key=str)
    assert not any(mount.writable for mount in mounts)
