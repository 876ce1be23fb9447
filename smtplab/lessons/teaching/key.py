"""What are the right answers, for each seed? By exercise, so that a teacher who goes round finds them side by side."""

from collections.abc import Iterator, Sequence
from typing import Final

from smtplab.lessons.article import CLAIMS
from smtplab.lessons.claims import LETTERS, sources
from smtplab.lessons.lesson import LESSONS, Lesson
from smtplab.lessons.teaching.class_set import Student
from smtplab.lessons.verdicts import Standing

BY_CAPTURE: Final = "*what the learner's own capture shows*"


def key(students: Sequence[Student], lessons: Sequence[str] = tuple(LESSONS)) -> str:
    """Write the answers to the exercises of some lessons, and the claims, as Markdown."""
    return "\n".join(("# The answers", "", *_exercises(students, lessons), *_claims(lessons)))


def _exercises(students: Sequence[Student], lessons: Sequence[str]) -> Iterator[str]:
    for lesson in lessons:
        for number in range(1, len(LESSONS[lesson].EXERCISES) + 1):
            yield f"## {lesson}, exercise {number}\n"
            answers = [_answer(Lesson(lesson, student.seed), number) for student in students]
            if len(set(answers)) == 1:
                yield f"{answers[0]}\n"
                continue
            yield "| student | seed | answer |\n| --- | --- | --- |"
            rows = zip(students, answers, strict=True)
            yield from (f"| {student.name} | {student.seed} | {answer} |" for student, answer in rows)
            yield ""


def _answer(lesson: Lesson, number: int) -> str:
    verdict = lesson.solution(number)
    if verdict.standing is not Standing.SOLVED:
        answer = lesson.known(number) or f"{BY_CAPTURE}. {verdict.question}".removesuffix(". ")
    elif verdict.code:
        answer = f"{verdict.remarks[0]} shown by `lesson.solution`"
    else:
        answer = verdict.remarks[0]
    return answer.replace("|", "\\|").replace("\n", " ")


def _claims(lessons: Sequence[str]) -> Iterator[str]:
    yield "## The claims of the article\n"
    yield "| claim | it is | what is right |\n| --- | --- | --- |"
    for name in sorted({name for lesson in lessons for name in LESSONS[lesson].CLAIMS}):
        claim = CLAIMS[name]
        right = f"{claim.right} {sources(claim)}".rstrip()
        yield f"| {name} | {LETTERS[claim.letter]} | {right} |"
    yield ""
