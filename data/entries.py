"""The course's files: where each comes from, its size and checksum, and its licence. None is shipped."""

from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Entry:
    """A file that can be fetched.

    Args:
        name: What the commands call it.
        url: The public address of the download.
        bytes: The size of the download.
        sha256: The checksum of the download.
        licence: Its licence or origin.
        sentence: What it is, in one plain sentence.
        member: The file's name inside the download, where that is a zip archive.
        member_bytes: The size of that file.
    """

    name: str
    url: str
    bytes: int
    sha256: str
    licence: str
    sentence: str
    member: str | None = None
    member_bytes: int = 0

    @property
    def file(self) -> str:
        """The name of the file on the disk."""
        return self.name if self.member is None else PurePosixPath(self.member).name

    @property
    def file_bytes(self) -> int:
        """The size of the file on the disk."""
        return self.bytes if self.member is None else self.member_bytes

    @property
    def download(self) -> str:
        """The name of what is downloaded: the file itself, or the archive that holds it."""
        return self.name if self.member is None else PurePosixPath(self.url).name


ENTRIES = (
    Entry(
        name="dinos.txt",
        url="https://raw.githubusercontent.com/pjkrveil/CLLM/master/dinos.txt",
        bytes=19_909,
        sha256="ad6465621cf56c08f71d4fbb40cf7eab763f9df42c54cc460d6c4d86e9c927fb",
        licence="names are facts",
        sentence="The course's 1536 dinosaur names, one a line.",
    ),
    Entry(
        name="shakespeare.txt",
        url="https://raw.githubusercontent.com/pjkrveil/CLLM/master/shakespeare.txt",
        bytes=94_275,
        sha256="1b454b67b44e6f367c83a17ed295c46c5d4a1173cf5d09161882af4041bae023",
        licence="public domain",
        sentence="Shakespeare's Sonnets, the text that the course's poem network learnt from.",
    ),
    Entry(
        name="tinyshakespeare.txt",
        url="https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
        bytes=1_115_394,
        sha256="86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        licence="public domain",
        sentence="Scenes from Shakespeare's plays: a megabyte more text for pretraining.",
    ),
    Entry(
        name="model_shakespeare_kiank_350_epoch.h5",
        url=(
            "https://raw.githubusercontent.com/pjkrveil/CLLM/master/models/model_shakespeare_kiank_350_epoch.h5"
        ),
        bytes=2_692_856,
        sha256="a73e515af2522f884bd057fec1e0f854b9bf47ea17711aa63559af9813e6b7fb",
        licence="course material",
        sentence="The course's poem network after 350 epochs, as an HDF5 file of Keras 2.0.6.",
    ),
    Entry(
        name="original_metheny.mid",
        url="https://raw.githubusercontent.com/jisungk/deepjazz/master/midi/original_metheny.mid",
        bytes=92_549,
        sha256="0da8322ceab36b036682b5ece0c315193f7b701a3340a0ca5a523b107c6f428d",
        licence="copyrighted tune, yours to fetch, never shipped",
        sentence="The jazz solo of the course's exercise, as a MIDI file.",
    ),
    Entry(
        name="train_emoji.csv",
        url="https://raw.githubusercontent.com/adik993/emojify/master/data/train_emoji.csv",
        bytes=3_496,
        sha256="1be35642b39ed7eff03226801818570abed4b970e6d96f7b0442d015d83b0727",
        licence="course material",
        sentence="The course's 132 training sentences, each with the number of one of five emoji.",
    ),
    Entry(
        name="tesss.csv",
        url="https://raw.githubusercontent.com/adik993/emojify/master/data/test_emoji.csv",
        bytes=1_426,
        sha256="87bfb5795a4dfbe9ec628076939b2cc12561c85c8ca13f5bc004dc3d66750759",
        licence="course material",
        sentence="The course's 56 test sentences with their emoji numbers.",
    ),
    Entry(
        name="glove.6B.50d",
        url="https://nlp.stanford.edu/data/glove.6B.zip",
        bytes=862_182_613,
        sha256="617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
        licence="PDDL 1.0",
        sentence="GloVe vectors of 50 numbers for 400,000 English words, from an archive of 862 MB.",
        member="glove.6B.50d.txt",
        member_bytes=171_350_079,
    ),
)
