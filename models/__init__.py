"""Interchangeable adapters behind the ports: recognition, sound events, embeddings; weights pinned and verified."""
