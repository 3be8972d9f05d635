"""Noon Ferry: a bossa in A minor, nylon guitar; straight eighths, syncopated."""

from tools.bundled.phrases import Chorus, Tune

CHART = """
title: Noon Ferry
tempo: 132
key: A minor

Am7   | %    | D7  | %    | Bm7b5 | E7b9 | Am7 | E7b9 |
Am7   | %    | D7  | %    | Bm7b5 | E7b9 | Gm7 | C7   |
Fmaj7 | %    | Fm7 | Bb7  | Em7   | A7b9 | Dm7 | E7b9 |
Am7   | %    | D7  | %    | Bm7b5 | E7b9 | Am6 | %    |
"""

# The motif is the same over Am7 and D7, then a fourth higher; it rises by thirds in the third line.
A = "d5 e4 e3 q4 e5 | h5 e. e3 e4 e5 | d9 e8 e7 q8 e9 | h9 e. e7 e8 e9 | d7 e6 e5 q6 e7"
HEAD = " | ".join(
    [
        f"{A} | q7 e9 e8 e7 q5 e3 | h1 h. | q. e3 e5 q9 q8",
        f"{A} | d5 e7 q9 q8 | e. q7 q5 q4 e3 | d3 e5 h9",
        "d3 e5 q7 q9 | h7 q5 q3 | d3 e5 q7 q9 | h9 q7 q5",
        "d3 e5 q7 q9 | d9 e8 q7 q5 | q3 e5 e7 h9 | q3 e5 e7 q9 q8",
        f"{A} | q7 e9 e8 q5 q3 | d5 e3 h1 | q. e5 e6 h8",
    ]
)

FIRST_CHORUS = """
SYNCOPATED syncopated | SYNCOPATED ending
SYNCOPATED syncopated | ending lift
SYNCOPATED run | SYNCOPATED ending
syncopated run | syncopated lift
SYNCOPATED ending | SYNCOPATED ending
SYNCOPATED run | syncopated lift
pulse PULSE | PULSE ending
SYNCOPATED run | ending lift
"""
SECOND_CHORUS = """
RUN syncopated | RUN ending
run SYNCOPATED | SYNCOPATED lift
PULSE run | PULSE ending
run syncopated | run ending
SYNCOPATED SYNCOPATED | SYNCOPATED SYNCOPATED
run run | ending lift
SYNCOPATED syncopated | SYNCOPATED lift
close
"""

POOLS = {
    "syncopated": """
        d5 e3 q5 q7
        e5 q7 e9 q8 q7
        e3 q5 q7 q9 e8
        d9 e8 e7 q5 e3
        q3 e5 q7 e9 q8
        e. q5 q3 q5 e7
        h9 e8 e7 q5
        d3 d5 q7
        d9 d7 q5
        q3 e4 q5 e4 q3
        d9 e8 e9 q8 e7
        q1 e2 q3 e5 q4
        d5 e4 d3 e2
        d7 e6 d5 e4
    """,
    "run": """
        e1 e3 e5 e7 e9 e7 e5 e3
        e9 e8 e7 e5 e3 e5 q7
        e5 e7 e9 e8 e7 e5 q3
        e. e3 e5 e7 q9 e8 e7
        e3 e2 e1 e3 e5 e7 q9
        e7 e5 e3 e5 d7 e5
    """,
    # One note, again and again.
    "pulse": """
        e5 q5 q5 e5 e7 e5
        e9 q9 e9 e8 q9 e7
        q3 e3 q3 e5 q3
    """,
    "ending": """
        d5 e3 h.
        h9 h.
        d3 e5 h.
        e5 q3 e. h.
        h3 h.
    """,
    "lift": """
        h. e3 e5 e7 e9
        q. e5 q7 d9
        h. q5 q7
        q. e3 q5 q7 e9
    """,
    "close": "d7 e6 e5 q6 e7 | q7 e9 e8 q5 q3 | d5 e3 h1 | q. e5 e6 h8",
}
COMPING = {1: ("0+3/2 3/2+1 3+1", "1/2+1 2+1 7/2+1/2", "0+1 3/2+1 3+1", "0+3/2 2+2")}
TUNE = Tune(
    chart=CHART,
    head=HEAD,
    choruses=(Chorus(FIRST_CHORUS, 69), Chorus(SECOND_CHORUS, 71)),
    pools=POOLS,
    comping=COMPING,
    program=24,
    leaps=(2, 5, 8),
    memory=3,
    accents=(82, 88),
    seed=8,
)
