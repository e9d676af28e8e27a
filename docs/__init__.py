"""What makes the documents that are made: `python -m docs.functions`, `docs.pictures`, `docs.figures` …"""
