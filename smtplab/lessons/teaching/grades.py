"""How did the class do? A table for a spreadsheet, and a picture: a line for each student, a field for each lesson."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from itertools import groupby
from typing import Final

from smtplab.lessons.teaching.hand_ins import Row
from smtplab.lessons.teaching.judging import NOTHING, RIGHT, UNCHECKED
from smtplab.protocol.octets import count
from smtplab.protocol.text import cut, safe, width
from smtplab.views import palette
from smtplab.views.picture import Picture
from smtplab.views.scene import Box, Line, Run, Scene, Text

CLAIMS: Final = "claims"
NAME_COLUMNS: Final = 24
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")  # with which a spreadsheet takes a text for a formula

# Pixels.
NAMES: Final = 190
CELL: Final = 52
ROW: Final = 24
HEAD: Final = 62
FOOT: Final = 40
MARGIN: Final = 18


@dataclass(frozen=True, repr=False)
class Grades(Picture):
    """The rows of a class, students in their order."""

    rows: tuple[Row, ...]

    def csv(self) -> str:
        """Give one line for each student and exercise."""
        out = StringIO()
        writer = csv.writer(out)
        writer.writerow(Row._fields)
        for row in self.rows:
            writer.writerow([_for_a_spreadsheet(str(value)) for value in row])
        return out.getvalue()

    @cached_property
    def sums(self) -> dict[str, dict[str, tuple[int, int, int]]]:
        """By student and column: how many are right, how many could not be checked, how many there are."""
        found: dict[str, dict[str, tuple[int, int, int]]] = defaultdict(dict)
        for (student, column), rows in groupby(sorted(self.rows, key=_place), _place):
            marks = Counter(row.mark for row in rows)
            found[student][column] = (marks[RIGHT], marks[UNCHECKED], marks.total())
        return found

    @property
    def columns(self) -> list[str]:
        """The lessons, and the claims of all of them in one column at the end."""
        return sorted({_place(row)[1] for row in self.rows})

    @property
    def students(self) -> list[str]:
        """The students in their order."""
        return list(dict.fromkeys(row.student for row in self.rows))

    def text(self) -> str:
        """Give what is right of what there is, by student and lesson. A + says that more could not be checked."""
        names = max([width(safe(name)) for name in self.students] + [7])
        head = f"{'':<{names}}  {'  '.join(f'{column:>6}' for column in self.columns)}"
        return "\n".join((head, *(self._line(student, names) for student in self.students)))

    def _line(self, student: str, columns: int) -> str:
        sums = self.sums[student]
        cells = (f"{sums[each][0]}{'+' * (sums[each][1] > 0)}/{sums[each][2]}" for each in self.columns)
        name = safe(student)
        return f"{name}{' ' * (columns - width(name))}  {'  '.join(f'{cell:>6}' for cell in cells)}"

    def troubles(self) -> Iterator[str]:
        """Say in a line each whose file was missing or broken, and what could not be checked."""
        for student in self.students:
            rows = [row for row in self.rows if row.student == student]
            reasons = Counter(row.remark for row in rows if row.mark == UNCHECKED)
            if all(row.mark == NOTHING for row in rows):
                yield f"{safe(student)}: {safe(rows[0].remark)}"
            for reason, times in reasons.items():
                yield f"{safe(student)}: {count(times, 'answer')} not checked: {safe(reason)}"

    def scene(self) -> Scene:
        """Give the picture before it is drawn."""
        students, columns = self.students, self.columns
        scene_width = 2 * MARGIN + NAMES + CELL * len(columns)
        scene = Scene(scene_width, HEAD + ROW * len(students) + FOOT, f"What {count(len(students), 'student')} solved")
        scene.items.append(Box(0, 0, scene.width, scene.height, 6, fill="paper"))
        scene.items.append(Text(MARGIN, 26, (Run("right, by lesson", "ink", True),), 14))
        for number, column in enumerate(columns):
            x = MARGIN + NAMES + CELL * (number + 0.5)
            scene.items.append(Text(x, HEAD - 10, (Run(column, "dim"),), 12, "middle"))
        for number, student in enumerate(students):
            scene.items += self._drawn(student, HEAD + ROW * number)
        note = "green: right · dashed edge: some were not checked"
        scene.items.append(Text(MARGIN, scene.height - 14, (Run(note, "dim"),), 11.5))
        return scene

    def _drawn(self, student: str, top: float) -> Iterator[Box | Line | Text]:
        yield Text(MARGIN, top + ROW - 8, (Run(cut(safe(student), NAME_COLUMNS)),), 12)
        for number, column in enumerate(self.columns):
            right, unchecked, all_of_them = self.sums[student][column]
            x, wide, high = MARGIN + NAMES + CELL * number + 2, CELL - 4, ROW - 4
            yield Box(x, top + 2, wide, high, 3, tint=palette.OTHER_TINT)
            if right:
                yield Box(x, top + 2, wide * right / all_of_them, high, 3, tint=palette.TINTS["MAIL"])
                yield Box(x, top + 2, wide * right / all_of_them, high, 3, tint=palette.TINTS["MAIL"])
            if unchecked:
                yield Line(x + wide, top + 2, x + wide, top + 2 + high, "server", 3, dash="3 3")
            role = "ink" if right else "dim"
            yield Text(x + wide / 2, top + ROW - 8, (Run(f"{right}/{all_of_them}", role),), 11.5, "middle")


def _place(row: Row) -> tuple[str, str]:
    return row.student, row.lesson if row.exercise.isdecimal() else CLAIMS


def _for_a_spreadsheet(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULAS) else text
