"""What the templates draw, made from domain types; nothing here knows of requests or storage."""
