"""How our own emotion model is made: from a packaged sentence encoder, labelled texts and our own service sentences."""
