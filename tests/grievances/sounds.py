"""Sounds as telephones record them: the first bytes of each kind, enough to know it by."""

from __future__ import annotations

import struct


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def container(brand: bytes, *handlers: bytes) -> bytes:
    """An MP4 or 3GP file with a track a handler."""
    tracks = b"".join(box(b"hdlr", b"\0" * 8 + one + b"\0" * 12) for one in handlers)
    return box(b"ftyp", brand + b"\0\0\0\0" + brand) + box(b"moov", tracks)


AMR = b"#!AMR\n" + b"\x3c" * 64
SOUNDS = {
    "audio/amr": AMR,
    "audio/ogg": b"OggS" + b"\0" * 24 + b"OpusHead" + b"\0" * 64,
    "audio/mpeg": b"ID3\x03" + b"\0" * 64,
    "audio/wav": b"RIFF\x40\0\0\0WAVEfmt " + b"\0" * 64,
    "audio/mp4": container(b"mp42", b"soun"),
    "audio/3gpp": container(b"3gp4", b"soun"),
}
NO_SOUNDS = {
    "nothing": b"", "text": b"bonjour", "page": b"<html><script>", "film": container(b"mp42", b"vide", b"soun"),
    "film of a telephone": container(b"3gp4", b"vide"), "container of nothing": container(b"mp42"),
    "ogg film": b"OggS" + b"\0" * 24 + b"\x80theora" + b"\0" * 64, "pdf": b"%PDF-1.7", "program": b"MZ" + b"\0" * 64,
    "image": b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
}  # fmt: skip
