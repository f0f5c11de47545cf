"""The ways by which alerts reach people: one way a file, each with the format and signature of its makers."""
