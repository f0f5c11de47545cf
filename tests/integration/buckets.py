"""A real S3 server on the loopback, in this process, with what clients need to find it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec
import httpx
import pytest
from moto.server import ThreadedMotoServer

from qa_engine.ingest.remote import connect


@contextmanager
def s3_server(monkeypatch: pytest.MonkeyPatch, port: int = 0) -> Iterator[ThreadedMotoServer]:
    """Botocore's own environment leads there; there are no buckets yet."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    host, found = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{found}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    forget_connections()
    httpx.post(f"{environment['AWS_ENDPOINT_URL']}/moto-api/reset").raise_for_status()
    try:
        yield server
    finally:
        server.stop()
        forget_connections()


def forget_connections() -> None:
    """Clients are kept by fsspec for the life of a process, with the address that they were made for."""
    for kind in ("s3", "memory"):
        fsspec.get_filesystem_class(kind).clear_instance_cache()


def bucket(name: str, **objects: bytes) -> Any:
    """Makes it, with objects in it; gives the file system."""
    files, _ = connect(f"s3://{name}", "test")
    files.mkdir(name)
    for key, data in objects.items():
        files.pipe_file(f"{name}/{key}", data)
    return files
