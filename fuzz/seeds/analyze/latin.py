# -*- coding: latin-1 -*-
assert "é" # nosec: B101,assert_usedx = 1
# â€®
