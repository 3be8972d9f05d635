"""Night Tram Depot: a slow blues in Bb, tenor saxophone; triplets that talk, and sixteenths that answer."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Night Tram Depot
tempo: 76
key: Bb

Bb7 | Eb7   | Bb7     | Fm7 Bb7    |
Eb7 | Edim7 | Bb7     | Dm7b5 G7b9 |
Cm7 | F7    | Bb7 Eb7 | Bb7        |
"""

# The motif leans into the third from below and stays on the sixth.
FIRST = """
@58 . .,u,3 5 ~,6   | ~,5 3,2,1 . .    | . .,.,tb3 t3,t5,t6 t1 | ~ .,5 7,b2,1,7 6,5   |
3 ~ . .,.,u         | 1,7,5,4 3,1 ~ .  | . .,u,3 ~,5,~ ~,6,o   | 1 .,3 3,2,1,7 5,u    |
4,3,2,1 ~,5 ~,7 ~,6 | ~,7,6,5 b5,4 3 . | .,tb3,t3 t1 . .       | . . .,.,t5 tb7,t6,t5 |
"""
SECOND = """
t6,t5,t6,t1 t2,t1,t6,t5 t3 . | .,5,6,7 2,1,7,6 5,3 ~             |
~ .,.,tb3 t2,tb3,t3,t5 t6,t1 | ~,5,3,1 7,1,3,5 3,b3,2,b2 1,7,6,5 |
3! ~ ~,.,tb3 t3_,tb3,t1      | ~ .,1,3,5 7,5,3,1 .               |
. .,.,t5 ~,tb7!,~ t6,t5,tb3  | ~,.,3 5,7,5,3 3,5,7,2 1,7,6,5     |
~,~,2 1,~,7 ~,5 .            | .,3,5,7 2,b2,1,7 6,5,b5,4 3,u     |
5! ~,tb3 t1 .,.,t6           | t1 ~ ~ .                          |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=66, lowest=51, highest=76)
