"""Bytes of a text file as text: byte-order mark, then strict UTF-8, then strict GB18030, else nothing."""

from __future__ import annotations

import codecs
import re

from planning.errors import InputError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# control characters, what GB18030 keeps for private use (where Big5 and binary data land), and no characters at all
NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffe\uffff]")


def decode(content: bytes, name: str) -> tuple[str, bool]:
    """The text of a file, and whether its encoding is a guess.

    GB18030 accepts nearly any two bytes, so text with characters that no table holds is refused too, and the rest is a
    guess. Raises InputError (FILE-ENCODING) where it is in none of the known encodings.
    """
    marked = [encoding for mark, encoding in MARKS if content.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not NO_TEXT.search(text):
            return text, encoding == "gb18030"
    raise InputError("FILE-ENCODING", file=name)
