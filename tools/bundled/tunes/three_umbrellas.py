"""Three Umbrellas: a jazz waltz in E flat, vibraphone; three in a measure, and two against three."""

from tools.bundled.phrases import Chorus, Tune

CHART = """
title: Three Umbrellas
tempo: 162
key: Eb
meter: 3/4

Ebmaj7 | Cm7   | Fm7    | Bb7   | Gm7      | C7b9    | Fm7 | Bb7 |
Ebmaj7 | Eb7   | Abmaj7 | Abm6  | Gm7      | C7b9    | Fm7 | Bb7 |
Abmaj7 | Adim7 | Gm7    | C7b9  | F7       | %       | Fm7 | Bb7 |
Ebmaj7 | Eb7   | Abmaj7 | Abm6  | Gm7 C7b9 | Fm7 Bb7 | Eb6 | %   |
"""

HEAD = """
h5 L6 s5 | h5 L4 s3 | q1 q3 q5 | h3 q.    | h5 L4 s5 | h3 L5 s7 | q9 q7 q5 | h3 q.      |
h5 L6 s5 | h7 L6 s5 | q3 q5 q7 | h5 q3    | d3 d5    | d9 d7    | q5 q3 q1 | q3 q5 L7 s9 |
d7 d5    | d5 d7    | h5 q3    | h9 L8 s7 | d3 d5    | d9 d7    | h5 q3    | q3 L5 s3 q5 |
h5 L6 s5 | h7 L6 s5 | q3 q5 q7 | h5 q3    | d3 d3    | d5 d3    | h1 L3 s5 | h6 q.
"""

FIRST_CHORUS = """
LINE line | LINE ending
line line | line breath
LINE line | LINE ending
CROSS cross | line breath
CROSS line | CROSS ending
line line | line breath
LINE line | line line
cross cross | tonic
"""
SECOND_CHORUS = """
line line | line line
LINE line | LINE ending
CROSS CROSS | line line
line line | line ending
CROSS CROSS | CROSS CROSS
line line | ending breath
LINE line | LINE line
cross cross | close
"""

POOLS = {
    "line": """
        L1 s2 L3 s5 q7
        L3 s5 L7 s9 q8
        L9 s8 L7 s5 L3 s1
        q5 L7 s9 L7 s5
        L1 s3 L5 s7 q9
        q3 L5 s3 q1
        Lo su q3 q5
        L5 s3 L5 s7 q9
        L9 s7 L5 s3 q5
        s1 s3 s5 L7 s9 q7
        L5 s4 L3 s2 q1
        q9 L7 s5 q3
        L3 s2 L1 s3 L5 s7
        L5 s7 L9 s8 L7 s5
        L8 s7 L6 s5 L4 s3
        L1 s2 L3 s4 L5 s7
    """,
    # Two dotted quarters in three beats.
    "cross": """
        d5 d3
        d3 d5
        d7 d9
        d9 d7
        d3 e5 e7 e9
        e9 e7 e5 d3
        d7 d5
    """,
    "ending": """
        h3 q.
        q5 h.
        L5 s3 h.
        h9 q.
        q3 h.
    """,
    "breath": """
        q. L3 s5 q7
        h. L5 s7
        q. q5 q3
        D.
    """,
    "tonic": """
        h1 L3 s5 | h6 q.
        q3 L5 s6 q5 | D.
    """,
    "close": "h1 L3 s5 | D6",
}
COMPING = {
    1: ("0+1 5/3+4/3", "1+1 8/3+1/3", "0+2", "1+2"),
    2: ("0+3/2 3/2+3/2",),
}
TUNE = Tune(
    chart=CHART,
    head=HEAD,
    choruses=(Chorus(FIRST_CHORUS, 69), Chorus(SECOND_CHORUS, 72)),
    pools=POOLS,
    comping=COMPING,
    program=11,
    highest=84,
    leaps=(2, 5, 8),
    memory=4,
    accents=(90, 80),
    seed=8,
)
