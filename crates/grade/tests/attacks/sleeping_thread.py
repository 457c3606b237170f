# threat: a thread that sleeps after the main program has ended
# kind: stdin
# expect: time_limit
import threading
import time

threading.Thread(target=time.sleep, args=(3600,)).start()
