"""What an import found and did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from data.tables import TABLES
from locales import error_text

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Issue:
    """Something said about a file: row and column as in the file (0 and "": the file as a whole).

    The words are those of `rule`; `facts` fill them. An error rejects its row (or the file), a warning does not.
    """

    code: str
    rule: str
    row: int = 0
    column: str = ""
    value: str = ""
    severity: Severity = "error"
    facts: dict[str, Any] = field(default_factory=dict)

    def words(self, language: str) -> tuple[str, str]:
        """What happened, and what to do."""
        shown = {**self.facts, "column": self.column, "value": self.value, "row": self.row}
        for fact in ("table", "target"):
            if self.facts.get(fact) in TABLES:
                shown[fact] = TABLES[self.facts[fact]].label(language)
        if language == "zh":
            shown["choices"] = self.facts.get("choices_zh", "")
        return error_text(language, self.rule, shown)

    def message(self, language: str) -> str:
        """What happened and what to do, in one text."""
        separator = "" if language == "zh" else " "
        return separator.join(self.words(language))


@dataclass(frozen=True, slots=True)
class FileReport:
    """One table of one file: how many of its rows are new, changed, the same, rejected.

    unreadable: nothing of it can be read.
    """

    file: str
    table: str
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    issues: tuple[Issue, ...] = ()
    unreadable: bool = False

    @property
    def errors(self) -> list[Issue]:
        """The issues that reject."""
        return [issue for issue in self.issues if issue.severity == "error"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """One import. `batch` is None where nothing was saved."""

    batch: str | None
    files: tuple[FileReport, ...]

    @property
    def saved(self) -> bool:
        """Whether anything was saved."""
        return self.batch is not None

    def as_json(self, language: str) -> dict[str, Any]:
        """The report as the command line prints it."""
        return {
            "batch": self.batch,
            "files": [
                {
                    "file": file.file,
                    "table": file.table or None,
                    "new": file.new,
                    "changed": file.changed,
                    "same": file.same,
                    "rejected": file.rejected,
                    "issues": [
                        {
                            "row": issue.row or None,
                            "column": issue.column or None,
                            "value": issue.value or None,
                            "code": issue.code,
                            "message": issue.message(language),
                        }
                        for issue in file.issues
                    ],
                }
                for file in self.files
            ],
        }


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undoing a batch did: rows taken out, rows put back as they were."""

    batch: str
    removed: int
    restored: int
