"""The morning brief as one sheet of paper: HTML that needs nothing but itself, with small charts in black and white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from ui.figures.theme import FONT

MOST = 1.3  # of what there is: where a bar of load ends

# dark on light in every theme, since it is paper; widths in shares, so that a narrow window shows it too
STYLE = f"""
.sheet {{ background: #fff; color: #111; font: 8pt/1.25 {FONT}; max-width: 190mm; margin: 0 auto; padding: 6mm; }}
.sheet h1 {{ font-size: 14pt; line-height: 1.2; margin: 0; padding: 0; color: #111; }}
.sheet h2 {{ font-size: 10pt; line-height: 1.2; margin: 3mm 0 0.6mm; padding: 0 0 0.4mm; color: #111;
  border-bottom: 1.2pt solid #111; }}
.sheet h2 span {{ font-size: 8.5pt; font-weight: 400; margin-left: 2mm; }}
.sheet p {{ margin: 0.6mm 0; font-size: 9pt; }}
.sheet table {{ width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0; }}
.sheet th, .sheet td {{ text-align: left; padding: 0.45mm 1.1mm; border: 0; border-bottom: 0.4pt solid #999;
  vertical-align: top; font-size: 8pt; line-height: 1.25; color: #111; }}
.sheet th {{ font-weight: 600; color: #444; white-space: nowrap; }}
.sheet tr {{ break-inside: avoid; }}
.sheet .number {{ text-align: right; white-space: nowrap; }}
.sheet .whole {{ white-space: nowrap; }}
.sheet .wide {{ width: 40%; }}
.sheet td svg, .sheet td img {{ display: block; width: 36mm; height: 4mm; }}
@media screen and (max-width: 1200px) {{
  .sheet {{ padding: 4mm; }}
  .sheet th {{ white-space: normal; word-break: keep-all; }}
  .sheet .whole {{ white-space: normal; }}
  .sheet td svg, .sheet td img {{ width: 24mm; }}
}}
.sheet footer {{ margin-top: 2mm; color: #444; font-size: 7pt; }}
@page {{ size: A4 portrait; margin: 8mm; }}
@media print {{ .sheet {{ padding: 0; border: 0 !important; max-width: none; }} }}
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A small chart in a cell, as SVG, and what it shows in words."""

    svg: str
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the sheet: its title, a sentence, and a table; `empty` is said where there are no rows.

    numbers: which columns stand to the right. whole: which are not broken into lines. wide: which take more room.
    """

    title: str
    said: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str | Picture]] = ()
    numbers: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    wide: frozenset[int] = frozenset()
    empty: str = ""


def columns(values: Sequence[float | None], target: float | None, words: str) -> Picture:
    """Values as columns, the last one black, with a broken line at the target; they stand on the lowest value or zero.

    Ratios lie close together, so that columns from zero would all look the same: what counts is their order.
    """
    known = [value for value in values if value is not None] + ([] if target is None else [target])
    if not known:
        return Picture("", words)
    low, high = min(known), max(known)
    floor = low - (high - low) * 0.25 if low > 0 else 0.0
    span = (high - floor) or 1.0
    step = 100 / max(len(values), 1)
    drawn = [
        f'<rect x="{position * step + step * 0.15:.2f}" y="{15 - 14 * (value - floor) / span:.2f}" '
        f'width="{step * 0.7:.2f}" height="{max(14 * (value - floor) / span, 0.4):.2f}" '
        f'fill="{"#111" if position == len(values) - 1 else "#999"}"/>'
        for position, value in enumerate(values)
        if value is not None
    ]
    if target is not None:
        level = f"{15 - 14 * (target - floor) / span:.2f}"
        drawn.append(
            f'<line x1="0" x2="100" y1="{level}" y2="{level}" stroke="#111" stroke-width="0.7" stroke-dasharray="3 2"/>'
        )
    return _picture(drawn, words)


def bar(share: float, words: str) -> Picture:
    """A share of what there is as a bar: grey up to all of it, black and hatched above, a line where all is used."""
    full, over = min(share, 1.0) * 100 / MOST, max(min(share, MOST) - 1.0, 0.0) * 100 / MOST
    edge = 100 / MOST
    drawn = [f'<rect x="0" y="3" width="{full:.2f}" height="9" fill="#999"/>']
    if over:
        drawn.append(f'<rect x="{edge:.2f}" y="3" width="{over:.2f}" height="9" fill="#111"/>')
    drawn.append(f'<line x1="{edge:.2f}" x2="{edge:.2f}" y1="1" y2="14" stroke="#111" stroke-width="1"/>')
    return _picture(drawn, words)


def _picture(drawn: Sequence[str], words: str) -> Picture:
    return Picture(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 16" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(words)}">{"".join(drawn)}</svg>',
        words,
    )


def sheet(title: str, lead: Sequence[str], parts: Sequence[Part], foot: str, inline: bool = True) -> str:
    """The sheet as HTML with its style. inline: charts as SVG; else as images, for pages that let no SVG through."""
    told = "".join(f"<p>{escape(sentence)}</p>" for sentence in lead)
    body = "".join(_part(part, inline) for part in parts)
    return (
        f"<style>{STYLE}</style>"
        f'<article class="sheet"><h1>{escape(title)}</h1>{told}{body}<footer>{escape(foot)}</footer></article>'
    )


def document(language: str, title: str, lead: Sequence[str], parts: Sequence[Part], foot: str) -> str:
    """The sheet as a file of its own: it opens and prints anywhere, without a network."""
    return (
        f'<!doctype html>\n<html lang="{"zh-CN" if language == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f'</head>\n<body style="margin:0">\n{sheet(title, lead, parts, foot)}\n</body>\n</html>\n'
    )


def _part(part: Part, inline: bool) -> str:
    said = f"<span>{escape(part.said)}</span>" if part.said else ""
    title = f"<h2>{escape(part.title)}{said}</h2>"
    if not part.rows:
        return f"<section>{title}<p>{escape(part.empty)}</p></section>"
    head = "".join(f"<th{_side(part, place)}>{escape(name)}</th>" for place, name in enumerate(part.head))
    rows = "".join(
        "<tr>"
        + "".join(f"<td{_side(part, place)}>{_cell(cell, inline)}</td>" for place, cell in enumerate(row))
        + "</tr>"
        for row in part.rows
    )
    return f"<section>{title}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"


def _side(part: Part, place: int) -> str:
    if place in part.numbers:
        return ' class="number"'
    if place in part.wide:
        return ' class="wide"'
    return ' class="whole"' if place in part.whole else ""


def _cell(cell: str | Picture, inline: bool) -> str:
    if isinstance(cell, str):
        return escape(cell)
    if inline or not cell.svg:
        return cell.svg
    return f'<img src="data:image/svg+xml,{quote(cell.svg)}" alt="{escape(cell.words)}">'
