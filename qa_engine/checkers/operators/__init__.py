"""The operators of the rubric language, one behaviour a file; every class with a name here is an operator."""
