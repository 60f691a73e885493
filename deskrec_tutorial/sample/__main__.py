"""The command that is named inside the shipped zips; the simulator does it."""

import sys

from deskrec_simulator.__main__ import main

sys.exit(main())
