"""The watched folder: what lies in it is taken in, receipts are put there (docs/medcom.md).

places.py     the folders, opened so that no link leads out of them
files.py      which files are whole, what is in them, how they leave
taking.py     a set of them taken in by one transaction
outbound.py   receipts written
sweeping.py   all of it, once; what the beat asks for every few seconds
"""

from referrals.intake.folder.sweeping import sweep

__all__ = ["sweep"]
