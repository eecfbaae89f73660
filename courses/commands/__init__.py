"""Every change of a course; one function per thing a person does."""
