"""Soup Kitchen Stomp: gospel changes in F, alto saxophone; a call on the second, ladled out again."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Soup Kitchen Stomp
tempo: 116
key: F

F6 | A7b9 | Dm7 | F7 | Bb6   | Bdim7     | F6    | D7b9 |
G7 | %    | C7  | %  | F6 F7 | Bb6 Bdim7 | F6 C7 | F6   |
"""

# The call: fifth, sixth, root and a second that is held.
FIRST = """
@65 . .,t5 t6,t1 ~,t2 | ~,6 5,3 ~ .     | . .,1 3,4 ~,b5          | ~,b3 2,1 5,~ .   |
.,t5 t6,t1 ~,t2 ~     | ~,1 7,b6 5 .    | . .,t5,tb5 t4,tb3 t1    | .,3 5,7,2 1 ~,7  |
3 .,b3 2,1 ~,7        | ~,5 b5,4 3_,1 . | .,b3,3 5,6 ~,1 7        | ~,6,5,3 b3,2 1 . |
.,t5 t6,t1 tb3,t3 t1  | 5 ~,6 7,5 3,1   | t5,t3 ~,t6 t5_,t3 t2,>1 | ~ ~ . .          |
"""
SECOND = """
5,6,1,2 3,b3,2,1 6_ ~,5 | 3,5,7,2 1,7 ~,6 5   | ~,1 b5,4,3 1 .,1          | 3,4,b5,5 7,6 ~,b3 2,o |
3 .,5,6,1 ~,2 1         | 1,7,6,5 4_,5 ~,3 .  | .,t5 tb7!,t6 t5,tb3,t3 t1 | ~,2 1,7,6,5 3 ~,u     |
3,5 ~,6 7,b2,1 7        | 6,b6,5 3,b3 2_,1 ~  | .,3,5,7 2,1,7,6 5 ~,b5    | 4,3 b2,1 ~,7 .        |
t5! ~,t6 tb3,t3 t1      | .,#4 5,6 1,7,b6,5 3 | t5,t3 t1,t6 ~,7 6_,5      | 1 ~ ~ .               |
"""
SOLO = WrittenSolo(CHART, (FIRST, SECOND), program=65, lowest=56, highest=81)
