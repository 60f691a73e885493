"""The command that is named inside the shipped zips; the simulator does it."""

import runpy

runpy.run_module("deskrec_simulator", run_name="__main__")
