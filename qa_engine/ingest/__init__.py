"""Chats come in here: any known export becomes records that can be judged."""

from qa_engine.ingest.reader import read_chats, stream_chats
from qa_engine.ingest.record import ChatRecord, Chats, Limits
from qa_engine.ingest.schema import ChatIn, MessageIn
from qa_engine.ingest.sniff import what_is

__all__ = ["ChatIn", "ChatRecord", "Chats", "Limits", "MessageIn", "read_chats", "stream_chats", "what_is"]
