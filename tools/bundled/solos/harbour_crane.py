"""Harbour Crane: a blues in F, tenor saxophone; a lifted third and fifth, set down on the blue note."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Harbour Crane
tempo: 152
key: F

F7  | Bb7   | F7     | Cm7 F7     |
Bb7 | Bdim7 | F7     | Am7b5 D7b9 |
Gm7 | C7    | F7 Bb7 | F7         |
"""

# The motif: from a semitone under the third to the fifth, held over the beat, and on to the sixth.
FIRST = """
@67 . .,u 3,5 ~,6 | ~,5 3 . .          | . .,u 3,5 ~,7    | ~,1 7,6 5,3 2_,o    |
3 ~ .,3 5,6       | 1,7 6,5 b5 .       | . .,3 4,b5,5 ~,3 | ~ 3,5 3 2,o         |
3,5 ~ . .,u       | 3,5 7,b2 1,7 b6,>3 | ~,1 5 . .        | . .,t6 t1,t2 tb3,t3 |
"""
SECOND = """
6,5 .,5 6,7 5,o | 7,6 5,3 2_,1 >5,~ | ~,b3 3,1 . .,3      | ~,3 5,7 3,b3,2 b2,o |
3,5 ~ . 1,2     | 2,3 4,5 3 .       | . . 1,2,3,5 6,5,3,o | 2,1 3,5 3,2,1,7 5   |
3,5 7,5 3,1 o,u | 3 .,3 5,b2,1 7,u  | 5,~ ~ . .           | . .,t5 t7,tb7 t6,t5 |
"""
LAST = """
. .,u 3,5 ~,6  | ~,5 3 .,u 3,5    | ~,6 5,tb3 t1 .      | . .,5 3,2,1,7 6,o   |
4,3 ~ .,1 o,u  | 6,7 5,4 3 .      | . .,tb3 t3,t5 t6,t1 | ~,5 3,1 3,5,7,2 1,7 |
3 ~ 1,#1,2 3,5 | 4,b3 2,1 7,5 o,u | 3,5 ~,1 ~,t6 t5,t3  | 1! ~ ~ .            |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND, LAST), program=66, lowest=53, highest=80)
