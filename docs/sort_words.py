"""Put the lines of both catalogues in the order of their keys; the first comments stay first."""

from __future__ import annotations

from pathlib import Path

WORDS = Path(__file__).resolve().parent.parent / "src" / "siting" / "words"


def in_order(text: str) -> str:
    """Return a catalogue in order, without empty lines and without a line that stands twice."""
    lines = [line for line in text.splitlines() if line.strip()]
    head = [line for line in lines if line.startswith("#")]
    told = sorted({line for line in lines if not line.startswith("#")})
    return "\n".join([*head, *told, ""])


if __name__ == "__main__":
    for path in sorted(WORDS.glob("*.toml")):
        path.write_text(in_order(path.read_text(encoding="utf-8")), encoding="utf-8")
