"""Handing out and grading the exercises; built on nbgrader.  See TEACHING.md."""
