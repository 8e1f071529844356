"""Ways in which a file comes to harm, for the tests of what is kept beside a project."""


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def foreign(path):
    path.write_text("<html>not found</html>", encoding="utf-8")
