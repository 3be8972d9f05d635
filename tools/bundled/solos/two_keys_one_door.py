"""Two Keys, One Door: Eb major and C minor in turn, alto saxophone; the same two notes open both."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Two Keys, One Door
tempo: 148
key: Eb

Fm7   | Bb7  | Ebmaj7 | %    | Dm7b5 | G7b9 | Cm7   | %   |
Fm7   | Bb7  | Gm7    | C7b9 | Abmaj7 | Abm6 | Ebmaj7 | Eb6 |
"""

# The motif is a pair, root to ninth in minor and sixth to seventh in major, then a fall.
FIRST = """
@67 .,1 2,5 ~,4 3,1 | ~,3 ~,2 1,7 b6,5   | ~ . . .       | . .,6 7,3 ~,2    |
~,1 3,b3 3_,5 7     | ~,6 5,4 3,b3 2,1   | .,1 2,5 ~,4 3 | . . . .,o        |
b5,4 3,1 ~,3,5 7,u  | 5,~ b2,1 ~,7 .     | 3 ~ . .       | .,3 5,7 2,1 #7,7 |
~,2 3,5 7,6 b6,5    | ~,5,3 1,7 6_,5 u,o | 5 ~ ~,3 2_,o  | 6 . . .          |
"""
SECOND = """
.,1 2,5 4,3,2,1 3,5  | 7,b2 1,7 ~ .         | .,6 7,3 2,1,7,5 6,b6 | 5,3 ~ . .            |
. .,u 1,#2,3,5 4,o   | ~,2 1,7 6,5 .        | ~,1 2,5 ~,4 b4,3     | 2,3,2,1 7_,5 1 .     |
.,5 7,1 3,2,1,7 5,b5 | ~,4 3,5 7,b2,1 7,o   | 5,b5,4 3,1 ~ .,5     | 3,5,7,2 1,7 ~,5 b5,o |
3! ~,2 3,5,7 6,5     | b6,5 3,2,b2 1_,7 6,o | 5,3 ~,2 1,5 6,3      | 1 ~ ~ .              |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=65, lowest=57, highest=81)
