"""Lamps Along the Quay: a ballad in D flat, trumpet; long tones and space, runs in double time."""

from tools.bundled.phrases import Chorus, Tune

CHART = """
title: Lamps Along the Quay
tempo: 63
key: Db

|: Dbmaj7 | Gb7 | Fm7 | Bb7b9 | Ebm7 | Ab7 |[1 Fm7 Bb7b9 | Ebm7 Ab7 :|[2 Dbmaj7 | Abm7 Db7 |
Gbmaj7 | Gbm6 | Dbmaj7 | Bbm7 | Cm7b5 | F7b9 | Bbm7 Eb7 | Ebm7 Ab7 |
Dbmaj7 | Gb7 | Fm7 | Bb7b9 | Ebm7 | Ab7 | Dbmaj7 | Db6 |
"""

# The motif rises to a seventh, which falls to a third; the last time it is varied.
A = "d3 e5 h7 | h3 h. | d3 e5 h7 | h9 q8 q. | q5 e4 e3 h7 | d3 e5 h7"
LAST_A = "d3 e5 q7 s9 s8 s7 | h3 h. | e3 q5 e7 h9 | h9 q8 q. | e5 x4 x3 q5 h7 | d3 e5 h7"
FIRST_ENDING = "h7 q3 q5 | h3 q5 q."
SECOND_ENDING = "D3 q. | q. q5 e7 e5 q3"
BRIDGE = "D3 q5 | D3 q5 | d5 e3 h1 | q. e1 e3 e5 e7 q9 | d5 e3 h7 | d3 e9 h8 | h3 q3 q5 | h3 q9 q."
LAST_ENDING = "d9 e7 h5 | w3"
HEAD = " | ".join([A, FIRST_ENDING, A, SECOND_ENDING, BRIDGE, LAST_A, LAST_ENDING])

CHORUS = """
long run | run ending | LONG run | ending space
LONG run | LONG run | run long | ending space
run LONG | run ending | run LONG | run space
run run | run long | long ending | space run
LONG long | LONG long | run run | long space
run run | run long | run run | ending space
LONG run | run ending | LONG run | run space
run long | run run | close
"""

POOLS = {
    "long": """
        h3
        h5
        h9
        d5 e3
        d9 e7
        q3 q5
        q9 q7
        d3 e5
        q7 q5
    """,
    "run": """
        x1 x2 x3 x5 q7
        x3 x5 x7 x9 e8 e7
        x9 x8 x7 x5 q3
        e. e3 x5 x7 x9 x7
        s1 s3 s5 q7
        s5 s7 s9 q8
        e5 x4 x3 e1 e3
        eo eu e3 e5
        e3 e5 s7 s9 s7
    """,
    "ending": """
        q3 q.
        h3
        h5
        q5 q.
        e5 d3
    """,
    "space": """
        h.
        q. e5 e7
        h.
        q. q3
    """,
    "close": LAST_ENDING,
}
COMPING = {1: ("0+4", "0+2 2+2", "0+4", "0+4"), 2: ("0+2 2+2",)}
TUNE = Tune(
    chart=CHART,
    head=HEAD,
    choruses=(Chorus(CHORUS, 70),),
    pools=POOLS,
    comping=COMPING,
    program=56,
    leaps=(2, 5, 8),
    memory=3,
    accents=(80, 72),
    seed=21,
)
