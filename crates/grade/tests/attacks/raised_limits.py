# threat: raising its own limits
# kind: stdin
# expect: accepted
# expected: contained
import resource

raised = []
for name in ("NOFILE", "FSIZE", "CPU", "CORE", "MSGQUEUE"):
    number = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(number)
    for value in (hard + 1 if hard > 0 else 1, resource.RLIM_INFINITY):
        try:
            resource.setrlimit(number, (value, value))
            if resource.getrlimit(number)[1] != hard:
                raised.append(name)
        except (OSError, ValueError):
            pass
print("contained" if not raised else raised)
