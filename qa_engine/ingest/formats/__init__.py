"""One chat format a file; none knows another. ``qa_engine.ingest.registry`` lists them."""
