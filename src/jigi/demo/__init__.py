"""A country that does not exist, to see the real code at work: a fictitious population, a chain, a bench.

`population` draws households, members, community lists and a survey to files, by seed, on the published
figures of Mali; the demonstration then imports them through the same door as a user. Nobody in them exists,
and every form number, village and enumerator says so.
"""
