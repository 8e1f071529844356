"""Reports on a gap analysis: text for a terminal or notebook, and a document to print.

Start at `text` or `document`; `note_words` says the notes of the data report in words.
"""
