"""How is a view shown that is a picture? As SVG in a notebook, as a matplotlib figure, as a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from smtplab.views import View
from smtplab.views.scene import Scene
from smtplab.views.svg import to_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Picture(View):
    """A view that has a scene."""

    def scene(self) -> Scene:
        """Give the picture before it is drawn."""
        raise NotImplementedError

    def svg(self) -> str:
        """Give the picture as an SVG document: the same octets for the same transcript."""
        return to_svg(self.scene())

    def figure(self) -> "Figure":
        """Give the picture as a matplotlib figure."""
        from smtplab.views.figure import to_figure

        return to_figure(self.scene())

    def png(self) -> bytes:
        """Give the picture as a PNG file."""
        from smtplab.views.figure import to_octets

        return to_octets(self.scene(), "png")

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file whose name ends in .svg, .png or .pdf; any other ending raises ValueError."""
        path = Path(path)
        match path.suffix.lower():
            case ".svg":
                path.write_text(self.svg(), encoding="utf-8")
            case ".png" | ".pdf" as suffix:
                from smtplab.views.figure import to_octets

                path.write_bytes(to_octets(self.scene(), suffix[1:]))
            case _:
                raise ValueError(f"a picture is saved as .svg, .png or .pdf, not as {path.name!r}")
        return path

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "image/svg+xml": self.svg()}
