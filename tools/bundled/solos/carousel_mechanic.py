"""Carousel Mechanic: a waltz in Bb, vibraphone; threes against the measure, a wheel that starts and stops."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Carousel Mechanic
tempo: 158
key: Bb
meter: 3/4

Bbmaj7 | Gm7 | Cm7 | F7   | Dm7 | G7b9 | Cm7 | F7 |
Bbmaj7 | Bb7 | Ebmaj7 | Ebm6 | Cm7 | F7 | Bbmaj7 | Bb6 |
"""

# The motif: a turn around the third, and a leap to the seventh.
FIRST = """
@74 .,o u,3 5  | ~ . .        | .,o u,3 5  | ~,7 ~ .    |
.,5 3,2,b2 1,7 | ~,2 1,#7,7 ~ | 5 ~ .      | . . .,3    |
o,u 3,5 ~      | 7,2,1,7 5 .  | . .,3 5,b6 | 5,b5,4 3 . |
.,1 #1,2,3 5   | ~ 3,b2 1,7   | 3 ~ .      | . . .,5    |
"""
SECOND = """
6,b6,5 3,2 1     | .,3,4,5 7,2 ~,1 | 7_,5 3,1 o,u  | 3,5 ~,6 b6   |
5 .,b5 4,u       | 3,5,7,2 ~,1 7   | ~ 5,#4,4 3_,o | 3 . .        |
.,o u,3 5,7      | ~,2 1,7 6,u     | 5! ~ .        | .,5 6,5 ~,b3 |
3,4,5,7 2,1 7_,5 | ~,3 o,u,5 7,u   | 5 ~ .         | . . .        |
"""
LAST = """
5! .,3 5,6    | ~,b6 5 .,o   | 3,4,5,7 2,1,7,6 5,#4 | ~,4 3,b3,2 1,7  |
3,5 ~ .,o     | b3,2 1,7 5,o | 3 ~ .                | .,5 3,2 1,7     |
.,o u,3 5     | ~,o u,3 5    | ~,7 6,b6 3           | .,1 2,b2,1 5,#7 |
~,7,5,3 1 ~,7 | 5,4 3,b2 1,u | 3,5 ~,2 1_,u         | 3 ~ ~           |
"""
SOLO = WrittenSolo(
    CHART,
    (FIRST, SECOND, LAST),
    program=11,
    lowest=58,
    highest=82,
    comping=("0+1 5/3+1", "0+2", "0+1/2 1+3/2"),
)
