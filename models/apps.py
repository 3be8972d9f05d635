"""The networks by their names: what each makes, and where its parts are, imported when they are used."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.dinos.options import NameOptions
from models.emojify.options import SentenceRow
from models.jazz.options import SoloRow
from models.shakespeare.options import PoemRow
from utils.options import Options

if TYPE_CHECKING:
    from models.export_graph import Exportable

PRETRAINED = Path(__file__).parents[1] / "pretrained"


@dataclass(frozen=True)
class App:
    """A network.

    Args:
        name: The package's in models/, and the command's in apps/.
        makes: What it makes, in the plural.
        row: What a row of many may say.
        reads_vectors: Whether it may take word vectors.
        has_graph: Whether it can be exported as a graph, and not as arrays alone.
    """

    name: str
    makes: str
    row: type[Options]
    reads_vectors: bool = False
    has_graph: bool = True

    @property
    def pretrained(self) -> Path:
        """The folder of its pretrained network."""
        return PRETRAINED / self.name

    def load(self, path: str | Path | None = None, **options: Any) -> Any:
        """Loads a network, None: the pretrained one, ready to be used; see `models.NAME.load`."""
        return import_module(f"models.{self.name}").load(path, **options)

    def exportable(self, path: str | Path | None = None, **options: Any) -> "Exportable":
        """Loads a network to be exported as a graph; see `models.NAME.export.load`."""
        exportable: Exportable = import_module(f"models.{self.name}.export").load(path, **options)
        return exportable


APPS = {
    app.name: app
    for app in (
        App("jazz", "solos", SoloRow),
        App("shakespeare", "poems", PoemRow),
        App("dinos", "dinosaur names", NameOptions, has_graph=False),
        App("emojify", "emoji for sentences", SentenceRow, reads_vectors=True),
    )
}
