"""When somebody who lives now may have been born."""

import datetime as dt

# An earlier day is a slip of the pen: nobody lives who saw it.
EARLIEST = dt.date(1900, 1, 1)
