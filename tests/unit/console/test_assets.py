"""Libraries come by the lock file, are demanded by hash, and nothing else of the disk is served."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from api.console import assets
from qa_engine.errors import NotFound


def test_the_lock_file_names_versions_and_hashes_but_no_registry() -> None:
    lock = json.loads((assets.HERE / "package-lock.json").read_text("utf-8"))
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert packages and all(told["integrity"].startswith("sha512-") for told in packages.values())
    assert "resolved" not in json.dumps(lock) and "://" not in json.dumps(lock)


def test_the_hash_that_browsers_demand_is_that_of_the_installed_file() -> None:
    if not assets.libraries_present():
        pytest.skip("front-end libraries are not installed; run `make console`")
    for library in assets.LIBRARIES.values():
        digest = hashlib.sha384((assets.MODULES / library.path).read_bytes()).digest()
        assert library.integrity == "sha384-" + base64.b64encode(digest).decode()


@pytest.mark.parametrize(
    "name", ["../session.py", "..", ".", "", "nothing.css", "base.html", "../static/base.css", "\x00.css"]
)
def test_it_serves_only_its_own_files(name: str) -> None:
    with pytest.raises(NotFound):
        assets.static(name)


def test_a_missing_library_tells_what_to_run(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(assets, "MODULES", assets.HERE / "no-such-folder")
    assert not assets.libraries_present()
    with pytest.raises(NotFound, match="make console"):
        assets.vendor("htmx.min.js")


def test_an_address_changes_with_the_content() -> None:
    digest = hashlib.sha256((assets.STATIC / "base.css").read_bytes()).hexdigest()
    assert assets.static_url("base.css") == f"/static/base.css?v={digest[:12]}"
