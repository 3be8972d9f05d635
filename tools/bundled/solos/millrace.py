"""Millrace: a minor blues in three, clarinet; a scale that wells up to the fifth and spills over the bar."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Millrace
tempo: 150
key: G minor
meter: 3/4

Gm7 | Cm7  | Gm7 | G7b9 |
Cm7 | %    | Gm7 | %    |
Eb7 | D7b9 | Gm7 | Gm6  |
"""

# The motif climbs from the root to the fifth and is held over the bar line.
FIRST = """
@67 .,1 2,3 5 | ~,3 2,1 ~   | .,1 2,3 5    | ~,2 1,7 5 |
3 ~ .         | . .,1 3,5   | ~,3 2,1 7_,5 | 3,5 ~ .   |
.,5 7,6 b6,5  | ~,3 5,2 1,7 | 3 ~ ~,2      | 1 . .     |
"""
SECOND = """
1,2,3,4 5,4,3,2 1 | 4,3 5,7 2,1  | ~,7 5,b5,4 3,o  | 3,5,7,2 1,7 5_,o |
4,3 .,u 1,2       | 7,5 6,b6 5   | . @67 .,5 ^1,^4 | ~,3 ~,2 1,u      |
5,3 7,6,b6,5 4    | 3,5 2,1 #7,7 | ~,3 ~,5 ~       | . . .            |
"""
LAST = """
. .,1 2,3   | 5,b5 4,3 ~        | .,1 2,3 5,b6,5 | ~ 2,1,7,5 3 |
4! ~,3 2,o  | 3,2,1,7 1,2,3,5 7 | ~,4 3,2,1,7 1  | . .,1 2,3   |
~,3 7,5 3,u | 3,4,5,7 2,1 7_,u  | 5,3 ~,2 1_,u   | 1 ~ ~       |
"""
SOLO = WrittenSolo(
    CHART,
    (FIRST, SECOND, LAST),
    program=71,
    lowest=58,
    highest=82,
    comping=("0+1 5/3+1", "0+2", "0+1/2 1+3/2"),
)
