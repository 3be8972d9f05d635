"""Low Tide, Blue Chairs: a bossa in E minor, nylon guitar; a fifth with its lower neighbour, late."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Low Tide, Blue Chairs
tempo: 124
key: E minor

Em7   | %  | F#m7b5 | B7b9 | Em7 | %  | Dm7         | G7  |
Cmaj7 | %  | F#m7b5 | B7b9 | Em7 | C7 | F#m7b5 B7b9 | Em6 |
"""

# The motif: the fifth, late, its neighbour and the fifth again, down to the third over the bar line.
FIRST = """
@69 .,5 ~ #4,5 ~,3 | ~ ~,2 1 .      | .,5 ~ 4,5 ~,3      | ~,2 1,#7,7 ~ .    |
3 ~,2 3,5 ~        | ~ . . .        | .,5 ~ #4,5 ~,3     | ~,b2 1,7 ~,5 b5,u |
3 ~ .,2,3,5 7_,6   | ~,5 3 . .      | .,4 o,u 1,2 ~,3    | ~,2 1,7 6_,5 3,u  |
3! ~ ~,5 #4,5      | ~ 5,b5,4,3 1 . | . .,3 3,2,1,7 6_,u | 5 ~ . .           |
"""
SECOND = """
.,1,2,3 5,~,~,6 ~,5 b5,4 | .,3,2,1 7_ ~ .      | .,4 5,4,b4,3 ~,b6 5 | ~,3 5,2 1,#7,7 6     |
5,#4,5,7 2,1 ~,7 5       | ~,3 2_,1 . .        | .,5 7,2 1,7 ~,5     | ~,b6 5,3 b2,1 #7,7   |
3 .,7 ~,6 5,3            | ~,2,3,5 7,6,5,3 2 . | . .,1 3,5,7,1 ~,o   | 2,1,7,6 5,3 ~,7 6_,5 |
.,5 ~ #4,5 ~,3           | ~,6 5,3,b3 2 ~      | ~,4 3,1 2,1,7,6 5,~ | 1 ~ ~ .              |
"""
SOLO = WrittenSolo(
    CHART,
    (FIRST, SECOND),
    program=24,
    straight=True,
    lowest=53,
    highest=79,
    comping=("0+3/2 3/2+3/2", "0+1 3/2+1 3+1"),
)
