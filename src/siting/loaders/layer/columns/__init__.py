"""The columns of a layer: what each one means, and its identifiers, texts, numbers and types.

Start at `match.match_columns`, which says which column of the file is which column of the table;
`attributes` then makes each of them, `numbers` and `decimal_mark` read what people typed.
Imported by the steps of a layer in :mod:`siting.loaders.layer`.
"""
