"""Stands for pip in the stacks of tests, where Pulumi asks it twice a command what is installed.

That is a third of the time of most commands. The answers are the same.
"""
