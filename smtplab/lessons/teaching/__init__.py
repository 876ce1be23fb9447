"""What does a teacher need? A class set of notebooks, the answers for each seed, and grades.

class_set.py   a folder for each student, with notebooks of an own seed
key.py         the answers for some seeds, side by side
judging.py     an answer that was handed in, judged anew for the seed that its student was given
hand_ins.py    a whole class of them, each in a process of its own
grades.py      the grades as a table and as a picture
"""
