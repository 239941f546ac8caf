"""Who is put forward: quotas, community lists, proxy means test, ranking, frozen with reasons.

Targeting ranks; enrolment decides; payments pay. Its error is measured and said, never hidden.
"""
