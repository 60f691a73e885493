# Settings of the course: nbgrader reads this file in the course's folder.
c = get_config()  # type: ignore[name-defined]  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "deskrec"
c.ClearSolutions.code_stub = {
    "python": "# YOUR CODE HERE\n"
    'raise NotImplementedError("no answer yet: replace this line by your own code")'
}
c.OverwriteCells.add_missing_cells = True
c.Execute.timeout = 30
