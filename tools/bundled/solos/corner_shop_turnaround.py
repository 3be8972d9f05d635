"""Corner Shop Turnaround: the same corner sixteen times, vibraphone; every lap passes it on another side."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Corner Shop Turnaround
tempo: 188
key: C

Cmaj7 A7b9 | Dm7 G7 | Em7 Ebdim7 | Dm7 G7 | Cmaj7 C7 | Fmaj7 Fm6 | Em7 A7b9 | Dm7 G7 |
Cmaj7 A7b9 | Dm7 G7 | Em7 Ebdim7 | Dm7 G7 | Gm7 C7 | Fmaj7 Bb7 | Dm7 G7 | C6 |
"""

# The motif drops from the fifth over the third and lands late on what the next chord wants.
FIRST = """
@72 . .,5 3,2 ~,1  | ~ .,1 3,b2 1,7  | 4,3 ~ .,u 1,o    | 5,3 1,u 3 .         |
@76 . .,u 3,5 7,b6 | 3 ~,5 3 .       | .,3 2,1 3,5 ~,2  | ~,5 4,b4 3,2,b2,1 7 |
3 . .,5 3,2        | 5 ~ .,5 3,b2    | 4,3 ~,1 #7,1 3,o | 4,3 1,7 3 .         |
1 .,3 3,5 ~,b2     | 5,~ 3,1 3,5 ~,6 | ~,4 3,1 7,5 3,u  | 5 ~ . .             |
"""
SECOND = """
@79 5,6,5,3 1,2 3,5 7,2  | 1,7 5,3 ~ .           | .,1 ~,5 4,3 1,3     | 2,1 7 . .    |
5 .,3 5,7 ~,b6           | 3! ~,2 3,5 ~,4        | 4,3 1,7 3,4,5,7 2,1 | ~,4 b4,3 1 . |
@67 .,2,1,7 6,5 ~,3 5,2  | ~,1,7,b7 b6 .,#4 5,b2 | 4,3 ~,2 o,u,3 1     | 4,3 1 . .    |
@77 2,1 ~,3 3,5,7,b2 1,7 | 2,3 ~,5 b6,5,3,b2 1   | 7,5 3,1 3,2 b2_,u   | 3 ~ ~ .      |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=11, lowest=58, highest=83)
