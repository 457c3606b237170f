# threat: output flood on standard output
# kind: stdin
# expect: output_limit
while True:
    print("flood" * 1000)
