"""Typed frames and document numbers for the sample factory's tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.sample.clock import Ints, within
from data.tables import TABLES

PANDAS_TYPE = {
    "text": "str",
    "enum": "str",
    "integer": "Int64",
    "decimal": "float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
}


def table(name: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """The frame of a table of the contract, columns in order and typed; what is left out is its default or empty."""
    declared = TABLES[name]
    unknown = set(columns) - set(declared.names)
    if unknown:
        raise KeyError(f"{name} has no column {sorted(unknown)}")
    length = max((len(values) for values in columns.values() if np.ndim(values)), default=0)
    typed = {}
    for column in declared.columns:
        values = columns.get(column.name, column.default)
        if np.ndim(values) == 0:
            values = np.full(length, values, dtype=object)
        series = pd.Series(values)
        if column.type in ("text", "enum"):
            series = series.astype("object")
        typed[column.name] = series.astype(PANDAS_TYPE[column.type])
    return pd.DataFrame(typed)


def numbers(prefix: str, date: Any, digits: int = 4) -> npt.NDArray[np.object_]:
    """Numbers such as SO2611-0123: prefix, year and month of each date, and a count within the month in row order."""
    months = np.asarray(date).astype("datetime64[M]")
    return _numbered(prefix, months, within(months.astype(np.int64)), digits)


def group_numbers(prefix: str, date: Any, group: Ints, digits: int = 4) -> npt.NDArray[np.object_]:
    """Numbers for documents of several lines: rows of a `group` share one; they ascend with the groups' dates."""
    found, first, place = np.unique(group, return_index=True, return_inverse=True)
    dates = np.asarray(date)[first]
    order = np.lexsort((found, dates))
    number = np.empty(len(found), dtype=object)
    number[order] = numbers(prefix, dates[order], digits)
    return number[place]


def _numbered(prefix: str, months: Any, place: Ints, digits: int) -> npt.NDArray[np.object_]:
    found, which = np.unique(months, return_inverse=True)
    heads = np.array([f"{prefix}{str(month)[2:4]}{str(month)[5:7]}-" for month in found], dtype=object)
    tails = np.array([f"{count:0{digits}d}" for count in range(1, int(place.max(initial=0)) + 2)], dtype=object)
    made: npt.NDArray[np.object_] = heads[which] + tails[place]
    return made


def where_text(condition: npt.ArrayLike, values: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """`values` where `condition` holds, nothing elsewhere."""
    texts = np.array(values, dtype=object)
    texts[~np.asarray(condition, dtype=bool)] = None
    return texts


def where_date(condition: npt.ArrayLike, dates: Any) -> Any:
    """`dates` where `condition` holds, NaT elsewhere."""
    return np.where(np.asarray(condition), np.asarray(dates).astype("datetime64[us]"), np.datetime64("NaT", "us"))
