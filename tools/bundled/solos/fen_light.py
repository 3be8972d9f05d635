"""Fen Light: a mode and its shadow a semitone up, soprano saxophone; fourths, space, and long scales."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Fen Light
tempo: 138
key: D dorian

Dm7  | % | % | % | % | % | % | % |
Ebm7 | % | % | % | Dm7 | % | % | % |
"""

# The motif: two fourths up and a step back.
FIRST = """
@69 . .,5 ^1,^4 ~,3 | ~ . . .             | . @69 .,5 ^1,^4 3,1 | ~,2 ~ . .     |
.,1 2,3 4,5 6,7     | ~ 5,4 3_,1 2        | . . .,7 1,2         | ~ ~ . .       |
. @69 .,5 ^1,^4 ~,3 | ~ .,2 3,1 ~         | .,7 1,2 3,2,1,7 5   | ~ . .,b5 >5,~ |
~ ~ .,5 7,1         | 2,3,4,5 3,2,1,7 2 . | . .,3 2,1 7,u       | 1 ~ . .       |
"""
SECOND = """
.,1 2,3 5,4 3,1  | 2,7 1,5 ~ .         | .,5 6,7 1,2,3,4 5,3 | 4,2 3,1 7_,o u,o     |
5! ~ .,4 b5,o    | 3,4,5,6 7,1,2,1 7 . | . @81 .,5 v2,v6 ~   | 5,4 3,2,b2 1,7 b7,>1 |
~,2 3,5 ^1,7 5,4 | 3,2 1_,7 5,4 3,o    | 1 @69 .,5 ^1,^4 ~,3 | ~,1 2,7_ 1,b2 >1,~   |
~,7 5,4 ~ .      | . @69 .,5 ^1,^4 ~,3 | ~,1 2 . .,u         | 1 ~ ~ .              |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=64, lowest=57, highest=88)
