"""Mango Stand at Four: a bossa in F, flute, straight eighths; a syncopated sixth that keeps coming back."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Mango Stand at Four
tempo: 136
key: F

Fmaj7 | %   | G7    | %    |
Gm7   | C7  | Fmaj7 | Gb7  |
Fmaj7 | %   | Cm7   | F7   |
Bbmaj7 | Bbm6 | Am7 D7b9 | Gm7 C7 | Fmaj7 | F6 |
"""

# The motif: sixth, fifth and third, off the beat and held.
FIRST = """
@74 .,6 ~ 5,3 ~ | .,u 3,5 ~ .        | .,6 ~ 5,3 ~,2       | 1 . . .             |
.,5 3,4 5,7 ~,6 | ~ 5,#4,4 3_,b3 2,o | ~,3 ~ . .           | 4,#4,5 ~ >5,~ .     |
.,6 ~ 5,3 ~     | ~,2 3,5 7,6 b6_,>5 | ~ 4,3 1 .           | .,3 5,b2 1,#7,7 6,5 |
~,3 ~,5 ~ .     | . . . .            | .,2 b2,1 .,2 1,7,b7 | ~,2 ~ .,3 4,b6      |
5 ~ ~ .         | . . .,3 5,6        |
"""
SECOND = """
7,6,b6,5 #4,5 .,2 3,o | 2,1 7_,b7,6 5 .     | 4,3,2,1 7_ .,2,b2 1   | 5,#4,4,3 2 .,1 7,>1 |
~,6 5,b5 4,3 ~,>3     | ~,5 b2,1,#7 7,5 o,u | 3! ~ . .              | .,3 5,b5,4 3,~ ~    |
.,6 ~ 5,3 ~           | .,6 7,2 1,7,b7 6,u  | 4,#4 5,3,4,5 7,2 1_,u | .,6 5,b6 5 .        |
.,3 5,7 6,5 ~,3       | ~,1 2,3 5,4,3,2 1   | ~,3 .,5 3,2,1 7_,b7   | 3,5 ~,7 ~,b6 5,>3   |
~ .,6 ~ 5,3           | 1 ~ ~ .             |
"""
SOLO = WrittenSolo(
    CHART,
    (FIRST, SECOND),
    program=73,
    straight=True,
    lowest=62,
    highest=86,
    comping=("0+3/2 3/2+3/2", "0+1 3/2+1 3+1"),
)
