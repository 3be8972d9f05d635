"""Stairs to the Attic: cadences that step down in whole tones, alto saxophone; one line, floor by floor."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Stairs to the Attic
tempo: 168
key: C

Dm7 | G7  | Cmaj7 | %     |
Cm7 | F7  | Bbmaj7 | %    |
Bbm7 | Eb7 | Abmaj7 | %   |
Dm7b5 | G7b9 | Cmaj7 | C6 |
"""

# The motif climbs the minor chord to its ninth; each floor repeats it and comes down another way.
FIRST = """
@69 .,1 3,5 7,2 1 | ~,7 6,b6 4_,o u,2  | ~,3 5 . .      | . . .,5 #5,6     |
@67 .,1 3,5 7,2 1 | ~,b2 1,#7 7,6 b6,5 | 3 ~,2 #2,3,5 . | . . . .          |
@65 .,1 3,5 7,2 1 | ~,7 5,#4 4,3 2,b2  | 5 ~,6 5,3 .    | . .,5 3,2,b2 1,7 |
6,5 ~ .,u 1,#2    | 7,6 5,4 3,b3,2 1,7 | ~,3 ~ ~,5 ~    | . . . .,5        |
"""
SECOND = """
3,4,5,7 2,1,7,6 5 .,u | 3,5 7,b2 1,7 6_,u        | 5,~ o,u,3 ~,5 #5,6 | 5,b5,4 3 . . |
.,1 3,5 ~,2 1,7       | ~,b2 1,7 ~,4 o,u         | 5! .,5 6,7 2,1     | b7,6 5,3 . . |
3,1 3,5 7,5 2,o       | 7,1,2,3 4,5,6,7 ~,2 1_,7 | 3,2 ~ .,5 #5,6     | ~,3 . . .    |
.,u 3,5 7,6 5,1       | 7,6 5,4 3,2 #7,7         | 5,~ o,u,3 ~,5 b3,2 | 1 ~ ~ .      |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=65, lowest=57, highest=82)
