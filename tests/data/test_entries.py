import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from data.entries import ENTRIES, Entry

COURSE = [known.name for known in ENTRIES if known.member is None]


@pytest.mark.parametrize("known", ENTRIES, ids=lambda known: known.name)
def test_an_entry_is_filled_in(known: Entry) -> None:
    address = urlsplit(known.url)
    assert address.scheme == "https" and address.netloc and address.path
    assert re.fullmatch("[0-9a-f]{64}", known.sha256)
    assert known.bytes > 0 and known.file_bytes > 0
    assert known.licence
    assert known.sentence.endswith(".") and known.sentence.count(". ") == 0


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.course_data(n)) for n in COURSE])
def test_the_courses_own_file_has_the_size_and_the_checksum(name: str, course_file) -> None:
    known = next(known for known in ENTRIES if known.name == name)
    content = Path(course_file(name)).read_bytes()
    assert len(content) == known.bytes
    assert hashlib.sha256(content).hexdigest() == known.sha256
