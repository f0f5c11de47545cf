"""Which security headers every answer carries; a page may bring its own Content-Security-Policy."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
API_PATHS = ("/v1", "/healthz", "/readyz", "/metrics", "/openapi.json")


def harden(headers: MutableHeaders, path: str) -> None:
    """Add what is missing; answers of the API are never kept by caches unless they say how."""
    api = path.startswith(API_PATHS)
    headers.setdefault("Content-Security-Policy", API_POLICY if api else PAGE_POLICY)
    for name, value in FIXED.items():
        headers.setdefault(name, value)
    if api:
        headers.setdefault("Cache-Control", "no-store")
