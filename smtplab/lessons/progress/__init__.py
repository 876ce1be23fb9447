"""What has a learner answered? One small file knows it, which the learner can read, copy and delete.

file.py      where the file is, what stands in it, and how it is read and written
answers.py   answers as text, and back
keeping.py   what a check does with it: quietly, whatever happens
"""
