"""What does a session look like? Text, HTML and pictures: functions of a `Transcript`, and of nothing else."""


class View:
    """What a view returns: shown by a notebook in its richest form, and as the same text everywhere else."""

    def text(self) -> str:
        """Give the view as plain text, which depends on what was said alone: no times, ports or frame numbers."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text()
