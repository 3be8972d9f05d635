"""Seven Gates: dominants that open one another, tenor saxophone; the third knocks, the seventh opens."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Seven Gates
tempo: 184
key: G

E7 | %  | A7  | %   | D7  | %  | G7 | % |
C7 | F7 | Bb7 | Eb7 | Am7 | D7 | G6 | % |
"""

# The motif climbs from the third to the seventh and hangs on the sixth over the bar line.
FIRST = """
@64 . .,3 5,7 ~,6 | ~,5 3,1 ~ .        | . .,3 5,7 ~,b2  | ~,1 #7,7 6,5 #2      |
. .,3 5,7 ~,6     | ~,b6 5,3 b2_,1 ~,7 | 3 ~ .,2 #2,3    | 5,7 . . .            |
.,3 5,7 ~,2,1 7   | ~,3 5,7 2,1 ~,7    | ~,3 b3,2 b2,1 . | .,3,5,7 2,1 7,6 b6,5 |
1 .,2 3,5 ~,u     | 4,3 b3,2 b2,1 7,>3 | ~ 5 ~ .         | . . . .              |
"""
SECOND = """
1,2,3,5 7,6 b6,5 ~,3 | b3,2 1,7 ~,5 .    | 3,4,#4,5 7,b2 ~,1 7   | ~,b6 5,3,b3,2 1 .   |
.,u 3,5,7,2 1,7 ~,6  | b6,5 3,1 ~,2 3,b3 | 1,7,6,5 1,7,6,5 ~,3 . | .,5 ~,b5 4,3 b2,u   |
7 .,3 5,b2,1,7 6_,5  | ~,3 5,7 ~,b2 1,u  | 6,5 3,1 ~,2 b2,1      | ~,3 5,7,2,1 7,6 ~,u |
b5,4 3,1 ~,3 5,7     | ~,2 5,3 ~,1 7,5   | ~,u 3,5 ~,6 5,3       | 1 ~ ~ .             |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=66, lowest=53, highest=79)
