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
AROUND = 1 << 16  # bytes in which a damage is looked at
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
        except UnicodeDecodeError as error:
            if encoding == "utf-8" and _is_damaged(content, error.start):
                line = content.count(b"\n", 0, error.start) + 1
                raise InputError("FILE-ENCODING", "FILE-BYTES", file=name, line=line) from error
            continue
        if not NO_TEXT.search(text):
            return text, encoding == "gb18030"
    raise InputError("FILE-ENCODING", file=name)


def _is_damaged(content: bytes, place: int) -> bool:
    """Whether text that cannot be UTF-8 at a place is UTF-8 all around it: cut off or damaged, and nothing else.

    Of text in another encoding hardly any two bytes make a character of UTF-8.
    """
    if place > len(content) - 4 and not content[:place].isascii():
        return True
    around = content[max(0, place - AROUND) : place + AROUND].decode("utf-8", "replace")
    broken = around.count("\ufffd")
    return sum(letter > "\u07ff" for letter in around) - broken > 2 * broken
