"""MedCom's XML letters, read into plain values; knows no case.

`parse(bytes)` answers with a Message, or raises Unreadable (mend the file) or NotOurs (right file,
wrong desk). Both say why in Danish.
"""

from roegfri.medcom.answers import Answered, read_answer
from roegfri.medcom.faults import Fault, NotOurs, Unreadable
from roegfri.medcom.glance import End, Glance, glance, readable
from roegfri.medcom.messages import (
    Diagnosis,
    Envelope,
    Kind,
    Letter,
    Message,
    Party,
    Patient,
    Phone,
    Status,
)
from roegfri.medcom.parsing import parse

__all__ = [
    "Answered",
    "Diagnosis",
    "End",
    "Envelope",
    "Fault",
    "Glance",
    "Kind",
    "Letter",
    "Message",
    "NotOurs",
    "Party",
    "Patient",
    "Phone",
    "Status",
    "Unreadable",
    "glance",
    "parse",
    "read_answer",
    "readable",
]
