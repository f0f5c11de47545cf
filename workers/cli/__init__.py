"""The command line `qa-engine`: one command a file, put together in `main`."""
