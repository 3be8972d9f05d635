"""The instruments' API."""

import io

import numpy as np
import soundfile
from fastapi.testclient import TestClient

from music import instruments


def test_every_instrument_is_sent_once_and_kept_by_its_content(client: TestClient) -> None:
    listed = client.get("/api/instruments").json()
    assert listed.keys() == {"guitar", "piano", "bass", "drums", "room"}
    assert sum(about["bytes"] for about in listed.values()) < 1.5e6
    about = listed["bass"]
    answer = client.get(f"/api/instruments/{about['file']}")
    assert answer.headers["content-type"] == "audio/flac"
    assert "immutable" in answer.headers["cache-control"]
    samples, rate = soundfile.read(io.BytesIO(answer.content))
    assert rate == about["sampleRate"] == instruments.instrument("bass").sample_rate
    assert np.abs(samples - instruments.instrument("bass").samples[:, 0]).max() < 1e-3
    assert client.get("/api/instruments/bass-0.flac").status_code == 404
