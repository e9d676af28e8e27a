"""What makes the documents that are made: `python -m docs.functions`, `python -m docs.pictures`."""
