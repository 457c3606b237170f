# threat: sleeping past every CPU limit
# kind: stdin
# expect: time_limit
import time

time.sleep(3600)
