"""What is told of many interactions at once, for people who cannot hear each: as figures, a page and a file."""
