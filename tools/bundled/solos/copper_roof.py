"""Copper Roof: dominant chords that stand still, electric guitar, straight sixteenths; hammering and rain."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Copper Roof
tempo: 104
key: G

G7  | % | % | % |
Bb7 | % | % | % |
G7  | % | % | % |
F7  | % | G7 | % |
"""

# The motif: root, a late third, a late fifth, and a tumble back to the third.
FIRST = """
@67 1,~,~,3 ~,5 7_,6,5,3 .  | . . .,.,u,3 5,~,6,~ | 1,~,~,3 ~,5 7,6,5,b5 4,~,3,~ | 1 ~ . .   |
1,~,~,#2 3,5 7,6,b6,5 .     | . .,3 5,6,7,~ ~,o   | 3,b3,2,1 7,~,5,~ ~ .         | . . . .,u |
3 .,5 ~,~,6,7 ~,5           | ~ .,3,b3,2 1 .      | 1,~,~,3 ~,5 7,6,5,3 2_,~,1,~ | 7 ~ . .   |
.,5,6,7 2,~,1,~ 7,~,~,5 ~,3 | b3,2,1,7 6_,5 ~ .   | . .,u 3,~,~,5 ~,6            | 5 ~ . .   |
"""
SECOND = """
3,5,6,1 2,1,6,5 3,~,~,1 ~         | ~,b5,4,3 2_,1,7,5 1 .         |
.,3,~,5 ~,6,~,7 ~,5,~,3 ~,2       | 1,2,b3,3 5 ~ .                |
3,5,7,2 1,~,7,6 b6,5,4,3 .        | .,.,1,2 3,~,5,~ ~,3 b3,~,1,~  |
7,1,2,3 4,b5,5,7 6,5 ~            | ~ .,u 3,~,~,1 ~               |
1,~,~,3 ~,b5 5,7,6,b6 5           | 1!,~,~,3 ~,5 7,6,5,b5 4,3,2,1 |
7,5,6,7 1,2,#2,3 5,~,~,6 ~,o      | 3 . . .                       |
.,.,5,6 7,2,1,7 6,5,b5,4 3,b3,2,1 | 7_,5 ~ .,5,6,7 1,~,~,2        |
~,u 3,5 ~,6,5,3 2_,~,1,~          | 1 ~ ~ .                       |
"""
SOLO = WrittenSolo(
    CHART,
    (FIRST, SECOND),
    program=27,
    straight=True,
    lowest=55,
    highest=81,
    comping=("0+3/4 3/2+1/2 5/2+1/2", "0+1/2 3/4+1/2 2+3/4 7/2+1/2"),
)
