"""Orchard in March: a waltz in D minor, violin; a sigh from fifth to third; blossom in sixteenths."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Orchard in March
tempo: 132
key: D minor
meter: 3/4

Dm7   | Em7b5 | A7b9 | Dm7  | Gm7 | C7   | Fmaj7 | Bbmaj7 |
Em7b5 | A7b9  | Dm7  | D7b9 | Gm7 | A7b9 | Dm6   | %      |
"""

# The motif: the fifth, late and long, stepping down to the third.
FIRST = """
@69 .,5 ~,4 3 | ~,1 3,5 ~      | ~,1 #7,7 5_,o | 3 ~ .       |
.,5 ~,4 3     | ~,3 5,b2 1     | ~,7 6,5 3     | . . .       |
.,u 1,#2,3 ~  | 2,1,7,6 5 ~,>3 | ~ 5,7 ~       | ~,2 1,7,5 3 |
3,5 ~,4 3     | ~,2 1,7 5_,3   | 5 ~ ~         | . . .,5     |
"""
SECOND = """
4,3,2,1 3,5 7   | ~,1 3,5,4 3      | 3,5,7,2 1,7 ~,6 | ~,u 5 .         |
.,5 ~,4 3,2,1,7 | 3,4,5,7 b2,1 ~,7 | ~,6 5,b5,4 3    | ~,7 ~,b6 5      |
. .,o u,o       | 3,5 7,2 ~,u      | #7,7 6,b6 5     | ~,4,3 2,1,7,5 3 |
3! .,5 ~,4      | ~,3 2,1,7,6 5,3  | 5,4 3,2 ~,u     | 1 ~ ~           |
"""
SOLO = WrittenSolo(
    CHART, (FIRST, SECOND), program=40, lowest=60, highest=84, comping=("0+1 5/3+1", "0+2", "0+1/2 1+3/2")
)
