# -*- coding: utf-8 -*-
import hashlib, os, pickle as p, random, subprocess, tarfile, tempfile, yaml, torch
from xml.etree import ElementTree as ET
import xmlrpc.client, telnetlib, ftplib
from Crypto.PublicKey import RSA
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from markupsafe import Markup
import django.db.models, django.utils.safestring, flask, jinja2, logging.config, mako, paramiko, pysnmp.hlapi, requests, ssl
import transformers

assert os  # nosec B101
exec("x"); eval("y")
os.chmod("/tmp/x", 0o777)
os.chmod([b'a', 1.5e300, {1: 2}], 0o022)
s.bind(("0.0.0.0", 80))
password = "hunter2"
d = {"token": 1e16, "secret": None, 'pass': ...}
connect(password="x", **options)
app.run(debug=True)
t.extractall(members=f(t)); t.extractall(members=[x]); t.extractall(path, filter="data")
p.loads(data); random.random(); tempfile.mktemp(); ET.parse(x)
hashlib.md5(x, usedforsecurity=False); hashlib.new("sha1")
requests.get(url, verify=False, timeout=None)
ssl.wrap_socket(s, ssl_version=ssl.PROTOCOL_SSLv3); f(method="SSLv2_METHOD")
RSA.generate(bits=512); rsa.generate_private_key(3, 1024); ec.generate_private_key(ec.SECP192R1)
yaml.load(x, Loader={[]}); yaml.load(x)
c.set_missing_host_key_policy(paramiko.AutoAddPolicy()); c.exec_command(x)
pysnmp.hlapi.CommunityData(mpModel=0); pysnmp.hlapi.UsmUserData()
subprocess.run("ls " + x, shell=True); os.system("tar cf x *"); os.execl("ls")
o.extra(where=[x], select={"a": b}); RawSQL(x)
logging.config.listen(9); torch.load(x); transformers.A.from_pretrained("a", revision="main")
jinja2.Environment(f(autoescape=select_autoescape()))
mako.template.Template(x); Markup(f"{x}"); __import__("pickle")
