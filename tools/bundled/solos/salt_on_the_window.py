"""Salt on the Window: cadences in minor keys, guitar; flat ninths that sigh by semitones."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Salt on the Window
tempo: 144
key: D minor

Em7b5 | A7b9 | Dm7   | %    |
Am7b5 | D7b9 | Gm7   | %    |
Gm7   | C7   | Fmaj7 | Bbmaj7 |
Em7b5 | A7b9 | Dm6   | %    |
"""

# The motif: flat ninth, root, seventh, and the fifth below, over every dominant.
FIRST = """
@67 . .,1 3,5 7,u  | 5 .,2 1,7 ~,5      | 3 ~ . .     | . .,o u,5 ~,4 |
~,4 5,o,4 3,1 2_,1 | 7 .,2 1,7 ~,5      | ~,3 1 . .   | . . .,5 3,2   |
1,#1,2 3,5 ~,6 5,3 | ~,2 .,1 7,b6 5,o   | 3 ~ ~,2 1,u | >5 . . .      |
.,1 3,4 5,~ 4,3    | ~,2 1,#7,7 6,4 u,o | 3 ~ ~ .     | . . . .,5     |
"""
SECOND = """
~,4 3,u 1,2 3,o     | 6,5 3,2,1 #7,7 5_,4 | ~,u 5! ~ .,4      | 3,2,1,7 6,5,4,3 5 . |
. .,1 3,5 1,o       | 3,5,7,2 1,7 ~,6 5,4 | ~,5 ~,7 2,#1 1,5  | ~,4 b4,3 1 .        |
.,5,7,2 4,3 ~,2 1,o | 2 .,2 1,#7,7 ~,u    | 5,3 o,u 5,7 6_,b6 | 3,1 . . .,>1        |
~,4 3,1 4,3 2,u     | 2,3,5,7 2,1 7,5 4,o | 3 .,2 3,1 o,u     | 1 ~ ~ .             |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=26, lowest=54, highest=80)
