# idiom: time, locale, platform and temporary names
# stdin: x
# expected: ok
import datetime
import locale
import platform
import time

locale.getlocale()
platform.python_version()
time.strftime("%Y")
datetime.datetime.now().astimezone()
print("ok")
