"""What may be asked of the world outside: which URLs are read, which addresses are gone to."""

from qa_engine.net.addresses import Address, refusal
from qa_engine.net.urls import Url, read_url

__all__ = ["Address", "Url", "read_url", "refusal"]
