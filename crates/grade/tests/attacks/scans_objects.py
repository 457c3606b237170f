# threat: looking for the expected output among all Python objects
# kind: stdin
# expect: wrong_answer
import gc

needle = "expected" + "-output-"
seen, queue = set(), list(gc.get_objects())
while queue and len(seen) < 300000:
    item = queue.pop()
    if id(item) in seen:
        continue
    seen.add(id(item))
    if isinstance(item, str) and needle in item and len(item) > len(needle):
        print(item[item.index(needle):])
        break
    queue.extend(gc.get_referents(item))
print("searched")
