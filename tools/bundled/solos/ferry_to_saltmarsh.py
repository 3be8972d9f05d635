"""Ferry to Saltmarsh: a Latin minor in D, trumpet; a figure between the beats, and waves against it."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Ferry to Saltmarsh
tempo: 176
key: D minor

Dm7 | %    | Gm7 | %  | Em7b5     | A7b9       | Dm7 | A7b9 |
Dm7 | D7b9 | Gm7 | C7 | Fmaj7 Bb7 | Em7b5 A7b9 | Dm7 | Dm6  |
"""

# The figure: root, third and fifth, the last two between the beats.
FIRST = """
@69 1,3 .,5 ~,3 .,1 | ~,2 .,3 ~ .       | 1,3 .,5 ~,3 .,1 | ~,2 .,3 ~,2 1    |
.,3 5,4 3,1 ~,2     | ~,2 1,#7 7,6 5,b5 | 1 . . .         | . . .,5,6,5 3,5  |
1,3 .,#4 5,~ b4,3   | ~,1 .,2 ~,1,7,5 3 | ~,u 3,5 ~ .     | .,3 5,b2,1 7 ~,u |
6,5 .,#4 5,~ .      | 4,3 ~,1 3,2 ~,1   | ~,4 3,1 ~,2 ~   | 1 . . .          |
"""
SECOND = """
5,4,3,1 2,3 ~,5 .,7    | ~,6 b6,5 #4,5 ~     | 3,1 .,3 ~,5 7,2      | 1,7,6,5 3 . .       |
.,#7 1,3,4,b4 ~,3 ~    | 2,1 ~,7 5,b5 4,u    | 3 ~,2 1,5 ~          | . .,3,5,7 2,1 ~,5   |
1,3 .,5 ~,b5 4,3       | 3,2 .,5 ~,3 2,o     | 3,2,1,7 3,5 ~,4 #4,5 | b2,1 ~,7 6,5,b5,4 3 |
.,#2 3,~ 4,3,b3,2 b2,~ | 5,3 .,1 2,1,7,6 5,3 | 1,3 .,5 ~,3 .,2      | 1 ~ ~ .             |
"""
SOLO = WrittenSolo(
    CHART,
    (FIRST, SECOND),
    program=56,
    straight=True,
    lowest=57,
    highest=82,
    comping=("0+1/2 3/2+1/2 5/2+1/2 7/2+1/2", "0+1 3/2+1 3+1"),
)
