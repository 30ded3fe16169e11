"""One meaning, one colour (Okabe and Ito, safe for colour-blind readers), with a pattern beside it; one layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

COLOURS: Mapping[str, str] = {
    "on_time": "#009E73",
    "at_risk": "#E69F00",
    "late": "#D55E00",
    "frozen": "#7F7F7F",
    "material": "#CC79A7",
    "capacity": "#0072B2",
    "unplanned": "#C4C4C4",
}

# of orders, to tell neighbours apart; the colours of states are not among them
ORDERS = ("#56B4E9", "#B3A2D6", "#F0E442", "#8FC9A5", "#E8A8A0", "#6FA8A8", "#C2B280", "#9DB4C8", "#D9C3E0", "#A9C46C")

# of signs among words, dark enough on white and light enough on black
MET, MISSED = "light-dark(#005F45, #2BBF93)", "light-dark(#9A3F00, #F07F2E)"

# of words on a colour: all but the blue of capacity carry black better than white
INK: Mapping[str, str] = {state: "#FFFFFF" if state == "capacity" else "#000000" for state in COLOURS}

# a second sign beside the colour, for those who print in grey
PATTERNS: Mapping[str, str] = {
    "on_time": "",
    "at_risk": "/",
    "late": "x",
    "frozen": ".",
    "material": "\\",
    "capacity": "",
    "unplanned": "",
}

FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', "
    "'Noto Sans SC', sans-serif"
)


def label_pixels(label: str) -> int:
    """How wide a label beside an axis is, about: a margin that is known spares the browser to draw a chart twice."""
    return sum(13 if ord(letter) > 0x2E80 else 7 for letter in label)


def beside(labels: Iterable[str]) -> int:
    """The margin that the longest of `labels` needs beside an axis."""
    return 16 + max(map(label_pixels, labels), default=0)


def layout(title: str, height: int = 320) -> dict[str, Any]:
    """The layout every chart begins with: `title` names the unit; fonts that carry Chinese; no more ink than needed."""
    return {
        "title": {
            "text": title,
            "font": {"size": 14},
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 8},
        },
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 44, "b": 8, "pad": 4},
        "font": {"family": FONT, "size": 12},
        "hoverlabel": {"font": {"family": FONT, "size": 12}},
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        "bargap": 0.25,
        "separators": ".,",
    }
