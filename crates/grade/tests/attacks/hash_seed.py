# threat: verdicts that depend on hash or random seeds, or on addresses
# kind: stdin
# expect: wrong_answer
# same-output: two zygotes must print the same
import random

print(hash("scrl"), random.random(), list({"a", "b", "c", "d", "e", "f"}), id(object()), random.sample(range(99), 5))
