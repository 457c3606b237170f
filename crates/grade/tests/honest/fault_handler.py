# idiom: faulthandler
# stdin: x
# expected: enabled
import faulthandler

faulthandler.enable()
print("enabled" if faulthandler.is_enabled() else "disabled")
