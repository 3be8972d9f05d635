"""Roundabout Sunday: a round of fifths in A minor, flugelhorn; a figure that takes every exit in turn."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Roundabout Sunday
tempo: 160
key: A minor

Am7 | Dm7 | G7 | Cmaj7 | Fmaj7 | Bm7b5 | E7b9 | Am7 |
Am7 | Dm7 | G7 | Cmaj7 | Bm7b5 | E7b9  | Am7  | Am6 |
"""

# The figure: the third, late, down to the root and the fifth below; every chord has it in turn.
FIRST = """
@69 .,3 ~,2 1,v5 ~ | .,3 ~,2 1,v5 ~   | .,3 ~,2 1,7 6_,5    | 3,5 . . . |
.,3 ~,2 1,v5 ~     | .,3 ~,2 1,5 .,u  | 3,4,5,7 2,1 ~,7 5   | ~,3 ~ . . |
.,1 #1,2 3,5 ~,7   | ~,5 b5,4 3 .     | .,3 5,7,b2 1,7 6_,u | 5 .,3 ~ . |
.,1 3,5 ~,4 3,1    | ~,2 1,7 6_,5 3,u | 5 ~,4 3,2,1,7 1     | . . . .,5 |
"""
SECOND = """
1,2,3,5 7,5 ~,3 2,1 | ~,3 5,7 ~,6 b6,5     | ~,3 5,b2,1 7 .,5      | 3,2,1,7 6,5 ~ .  |
.,3 ~,2 1,v5 ~,#4   | 3,1,2,3 5,4 ~,3 1    | 3,5,7,2 1,#7 7,6 5_,o | 3! ~ .,2 3,5     |
~,7,6,b6 5 . .      | .,1,2,3 5,7 ~,2 1,o  | b6,5 3,b3 2,b2 1      | ~,7 5,3 ~,4 #4,o |
4,3 .,u 1,3,5,4 ~,3 | 2,1,7,6 5,4 3,2 1_,7 | 3 ~,2 1,5 ~           | 1 ~ ~ .          |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=60, lowest=55, highest=80)
