"""Is it done? Five exercises, whose answers are the learner's server and client; each is graded over sockets."""

from abc import abstractmethod
from collections.abc import Callable
from inspect import getsource
from random import Random
from typing import Any, ClassVar

from smtplab.lessons.exercises import Exercise, NoCapture, Unreadable, Wrong
from smtplab.lessons.project import reference_client, reference_server
from smtplab.lessons.project.client_grade import grade_client
from smtplab.lessons.project.report import Report
from smtplab.lessons.project.server_grade import address_of, grade_server


class Graded(Exercise):
    """An exercise that is done when all cases of its stages pass. Names differ for each learner."""

    stages: ClassVar[str]

    def prepare(self, variant: Random) -> None:
        self._seed = variant.randrange(1_000_000)

    @abstractmethod
    def grade(self, answer: Any) -> Report:
        """Grade an answer. Raises ValueError where it is none."""

    def judge(self, answer: Any) -> str:
        try:
            report = self.grade(answer)
        except ValueError as error:
            why = str(error)
            raise Unreadable(f"{why[:1].upper()}{why[1:]}.") from None
        except OSError:
            raise NoCapture("There is no site here: say `python3 -m smtplab.lessons.project site` first.") from None
        if report.failed:
            raise Wrong(f"{report.score} cases passed. {report.failed[0].sentence}")
        return f"All {len(report.results)} cases of {' and '.join(self.stages.split())} passed."


class ServerExercise(Graded):
    """A server, of which these stages are asked for."""

    form = '`serve`, a function that takes a connection and a site, or with your program\'s `"127.0.0.1:2525"`'

    def grade(self, answer: Any) -> Report:
        if isinstance(answer, str):
            address_of(answer)  # a folder is looked for only where there is an address
        return grade_server(answer, self.stages, seed=self._seed)

    def solve(self) -> Callable[..., None]:
        return reference_server.serve

    @property
    def source(self) -> str:
        return getsource(reference_server)


class ClientExercise(Graded):
    """A client, of which these stages are asked for."""

    form = (
        "`send`, a function that takes host, port, reverse_path, forward_paths, message and authority, or with a "
        "command line"
    )

    def grade(self, answer: Any) -> Report:
        return grade_client(answer, self.stages, seed=self._seed)

    def solve(self) -> Callable[..., dict[str, str]]:
        return reference_client.send

    @property
    def source(self) -> str:
        return getsource(reference_client)


class TakeMail(ServerExercise):
    """Write a server that takes mail, and stays upright whatever it is told."""

    stages = "S1 S2 S3"
    hints = (
        "Collect octets in one buffer, and take a line from it only when CRLF is there. Keep what is behind it.",
        "Keep three things: was there an EHLO, the reverse-path or None, the list of forward-paths. Each command looks "
        "at them first, and says 503 where they do not fit.",
    )


class MindTheDots(ServerExercise):
    """Let nothing but CRLF, dot, CRLF end a mail, and offer SIZE and PIPELINING."""

    stages = "S4 S5"
    hints = (
        "Read the mail with the function that reads command lines: a line that is `.` ends it, and of any other that "
        "begins with a dot, take one dot away.",
        "Split at b'\\r\\n' alone: readline() and splitlines() end lines at LF, too. A mail that is too large is read "
        "to its end before it is refused.",
    )


class LockTheDoor(ServerExercise):
    """Begin TLS, forget what came before it, and take passwords inside it alone."""

    stages = "S6 S7"
    hints = (
        "After the handshake set all back: EHLO, the transaction, the user, and the buffer, too.",
        "`b64decode(response, validate=True)` raises for what is no base64, `*` among it. PLAIN has three parts with "
        "NUL between them.",
    )


class SendMail(ClientExercise):
    """Write a client that sends a mail octet for octet, to old servers as well."""

    stages = "C1 C2 C3"
    hints = (
        "Write one function that waits for a reply, of all its lines, and returns its code. Call it after each thing "
        "that you say, and once before.",
        "Make each line end CRLF first, then double the dots, and put `.` and CRLF behind it all. On 500 or 502 to "
        "EHLO say HELO.",
    )


class ExpectTheWorst(ClientExercise):
    """Report for each recipient what became of the mail, whatever the server does, and send nothing past TLS."""

    stages = "C4 C5"
    hints = (
        "Begin with “later” for everybody. Change it where a reply decides: 2yz to the dot is “done”, 5yz is “never”.",
        "With an authority: no STARTTLS in the list, or no 220, or a failed handshake, and nothing is sent. After the "
        "handshake throw the buffer away and say EHLO again.",
    )
