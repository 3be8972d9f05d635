"""Winter Greenhouse: a ballad in F minor, muted trumpet; breath on glass, drawn with three falling steps."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Winter Greenhouse
tempo: 60
key: F minor

Fm7    | Dbmaj7 | Gm7b5 | C7b9 | Fm7    | Bb7  | Ebmaj7 | Abmaj7 |
Dbmaj7 | Gm7b5  | C7b9  | Fm7  | Dbmaj7 | C7b9 | Fm6    | %      |
"""

# The motif falls by steps from the third to the root and waits there.
FIRST = """
@68 3 ~,2 1 ~          | ~,.,3,5 7,6,5,~ ~ 3      | ~,1 3,4,5,~ ~ .       | .,4,#4,5 2,1,~,7 ~ b6 |
~,~,4,3 ~ . .,1,2,3    | 5,4 ~,3 .,5,6,7 ~        | ~,3 ~,2,1,7 6_ ~      | . . . .,.,o,u         |
4,3 ~,5,6,~ 2 ~,b2,1,7 | ~,3 2,1,7,1 ~ 3,4        | ~,3 5,7,2,1 7,6,5,~ ~ | ~,3 ~ . .             |
.,5,6,7 2,1,7,5 ~,3 ~  | 2,1,#7,7 6,5,b5,4 3 ~,>5 | ~ ~,3,2,1 ~ .         | . . . .               |
"""
SECOND = """
5,4,3,1 2,3,5,7 ~ 6,5      | ~,3,4,#4 5,7,2,1 7_,6,5,3 ~      |
.,u,1,2 3,~,~,4 ~,3 1      | ~,3,5,7 2,1,7,6 5,4,3,2 1_,7,5,u |
3 ~ . .,5,#4,o             | 7,6,b6,5 ~,3 5,b2,1,7 ~          |
~,3,5,6 7,~,~,2 ~ 1        | ~,~,1,7 6,5,3,~ . .              |
7! ~ ~,6,5,3 2             | .,.,3,5 7,6,5,4 3,1 ~            |
.,3,5,7 2,~,1,~ #7,7,6,5 3 | 2,1,2,3 6,b6,5,4 ~ .             |
. .,u,3,5 ~,7 6,5          | ~,2,1,7 6,5,4,3 5 ~,>1           |
~ ~,3,2,1 ~ ~,u            | 1 ~ ~ .                          |
"""
SOLO = WrittenSolo(
    CHART, (FIRST, SECOND), program=59, lowest=56, highest=80, comping=("0+2 2+2", "0+4", "0+3")
)
