"""Ticket Inspector: rhythm changes in B flat, fast, alto saxophone; eighths, enclosures, guide tones."""

from tools.bundled.phrases import Chorus, Tune

CHART = """
title: Ticket Inspector
tempo: 208
key: Bb

|: Bb6 G7b9 | Cm7 F7 | Dm7 G7b9 | Cm7 F7 | Fm7 Bb7 | Eb6 Edim7 |[1 Dm7 G7b9 | Cm7 F7 :|[2 Cm7 F7 | Bb6 |
D7 | % | G7 | % | C7 | % | F7 | % |
Bb6 G7b9 | Cm7 F7 | Dm7 G7b9 | Cm7 F7 | Fm7 Bb7 | Eb6 Edim7 | Cm7 F7 | Bb6 |
"""

A = (
    "e8 e5 e. e3 e. e3 e5 e9 | q5 e3 e1 q3 q. | e8 e5 e. e3 e. e3 e5 e9 | q5 e3 e1 eo eu q3 | "
    "e1 e3 e5 e7 q3 e5 e7 | q5 e3 e1 e8 e7 e5 e3"
)
FIRST_ENDING = "q5 e3 e1 e3 e5 e9 e8 | q5 e3 eu q3 q."
LAST_ENDING = "e9 e8 e7 e5 e3 e5 e7 e9 | q5 e6 e8 h."
# The third of D7 falls to the seventh of G7, that to the third of C7, that to the seventh of F7.
BRIDGE = (
    "d3 e4 e5 e3 q. | e. e3 e5 e7 e9 e7 e5 e3 | d7 e8 e9 e7 q. | e. e7 e9 e8 e7 e5 e3 e5 | "
    "d3 e4 e5 e3 q. | e. e3 e5 e7 e9 e7 e5 e3 | d7 e8 e9 e7 q. | eo eu q3 e5 e7 q9"
)
HEAD = " | ".join([A, FIRST_ENDING, A, LAST_ENDING, BRIDGE, A, LAST_ENDING])

FIRST_CHORUS = """
line line | line line | line line | ending breath
line line | line line | line line | ending breath
LINE line | line line | LINE line | ending breath
line line | line line | line line | tonic
BRIDGE bridge | BRIDGE bridge
BRIDGE bridge | bridge | ending breath
line line | line line | line line | line ending
line line | line line | line line | tonic
"""
SECOND_CHORUS = """
LINE ending | LINE ending | LINE line | line ending
line line | line line | line line | line ending
line line | line line | line line | line line
line line | line line | ending breath | tonic
bridge bridge | BRIDGE BRIDGE
bridge bridge | bridge | ending breath
home
"""

POOLS = {
    # Two beats over each quality of chord.
    "line 6": """
        e1 e2 e3 e5
        e3 e5 e6 e8
        e5 e3 e2 e1
        e8 e6 e5 e3
        e6 e5 e3 e1
        e5 e6 e8 e9
        eo eu e3 e5
        eo eu q5
    """,
    "line m7": """
        e1 e3 e5 e7
        e9 e7 e5 e3
        e5 e4 e3 e1
        e3 e5 e7 e9
        e1 e2 e3 e5
        e8 e7 e6 e5
        e5 e7 e9 e8
        eo eu e5 e3
        s1 s3 s5 e7 e5
        s3 s5 s7 e9 e7
    """,
    "line 7": """
        e3 e5 e7 e9
        e8 e#7 e7 e6
        e9 eb9 e8 e7
        e7 e6 e5 e3
        e3 e2 e1 e0
        e6 e5 e3 e1
        eo eu e3 e5
        s3 s5 s7 e9 e7
    """,
    "line 7b9": """
        e3 e5 e7 e9
        e9 e8 e7 e5
        e3 e2 e1 e0
        e5 e3 e2 e1
        e7 e9 e8 e5
        s3 s5 s7 e9 e8
        eo eu e3 e5
    """,
    "line dim7": """
        e1 e3 e5 e7
        e7 e5 e3 e1
        e8 e7 e5 e3
        e3 e5 e7 e8
    """,
    "bridge": """
        e3 e5 e7 e9 e8 e7 e6 e5
        e8 e#7 e7 e6 e5 e4 e3 e1
        eo eu e3 e5 e7 e9 eb9 e8
        d3 e5 q7 q9
        q. e3 e5 e7 e6 e5 e3
        e3 e1 e2 e3 e5 e3 q7
        h9 e8 e7 e5 e3
        e. e9 e. e7 e6 e5 q3
    """,
    "ending": """
        q3 q.
        e5 e3 q.
        e3 e1 q.
        e3 e5 q.
        q5 q.
    """,
    "breath": """
        h.
        q. e5 e3
        e. e3 e5 e7
        q. q5
    """,
    # A measure of the tonic, at the end of eight.
    "tonic": """
        q3 e5 e6 q5 q.
        q5 e3 e1 h.
        eo eu q3 e1 e. q.
        q1 q. h.
    """,
    "home": f"{A} | {LAST_ENDING}",
}
COMPING = {
    1: ("0+1 3/2+3/2", "1/2+1 5/2+1", "0+3/2 5/2+1", "0+3"),
    2: ("0+1 2+1", "0+3/2 2+1", "1/2+1 5/2+1", "0+1 3/2+3/2"),
}
TUNE = Tune(
    chart=CHART,
    head=HEAD,
    choruses=(Chorus(FIRST_CHORUS, 69), Chorus(SECOND_CHORUS, 72)),
    pools=POOLS,
    comping=COMPING,
    program=65,
    lowest=58,
    highest=84,
    leaps=(2, 5, 8),
    memory=4,
    accents=(88, 92),
    seed=14,
)
