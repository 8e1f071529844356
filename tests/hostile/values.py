"""Hostile values, and ways to spoil bytes and plain data, each drawn from a seeded generator."""

from __future__ import annotations

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

MARK = "EVIL"
"""Stands behind every line break: a line that begins with it was written by data."""

TEXTS = (
    f"a\n{MARK}::error::owned",
    f"b\r\n{MARK}::warning file=x::owned",
    f"c\u2028{MARK}",
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b31m",
    "::error::owned",
    "##[error]owned",
    "\u202egnp.exe",
    "\x00nul",
    "</script><script>alert(1)</script>",
    '=HYPERLINK("http://example.org")',
    "'; DROP TABLE projects; --",
    "{0.__class__} {name} %s %n",
    "../../etc/passwd",
    "\ud800",
    "x" * 100_000,
    "",
    "   ",
    "户" * 40_000,
)
NUMBERS = (
    float("nan"), float("inf"), float("-inf"), 1e308, -1e308, 1e-320, 5e-324, -0.0, 0.0, -1.0,
    1e9, -999.0, 2.0**63, 1e20,
)  # fmt: skip
NUMBER_TEXTS = (
    "nan", "inf", "-inf", "1E+400", "1E+999999999", "1e-320", "9" * 400, "-999", "1e9", "", "0x10",
    "１２３", "1,000", "1_000", "--1", "1e309", "٣",
)  # fmt: skip
PLAIN = (
    None, True, False, 0, -1, 1, 10**18, 10**30, *NUMBERS, *NUMBER_TEXTS, *TEXTS, [], {}, [[]],
    [None], {"a": 1}, {"": None}, [1, 2, 3], ["x"] * 1000, {"path": 1}, {"path": "x"},
    {"at_least": {}}, "2026-13-45", "9999-12-31", "0001-01-01", "!!python/object:os.system",
)  # fmt: skip


def spoiled_bytes(random, data):
    """Return bytes with one to three faults: flipped, blanked, cut, repeated, put in."""
    spoiled = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        random.choice((_flip, _flip, _blank, _cut, _repeat, _put_in, _swap, _big))(random, spoiled)
    return bytes(spoiled)


def _place(random, data):
    # Headers and footers decide most, so they are hit more often than their share.
    near = random.choice((64, 1024, len(data)))
    place = random.randrange(min(near, max(len(data), 1)))
    return place if random.random() < 0.6 else max(len(data) - 1 - place, 0)


def _flip(random, data):
    for _ in range(random.choice((1, 4, 40))):
        if data:
            data[_place(random, data)] = random.randrange(256)


def _blank(random, data):
    start, size = _place(random, data), random.choice((1, 8, 100, 5000))
    data[start : start + size] = bytes([random.choice((0, 255, 32))]) * len(
        data[start : start + size]
    )


def _cut(random, data):
    del data[_place(random, data) :]


def _repeat(random, data):
    start = _place(random, data)
    part = bytes(data[start : start + random.choice((4, 300))])
    data[start:start] = part * random.choice((1, 3, 100))


def _put_in(random, data):
    start = _place(random, data)
    text = random.choice(TEXTS).encode("utf-8", "surrogatepass")
    data[start : start + random.choice((0, len(text)))] = text


def _swap(random, data):
    first, second = sorted((_place(random, data), _place(random, data)))
    size = random.choice((4, 64))
    one, other = bytes(data[first : first + size]), bytes(data[second : second + size])
    data[first : first + size], data[second : second + size] = other, one


def _big(random, data):
    start = _place(random, data)
    data[start : start + 8] = random.choice(
        (b"\xff" * 4, b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", b"\xff" * 8, b"\xff" * 7 + b"\x7f")
    )


def spoiled_zip(random, data):
    """Spoil one member before or after it is packed, or the archive around it."""
    if random.random() < 0.4:
        return spoiled_bytes(random, data)
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except BadZipFile:
        return spoiled_bytes(random, data)
    chosen = random.choice(sorted(members))
    if random.random() < 0.3:
        # A damaged stream of deflate in an archive that is whole otherwise.
        packed = zlib.compressobj(wbits=-15)
        stream = packed.compress(members[chosen]) + packed.flush()
        place = data.find(stream[:40])
        if place >= 0:
            size = max(len(stream) - 2, 1)
            inner = spoiled_bytes(random, data[place : place + size])[:size].ljust(size, b"\0")
            return data[:place] + inner + data[place + size :]
    members[chosen] = spoiled_bytes(random, members[chosen])
    if random.random() < 0.1:
        del members[random.choice(sorted(members))]
    sink = BytesIO()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return sink.getvalue()


def spoiled_data(random, data):
    """Put one to three hostile values into dictionaries and lists, in place."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        places = list(_places(data))
        holder, key = random.choice(places)
        action = random.random()
        if action < 0.75:
            holder[key] = random.choice(PLAIN)
        elif action < 0.85:
            del holder[key]
        elif isinstance(holder, dict):
            holder[random.choice(TEXTS)] = holder.pop(key)
        else:
            holder.append(holder[key])
    return data


def _places(data):
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in list(pairs):
        yield data, key
        if isinstance(value, dict | list):
            yield from _places(value)
