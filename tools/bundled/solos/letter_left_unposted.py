"""Letter Left Unposted: a ballad in Eb, tenor saxophone; one slow line, then the whole letter."""

from tools.bundled.lines import WrittenSolo

CHART = """
title: Letter Left Unposted
tempo: 66
key: Eb

Ebmaj7 | Cm7  | Fm7 | Bb7  | Gm7 | C7b9 | Fm7 Bb7     | Ebmaj7 |
Abmaj7 | Abm6 | Gm7 | C7b9 | Fm7 | Bb7  | Ebmaj7 Abm6 | Eb6    |
"""

# The motif opens from the third over the fifth to the seventh.
FIRST = """
@67 .,3 ~,5 7 ~ | ~,6,5,3 2_,1 ~ .         | .,1,2,3 5 ~,4 3    | ~,.,5,6 7,b2,1,7 ~ 5         |
~,3 ~ . .,5     | 3,5,7,2 1 ~,7,6,5 3      | 3 ~,5 2,1,7,5 ~,>3 | ~ . . .,.,o,u                |
5 ~ ~,3 2,1     | ~,.,3,5 6,5,3,2 1 ~      | ~,7 5,3 ~ .        | .,.,3,5 7,2,1,7 5,6,5,b5 4,3 |
1 ~,2,3,5 7 ~   | ~,6,b6,5 3,5,b2,1 7_,5 ~ | 3 ~ .,5,3,1 ~,>3   | ~ ~ . .                      |
"""
SECOND = """
.,3,5,7 2,1,7,6 5,b5,4,3 .  | .,1,2,3 5,4,3,1 7_,~,~,5 ~       |
.,.,1,2 3,5,7,2 1,7,6,b6 5  | ~,3,4,b5 5,6,7,b2 1 .            |
5 ~,4,3,1 ~ .               | .,1,3,5 7,2,1,7 6,5,4,3 2_,1,7,5 |
3,~,5,7 ~ b2,1,7,6 5,b5,4,o | 5! ~ . .                         |
.,3 ~,5 7 ~,6               | 5,b5,4,3 2,3,5,6 ~ 5             |
~,.,1,2 3,5,b6,5 4,3,2,1 7_ | 3,5,7,2 1,7,6,5 3 .              |
.,1,2,3 5,7,2,1 ~ 7,6       | ~,b6,5,3 b2,1,7,5 ~,o,u,>3 ~     |
~ .,2,3,5 6,5,3,~ 2_,1      | 3 ~ ~ .                          |
"""
SOLO = WrittenSolo(
    CHART, (FIRST, SECOND), program=66, lowest=52, highest=77, comping=("0+2 2+2", "0+4", "0+3")
)
