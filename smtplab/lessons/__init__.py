"""What is taught, and how is an answer judged? Exercises, claims of the article, questions, and their checks.

A notebook needs one name, `Lesson`, and the last one `score` too. Answers are judged by what the learner captured, or
by the protocol core itself; never by the source of the learner's code, and never by text that it printed.
"""

from smtplab.lessons.lesson import Lesson as Lesson
from smtplab.lessons.score import score as score

__all__ = ["Lesson", "score"]
