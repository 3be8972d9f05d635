"""Brickyard Hop: a short blues in Eb with a bridge, trombone; up to the sixth, a bark on the fifth."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Brickyard Hop
tempo: 138
key: Eb

Eb7 | Ab7   | Eb7 | C7b9 | Fm7 | Bb7 | Eb7 C7b9 | Fm7 Bb7 |
Ab7 | Adim7 | Eb7 | %    | Ab7 | %   | F7       | Bb7     |
Eb7 | Ab7   | Eb7 | C7b9 | Fm7 | Bb7 | Eb7 Ab7  | Eb7     |
"""

# The motif climbs the chord to its sixth, which is held over the bar line.
FIRST = """
@63 . .,1 3,5 ~,6 | ~,#7 7,b6 5,4 3  | .,tb3 t3,t1 t6,t5 ~  | ~ .,3 5,7,2 1,7 |
~,3 5 .,7 6,b6    | 2,1 7,5 3 .      | .,t5 t6,t1 3,2 1,7   | 3,5 ~ . .       |
.,5 5_,6 ~,5 3    | ~,1 2,3 5,7 .    | . .,tb3 t3,t5 t6,tb7 | t1 ~ . .        |
.,5 5_,6 ~,5 3    | ~,b3 2,1 7_ .    | .,b5 4,3 7,2 1,7     | 5,4 3,1 7 .     |
~,u 3,5 ~,6 5,b3  | ~,2 b2,1 7,b6 5  | . .,5 6,1 tb3,t3     | ~,3 2,1 7,5 3,o |
3,4,5,7 ~ .,7 6,u | 5,~ b2,1 7,5 o,u | 3,1 ~ . .            | . . . .,t5      |
"""
SECOND = """
t6,t5,t3,t5 t6,t1 tb3,t3 t1 | .,5 7,6,5,3 1,7 ~,5 | 3,b3 2,1 ~ .,u         | 3,5,7,2 1,7 6_,5 4,3 |
~,1 3,5 7,5 6,u             | 5,3 b2,1 ~,7 6,5    | 3! ~ .,5 2,o           | 3,1 5_,4 7,6 b6,u    |
3 .,5 5_,6,5,3 ~            | .,u 1,2 3,5,4,3 7   | . .,t5 tb7!,t6 t5,u    | t1,~ t6,t5 . .       |
.,5 5_,6,5,3 ~,1 7,6        | b6,5 ~ .,5 #5,6     | 7,b2,1,7 6,5 b5,4 3    | ~,u 3,5,7,2 1,7 6_,5 |
. .,1 3,5 ~,6               | ~,1 7,5 3 .,u       | 3,4,b5,5 6,1 tb3,t3 t1 | ~,2 1,7 6,5 3,u      |
3,5 ~,7 ~,6 b6              | 5 .,3 b3,2 b2_,o    | 3,5 ~,t6 t5,tb3 t2_,o  | t1 ~ ~ .             |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=57, lowest=52, highest=77)
