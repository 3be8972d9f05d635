"""Ladder Company: keys a major third apart, soprano saxophone; four rungs, then a foot on the next ladder."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Ladder Company
tempo: 152
key: C

Cmaj7  | Eb7 | Abmaj7 | B7 | Emaj7 | G7 | Cmaj7 | %  |
Abmaj7 | B7  | Emaj7  | %  | Dm7   | G7 | Cmaj7 | C6 |
"""

# The motif is four rungs, 1 2 3 5; the last becomes a note of the next chord.
FIRST = """
@67 .,1 2,3 5 .,5 | ~ 5,b5,4 3,2 ~,1  | .,1 2,3 5 .,5 | ~ .,5 #4,3 2_,1 |
.,1 2,3 5 .,5     | ~,b2 1,7 6,5 .    | ~,7 5,3 ~ .   | . . .,5 #5,6    |
.,5 3,5 ~,7 6,b6  | 3,5 7,2 ~,1 #7,7  | 3 ~ .,2 3,5   | ~ . . .         |
.,u 1,2,3 ~,4 o,u | ~,b2 1,7 ~,5 b5,4 | 3 ~ ~,2 1,6   | 5 ~ . .         |
"""
SECOND = """
1,2,3,5 7,6 5,#4 ~,5 | ~ .,5 7,b2 1,7     | 3,1,2,3 5,7 ~,6 b6,5 | ~ 4,3 ~,7 6,b6 |
3 .,2 3,5 ~,#4       | ~,4 3,5,7,b2 1,7 . | 3! ~ ~,5 #4,5        | ~,6 5,3 . .    |
.,1 3,5,7,2 1,7 6,b6 | 3 .,5 7,2,1,7 6,u  | b5,4 3,1 ~,2 3,5     | 7_,6 ~,5 3 .   |
3,4,5,7 2,1 ~,7 6,u  | 5,3 b2,1 ~,7 5,4   | ~,3 5,~ 3,2 ~,u      | 1 ~ ~ .        |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=64, lowest=57, highest=82)
