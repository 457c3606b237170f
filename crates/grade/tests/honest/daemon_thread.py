# idiom: a daemon thread that is still there at the end
# stdin: x
# expected: end
import threading
import time

threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print("end")
