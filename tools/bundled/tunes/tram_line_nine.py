"""Tram Line Nine: a ii-V-I tune through four keys, medium swing, guitar."""

from tools.bundled.phrases import Chorus, Tune

# Home is F. The first half visits A flat, the bridge B flat and D flat.
CHART = """
title: Tram Line Nine
tempo: 132
key: F

|: Fmaj7 | Gm7 C7 | Fmaj7 | Bbm7 Eb7 | Abmaj7 | Am7b5 D7b9 |[1 Gm7 | C7 :|[2 Gm7 C7 | Fmaj7 |
Cm7 | F7 | Bbmaj7 | % | Ebm7 | Ab7 | Dbmaj7 | Gm7 C7 |
Fmaj7 | Gm7 C7 | Fmaj7 | Bbm7 Eb7 | Abmaj7 | Am7b5 D7b9 | Gm7 C7 | Fmaj7 |
"""

# The motif: up to the root, held over the beat, and back; in the fifth measure it is in A flat.
A = (
    "L5 s6 p8 s7 q5 | L3 s2 L1 s0 L3 s5 q7 | q3 L5 s6 q5 q. | L5 s6 q8 L9 s7 q5 | "
    "L5 s6 p8 s7 q5 | L3 s1 L0 s-2 L3 s5 q9"
)
FIRST_ENDING = "q5 L3 s2 q1 q. | q. L3 s5 L7 s6 L5 su"
LAST_ENDING = "L3 s2 L1 s0 L3 s2 Lo su | p1 s5 q3 q."
# The second half is the first a minor third higher.
BRIDGE = (
    "q5 L8 s9 q10 L9 s8 | L7 s5 L3 su q3 q. | L5 s6 p8 s7 q5 | q. L1 s3 L5 s3 L2 so | "
    "q5 L8 s9 q10 L9 s8 | L7 s5 L3 su q3 q. | L5 s6 p8 s7 q5 | L3 s2 L1 s0 L3 s5 L7 su"
)
HEAD = " | ".join([A, FIRST_ENDING, A, LAST_ENDING, BRIDGE, A, LAST_ENDING])

# Phrases of four measures that begin with a motif and come back to it.
PHRASE = "LINE line | line line | LINE line | ending breath\n"
PLAN = 7 * PHRASE + "LINE line | line line | close"

POOLS = {
    # Two beats that begin on a chord tone, or lean on one.
    "line": """
        L1 s2 L3 s5
        L3 s5 L7 s9
        L9 s7 L5 s3
        L5 s4 L3 s2
        L8 s7 L6 s5
        L3 s2 L1 s0
        L1 s3 L5 su
        L7 s6 L5 su
        L5 s3 L1 su
        s1 s3 s5 L7 s5
        q5 L3 su
        q3 L5 s6
        q9 L7 s5
        L3 s2 q1
        L5 s6 q8
        Lo su q3
        Lo su q5
        e1 x2 x3 q5
    """,
    "ending": """
        L5 s3 q.
        q3 q.
        L9 s8 q.
        L3 s1 q.
        L5 s8 q.
    """,
    "breath": """
        q. L5 s6
        q. L3 s5
        h.
        q. q5
    """,
    "close": "L3 s2 L1 s0 L3 s2 Lo su | p5 s6 h8",
}
COMPING = {
    1: ("0+1 5/3+4/3", "0+5/3 8/3+1", "0+1 8/3+4/3", "0+3"),
    2: ("0+5/3 2+5/3", "0+1 5/3+5/3", "0+5/3 2+1"),
}
TUNE = Tune(chart=CHART, head=HEAD, choruses=(Chorus(PLAN),), pools=POOLS, comping=COMPING)
