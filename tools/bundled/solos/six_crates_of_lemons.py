"""Six Crates of Lemons: a fast blues in C, guitar; a riff that is moved about, and lines that run from it."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Six Crates of Lemons
tempo: 216
key: C

C7  | F7 | C7    | %    |
F7  | %  | C7    | A7b9 |
Dm7 | G7 | C7 F7 | C7   |
"""

# The riff: fifth, sixth and root, and again up to the blue third.
FIRST = """
@67 .,t5 t6,t1 .,t5 t6,tb3 | ~,t1 t6 . .       | .,t5 t6,t1 .,t5 t6,tb3 | ~,2 1_,6 5 .    |
.,t5 t6,t1 .,t5 t6,tb3     | ~,tb5 t4,tb3 t1 . | .,5 3,5,6,7 ~,6 b6,5   | ~,3 5,2 1,7 6,5 |
4,3 ~ .,u 1,2              | b2,1 ~,5 4,3 .    | .,t5 t6,t1 .,t5 t6,tb3 | ~,t3 t1 . .     |
"""
SECOND = """
1,2 3,4,b5,5 7,6 b6,5 | ~,3 5,1 7_,6 5  | 3,b3 2,1 7_,5 o,u | 3 ~ ~,5 b5,u        |
3,5 7,2 1,#7 7,6      | b6,5 4,3 ~ .    | . .,1 2,#2 3,5    | ~,2 1,7 5,3 2,1     |
3,1 3,5 7,5 6,u       | 5! ~ .,b2,1,7 5 | 5,3 ~ . .         | . .,t5 t6,t1 tb3,t3 |
"""
LAST = """
1,7,6,5 3,5 1,7,6,5 3,5 | 5,#4,4,3 b3,2 1 . | .,5 6,1 .,5 6,b3 | ~,3 1,6 5 .      |
.,3 5,b6,6 1,7 ~,6      | ~,b6 5,3 1 .      | .,5 6,1 .,5 6,b3 | ~,4 #4,5 2,1 7,o |
~,3 2,1 7_,6 b6,5       | ~,b2 1,7 5,4 3,u  | 5 .,t5 t6,t1 ~   | ~,tb3 t1 ~ ~     |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND, LAST), program=26, lowest=54, highest=80)
