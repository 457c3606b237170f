# idiom: many modules of the standard library
# stdin: x
# expected: ok
import array, base64, binascii, calendar, cmath, csv, dataclasses, difflib, enum, hashlib, html, ipaddress, json
import logging, numbers, pickle, pprint, secrets, sqlite3, struct, tempfile, textwrap, unicodedata, uuid, zlib
import unittest, urllib.parse, xml.etree.ElementTree, zoneinfo, ctypes, multiprocessing, subprocess, socket

logging.basicConfig()
logging.warning("to standard error")
secrets.token_hex(4)
uuid.uuid4()
database = sqlite3.connect(":memory:")
database.execute("create table t (a)")
print("ok" if hashlib.sha256(b"").hexdigest().startswith("e3b0") else "wrong")
