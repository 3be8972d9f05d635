"""Cold Signal Box: a minor blues, trumpet; a falling fifth that waits, and answers in double time."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Cold Signal Box
tempo: 126
key: C minor

Cm7   | Fm7  | Cm7       | C7b9 |
Fm7   | %    | Cm7       | %    |
Dm7b5 | G7b9 | Cm7 Dm7b5 | Cm6  |
"""

# The motif: fifth, fourth, third, and down to the root, late.
FIRST = """
@72 .,5 ~ 4,3 1   | ~ . . .        | .,5 ~ 4,3 2,1    | ~,7 ~ . .   |
.,1 3,5 ~,4 3_,>5 | ~,o u,5 3 .    | . .,5 4,tb5 t4,o | t1 ~ . .    |
.,5 ~ 4,3 1       | .,2 ~ 1,#7 6,u | 3,5 ~ . .        | . . .,1 2,3 |
"""
SECOND = """
5,4,3,2 1 .,5 1,o | 3,2 1_,7 5 .      | .,3 5,7 2,1 7,o | 3,4,5,7 2,1,7,5 4 ~ |
3 .,1 2,3 5,7     | ~ 6,5 o,u,3,2 1,u | 5 . . .,u       | 5! ~ 4,3 1,~        |
~,3 5,1 7,b6 5,u  | 3,5 7,2 1,7 6_,o  | 3 ~,1 .,5 4,3   | 1 . . .,5           |
"""
LAST = """
~,4 5,7 ~ 6,o    | 4,3,2,1 7,1,2,3 5 .  | . @79 .,5! ~ 4,3      | 3,2_ 1,b7 5,4 3,u |
2,1! ~ o,u,1 2,3 | 4,3 2,o u,1 7_,5     | 3,4,5,7 2,1,7,5 4 3,1 | . . .,tb3 t4,tb5  |
2,1 b6,5 4,3 o,u | 5,4,3,2 1,7,b7,6 5 . | .,5 ~ 4,3 2_,u        | 1 ~ ~ .           |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND, LAST), program=56, lowest=54, highest=84)
