"""What a run keeps beside the project, so that the next one need not do it again.

Owns the folder ``.siting-cache/prepared`` (`files.py`), the layers as read (`layers.py`), and
networks, attachments and areas (`networks.py`).
A file is named by a hash of all that its content is made from, the code among it, so none is ever
out of date; each is verified when it is read, and made again where it is damaged.

Imported by `siting.pipeline.city` and by the rooms that read projects. Start with `files.py`.
"""
