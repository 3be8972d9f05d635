"""Coal Hatch Blues: a twelve-measure blues in G, slow swing, tenor saxophone; riffs and blue notes."""

from tools.bundled.phrases import Chorus, Tune

CHART = """
title: Coal Hatch Blues
tempo: 112
key: G

G7  | C7     | G7      | G7     |
C7  | C#dim7 | G7      | E7b9   |
Am7 | D7     | G7 E7b9 | Am7 D7 |
"""

# The riff, its answer over the fourth, and a cadence; the second time with fills.
HEAD = """
L1 sb3 L3 s5 q6 q5       | q. L3 s5 q6 q5   | L1 sb3 L3 s5 q6 q5    | q. L6 s5 Lb3 s3 q1    |
Lt1 stb3 Lt4 stb5 qt5 q. | q. L1 s3 q5 q7   | L8 s7 L5 sb3 q3 q5    | L3 s5 L7 s9 q8 q.     |
L5 s4 L3 s2 q1 L2 s3     | q8 L7 s5 q3 L5 s7 | L3 s5 Lb3 s1 q3 L5 s7 | L5 s3 q1 q3 q.        |
L1 sb3 L3 s5 q6 q5       | q. L3 s5 L6 s5 q3 | L1 sb3 L3 s5 q6 q5    | L8 s7 L5 s4 Lb3 s3 q1 |
Lt1 stb3 Lt4 stb5 qt5 q. | q. L1 s3 q5 L7 s5 | L8 s7 L5 sb3 q3 q.    | q. L3 s5 q9 q8        |
L5 s4 L3 s2 q1 L2 s3     | q8 L7 s5 q3 L5 s7 | L1 sb3 L3 s5 L9 s7 L5 s3 | L1 s3 L5 s3 q3 q.
"""
THEME = " | ".join(measure.strip() for measure in HEAD.split("|")[:10])

RIFFS = """
RIFF RIFF | RIFF RIFF | cadence | turn
"""
BLUE_NOTES = """
BLUE blue | ending breath | BLUE blue | ending breath
BLUE blue | ending breath | BLUE blue | ending breath
cadence | turn
"""
EIGHTHS = """
bop bop | bop bop | bop bop | ending breath
blue blue | bop bop | bop bop | bop bop
cadence | turn
"""
TRIPLETS = """
TRIPLET TRIPLET | blue ending | TRIPLET TRIPLET | blue ending
TRIPLET TRIPLET | bop bop | blue blue | ending breath
cadence | turn
"""
HOME = "theme | close"

POOLS = {
    # Two measures that stay as they are while the chords change.
    "riff": """
        Lt5 stb7 qt8 q. Lt8 stb7 | qt5 q. h.
        q. Ltb3 st4 Ltb5 st4 qtb3 | qt1 q. q. Lt5 stb7
        Lt8 stb7 Lt5 stb7 qt8 q. | q. Ltb3 st4 qt1 q.
        st1 stb3 st4 qt5 Lt4 stb3 qt1 | h. q. Lt5 stb7
    """,
    # Two beats of the blues scale of G.
    "blue": """
        Lt5 stb7 qt8
        Ltb3 st4 Ltb5 st4
        st4 stb5 st4 Ltb3 st1
        Lt8 stb7 Lt5 st4
        Lt4 stb3 Lt1 stb0
        Ltb7 st8 qtb7
        st8 stb7 st5 Ltb5 st4
        qtb3 Lt1 stb3
        Ltb10 st8 Ltb7 st5
        Lt5 st4 Ltb3 st1
    """,
    # Two beats of the chord's scale.
    "bop": """
        L1 s2 L3 s5
        L3 s5 L7 s9
        L9 s7 L5 s3
        L5 s4 L3 s2
        L3 s2 L1 s0
        L1 s3 L5 su
        s1 s3 s5 L7 s5
        Lo su q3
        L5 s3 L1 su
    """,
    "bop 7": """
        L1 sb3 L3 s5
        L3 s5 L7 s9
        L9 s7 L5 s3
        L8 s#7 L7 s6
        L5 sb3 L3 s1
        L3 s2 L1 s0
        L6 s5 Lb3 s3
        s1 s3 s5 L7 s5
        Lo su q3
        q5 Lb3 s3
    """,
    "triplet": """
        st8 stb7 st5 st8 stb7 st5
        stb10 st8 stb7 stb10 st8 stb7
        st5 st4 stb3 st5 st4 stb3
        st1 stb3 st4 st5 st4 stb3
    """,
    "ending": """
        Ltb3 st1 q.
        qt1 q.
        Lt5 st8 q.
        Lt4 stb3 q.
        qt5 q.
    """,
    "breath": """
        h.
        q. Lt5 stb7
        q. Lt1 stb3
        q. qt5
    """,
    # Am7 | D7
    "cadence": """
        L1 s3 L5 s7 L9 s7 L5 s3 | L3 s5 L7 s9 Lb9 s8 L7 s5
        L5 s4 L3 s2 L1 s0 Lo su | q3 L5 s6 L7 s9 q5
        L3 s5 L7 s9 q8 L7 s5 | L3 su L5 s6 L7 s5 q3
        q. L5 s7 L8 s9 q10 | Lb9 s8 L7 s5 q3 q.
        L9 s7 L5 s3 q1 Lo su | q3 L5 s7 L9 s7 q5
    """,
    # G7 E7b9 | Am7 D7
    "turn": """
        L5 s3 L1 sb3 L3 s5 L7 s9 | L5 s3 L1 su q3 q.
        q3 L5 s6 q3 q9 | q5 Lo su q3 q.
        L8 s7 L5 s3 L3 s2 L1 s3 | L3 s1 q5 q3 q.
        L3 sb3 q1 q3 L9 s8 | L5 s3 q1 q3 q.
        Lb3 s3 L5 s8 L7 s9 L8 s7 | q5 L3 su q3 q.
    """,
    "theme": THEME,
    "close": "L1 sb3 L3 s5 L9 s7 L5 s3 | L1 s3 L5 s3 q3 L5 s6",
}
COMPING = {
    1: ("0+1 5/3+4/3", "0+3", "2/3+4/3 8/3+1", "0+5/3 8/3+1"),
    2: ("0+5/3 2+5/3", "0+1 5/3+5/3", "0+5/3 2+1"),
}
TUNE = Tune(
    chart=CHART,
    head=HEAD,
    choruses=(
        Chorus(RIFFS, 66),
        Chorus(BLUE_NOTES, 68),
        Chorus(EIGHTHS, 70),
        Chorus(TRIPLETS, 74),
        Chorus(EIGHTHS, 68),
        Chorus(HOME, 69),
    ),
    pools=POOLS,
    comping=COMPING,
    coda_chart="G7 | G7",
    coda="L8 s7 L5 s4 Lb3 s3 q1 | q. Lt5 stb7 ht8",
    program=66,
    highest=84,
    leaps=(2, 5, 8),
    memory=4,
    seed=19,
)
