"""Downhill Ledger: cadences that slide down by semitones, tenor saxophone; every entry a line lower."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Downhill Ledger
tempo: 140
key: G

Am7 D7 | Abm7 Db7 | Gmaj7 | %  | Gm7 C7   | F#m7 B7 | Fmaj7 | % |
Bm7 E7 | Bbm7 Eb7 | Am7   | D7 | Bm7 E7b9 | Am7 D7  | G6    | % |
"""

# The motif climbs the minor chord and is carried down into the next cadence.
FIRST = """
@66 .,3 5,7 3,2 ~,1 | ~,5 3,1 3,b3 2_,b2 | 5 ~ .,6 5,3  | ~ . . .               |
.,3 5,7 3,2 ~,1     | ~,6 5,b5 4,3 b2,1  | 5 ~,3 2_,1 ~ | . . . .,5             |
1,2 3,5 3,b3 2_,1   | #4,5 3,2 o,3 b2,u  | 5,~ 4,3 1 .  | .,3,5,7 b2,1 ~,7 6,b6 |
1 ~ .,5 2,1         | 5,4 ~ 3,b3 2,b2    | 5 ~ . .      | . . . .               |
"""
SECOND = """
5,b5,4,3 1,3 3,5,7,b2 1,7 | 3 ~,5 7,6 ~,5      | ~,2 3,5,7 6,5 .  | . .,o u,5 #4,5    |
~,4 3,1 3,4,5,7 ~,2       | 5,3 ~,1 3,b3 2_,b2 | 5! .,6 7,2 ~,1   | ~,7,6,5 3 . .     |
.,#7 1,3 2,3,5,b2 1,u     | ~,1 5,~ ~,7 6,5    | 1,2,3,5 7 ~,b6 5 | ~,4 3,b3,2 b2,1 7 |
1,3 ~,5 3,2 ~,1           | ~,3 2,1 3,5 b2_,o  | 3 ~,2 1,6 ~      | 1 ~ ~ .           |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=66, lowest=54, highest=80)
