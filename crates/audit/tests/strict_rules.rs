//! Every rule of strict mode: one program that it flags, and its mended neighbour that nothing flags.

use scrl_audit::{Mode, Module, strict_rules};

/// Starts a Flask handler; lines of its body follow.
const ROUTE: &str = "from flask import *\napp = Flask(__name__)\n@app.route('/')\ndef f():\n";

/// Id, flagged program, accepted program; a leading `@` stands for [`ROUTE`].
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("S101", "eval(input())\n", "eval('1 + 1')\n"),
    (
        "S102",
        "import os\nos.system('ls ' + input())\n",
        "import os\nos.system('ls')\n",
    ),
    (
        "S103",
        "import subprocess\nsubprocess.run([input()])\n",
        "import subprocess\nsubprocess.run(['ls', input()])\n",
    ),
    (
        "S104",
        "@    db.execute(f\"SELECT a FROM t WHERE b = '{request.args['b']}'\")\n",
        "@    db.execute('SELECT a FROM t WHERE b = ?', (request.args['b'],))\n",
    ),
    (
        "S105",
        "@    open('a/' + request.args['f'])\n",
        "@    open('a/' + secure_filename(request.args['f']))\n",
    ),
    (
        "S106",
        "import pickle\npickle.loads(input())\n",
        "import json\njson.loads(input())\n",
    ),
    (
        "S107",
        "import lxml.etree\nlxml.etree.XMLParser(resolve_entities=True)\n",
        "import lxml.etree\nlxml.etree.XMLParser(resolve_entities=False)\n",
    ),
    (
        "S108",
        "@    return redirect(request.args['u'])\n",
        "@    return redirect(url_for('home'))\n",
    ),
    (
        "S109",
        "import requests\nfrom flask import request\nrequests.get(request.args['u'])\n",
        "import requests\nrequests.get('https://a.org/')\n",
    ),
    (
        "S110",
        "@    return render_template_string(request.args['t'])\n",
        "@    return render_template_string('{{ t }}', t=request.args['t'])\n",
    ),
    (
        "S111",
        "@    return '<b>' + request.args['n']\n",
        "@    return render_template('a.html', n=request.args['n'])\n",
    ),
    (
        "S112",
        "@    re.search(request.args['p'], 'x')\n",
        "@    re.search(re.escape(request.args['p']), 'x')\n",
    ),
    (
        "S113",
        "import logging\nlogging.info('by ' + input())\n",
        "import logging\nlogging.info('by ' + input().replace('\\n', ''))\n",
    ),
    (
        "S114",
        "import ldap\ndef f(user):\n    c = ldap.initialize('ldap://a')\n    c.search_s('dc=a', 2, '(uid=' + user + ')')\n",
        "import ldap\nfrom ldap.filter import escape_filter_chars\ndef f(user):\n    c = ldap.initialize('ldap://a')\n    \
         c.search_s('dc=a', 2, '(uid=' + escape_filter_chars(user) + ')')\n",
    ),
    (
        "S115",
        "def f(tree, name):\n    return tree.xpath(\"//a[@b='\" + name + \"']\")\n",
        "def f(tree, name):\n    return tree.xpath('//a[@b=$b]', b=name)\n",
    ),
    (
        "S116",
        "print(input().format(1))\n",
        "print('{}'.format(input()))\n",
    ),
    (
        "S117",
        "@    response = make_response('a')\n    response.headers['X-A'] = request.args['a']\n    return response\n",
        "@    response = make_response('a')\n    response.headers['X-A'] = 'b'\n    return response\n",
    ),
    (
        "S118",
        "import boto3\nc = boto3.client('dynamodb')\ndef f(n):\n    return c.scan(FilterExpression=n + ' = :u')\n",
        "import boto3\nc = boto3.client('dynamodb')\ndef f(n):\n    return c.scan(FilterExpression='n = :u')\n",
    ),
    (
        "S119",
        "@    return str(getattr(app, request.args['a']))\n",
        "def f(p, axis):\n    return getattr(p, axis)\n",
    ),
    (
        "S120",
        "import tarfile\ntarfile.open('a.tar').extractall('b')\n",
        "import tarfile\ntarfile.open('a.tar').extractall('b', filter='data')\n",
    ),
    (
        "S121",
        "@    p = request.files['p']\n    p.save('a/' + p.filename)\n",
        "@    p = request.files['p']\n    p.save('a/' + secure_filename(p.filename))\n",
    ),
    (
        "S122",
        "@    return User(**request.json)\n",
        "@    return User(name=request.json['name'])\n",
    ),
    (
        "S123",
        "import socket\ndef f(out):\n    s = socket.socket().makefile()\n    while True:\n        c = s.read(9)\n        if not c:\n            \
         break\n        out.append(c)\n",
        "import socket\ndef f(out):\n    n, s = 0, socket.socket().makefile()\n    while True:\n        c = s.read(9)\n        if not c or n > 99:\n            break\n        \
         n += len(c)\n        out.append(c)\n",
    ),
    (
        "S124",
        "def f(name):\n    return PAGE_TEMPLATE.format(name=name)\n",
        "import html\ndef f(name):\n    return PAGE_TEMPLATE.format(name=html.escape(name))\n",
    ),
    (
        "S125",
        "def f(db, n):\n    db.execute('SELECT a FROM t WHERE n = %d' % n)\n",
        "def f(db, n):\n    db.execute('SELECT a FROM t WHERE n = ?', (n,))\n",
    ),
    (
        "S201",
        "import ssl\nc = ssl.create_default_context()\nc.check_hostname = False\n",
        "import ssl\nc = ssl.create_default_context()\n",
    ),
    (
        "S202",
        "import ssl\nssl.SSLContext(ssl.PROTOCOL_TLSv1)\n",
        "import ssl\nssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n",
    ),
    (
        "S203",
        "import jwt\njwt.decode(t, verify=False)\n",
        "import jwt\njwt.decode(t, k, algorithms=['HS256'])\n",
    ),
    (
        "S204",
        "import paramiko\nc = paramiko.SSHClient()\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())\n",
        "import paramiko\nc = paramiko.SSHClient()\nc.set_missing_host_key_policy(paramiko.RejectPolicy())\n",
    ),
    (
        "S205",
        "import ftplib\nftplib.FTP('a.org')\n",
        "import os\nos.getcwd()\n",
    ),
    (
        "S206",
        "@    r = make_response('a')\n    r.set_cookie('s', 'b')\n    return r\n",
        "@    r = make_response('a')\n    r.set_cookie('s', 'b', secure=True, httponly=True)\n    return r\n",
    ),
    (
        "S207",
        "from flask_cors import CORS\nCORS(app, origins='*', supports_credentials=True)\n",
        "from flask_cors import CORS\nCORS(app, origins='https://a.org', supports_credentials=True)\n",
    ),
    (
        "S208",
        "from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n",
        "from flask import Flask\napp = Flask(__name__)\napp.run()\n",
    ),
    (
        "S209",
        "import socket\ns = socket.socket()\ns.bind(('0.0.0.0', 80))\n",
        "import socket\ns = socket.socket()\ns.bind(('127.0.0.1', 80))\n",
    ),
    (
        "S210",
        "from jinja2 import Environment\nEnvironment()\n",
        "from jinja2 import Environment, select_autoescape\nEnvironment(autoescape=select_autoescape())\n",
    ),
    (
        "S211",
        "app.config['WTF_CSRF_ENABLED'] = False\n",
        "app.config['WTF_CSRF_ENABLED'] = True\n",
    ),
    (
        "S301",
        "import hashlib\nhashlib.md5(data)\n",
        "import hashlib\nhashlib.sha256(data)\n",
    ),
    (
        "S302",
        "import hashlib\nhashlib.sha256(password)\n",
        "import hashlib, os\nhashlib.pbkdf2_hmac('sha256', password, os.urandom(16), 600000)\n",
    ),
    (
        "S303",
        "from Crypto.Cipher import AES\nAES.new(key, AES.MODE_ECB)\n",
        "from Crypto.Cipher import AES\nAES.new(key, AES.MODE_GCM)\n",
    ),
    (
        "S304",
        "from Crypto.PublicKey import RSA\nRSA.generate(1024)\n",
        "from Crypto.PublicKey import RSA\nRSA.generate(3072)\n",
    ),
    (
        "S305",
        "from Crypto.Cipher import AES\nAES.new(key, AES.MODE_CBC, b'0' * 16)\n",
        "from Crypto.Cipher import AES\nimport os\nAES.new(key, AES.MODE_CBC, os.urandom(16))\n",
    ),
    (
        "S306",
        "import random\ntoken = random.random()\n",
        "import random\nsample = random.random()\n",
    ),
    (
        "S307",
        "import hashlib\nhashlib.pbkdf2_hmac('sha256', password, b'salt', 600000)\n",
        "import hashlib, os\nhashlib.pbkdf2_hmac('sha256', password, os.urandom(16), 600000)\n",
    ),
    (
        "S308",
        "def f(a, signature):\n    return a == signature\n",
        "import hmac\ndef f(a, signature):\n    return hmac.compare_digest(a, signature)\n",
    ),
    ("S401", "password = 'hunter2!Xy'\n", "password = ''\n"),
    (
        "S402",
        "import psycopg2\npsycopg2.connect(user='a', password='')\n",
        "import psycopg2, os\npsycopg2.connect(user='a', password=os.environ['P'])\n",
    ),
    (
        "S501",
        "import os\nos.chmod('a', 0o777)\n",
        "import os\nos.chmod('a', 0o600)\n",
    ),
    (
        "S502",
        "import tempfile\ntempfile.mktemp()\n",
        "import tempfile\ntempfile.mkstemp()\n",
    ),
    (
        "S503",
        "import os\ndef f(p):\n    if os.path.exists(p):\n        os.remove(p)\n",
        "import os\ndef f(p):\n    try:\n        os.remove(p)\n    except FileNotFoundError:\n        pass\n",
    ),
    (
        "S504",
        "import os\nos.setuid(0)\n",
        "import os\nos.setuid(1000)\n",
    ),
    (
        "S601",
        "@    try:\n        g()\n    except Exception as e:\n        return str(e)\n",
        "@    try:\n        g()\n    except Exception as e:\n        return 'sorry'\n",
    ),
    (
        "S602",
        "import logging\ndef f(password):\n    logging.info('with %s', password)\n",
        "import logging\ndef f(user):\n    logging.info('as %s', user)\n",
    ),
    (
        "S603",
        "def f(db, user, password):\n    db.execute('INSERT INTO users (name, password) VALUES (?, ?)', (user, password))\n",
        "def f(db, user, password):\n    db.execute('INSERT INTO users (name, password) VALUES (?, ?)', (user, slow_hash(password_of(user))))\n",
    ),
    (
        "S701",
        "import re\nre.compile('(a+)+$')\n",
        "import re\nre.compile('a+$')\n",
    ),
    (
        "S702",
        "import re\nre.compile('www.example.com')\n",
        "import re\nre.compile(r'www\\.example\\.com')\n",
    ),
    (
        "S703",
        "import re\nre.sub('<script>.*</script>', '', x)\n",
        "import re\nre.sub('<[^>]*>', '', x)\n",
    ),
    (
        "S801",
        "def f(user):\n    assert user.is_admin\n",
        "def f(user):\n    assert user.age >= 0\n",
    ),
    (
        "S802",
        "import pam\npam.pam_authenticate(h, 0)\n",
        "import pam\npam.pam_authenticate(h, 0)\npam.pam_acct_mgmt(h, 0)\n",
    ),
    (
        "S803",
        "import time\ntime.clock()\n",
        "import time\ntime.perf_counter()\n",
    ),
    (
        "S804",
        "def f(x):\n    return x is 'a'\n",
        "def f(x):\n    return x is None\n",
    ),
];

fn ids(example: &str) -> Vec<String> {
    let source = match example.strip_prefix('@') {
        Some(body) => format!("{ROUTE}{body}"),
        None => example.to_owned(),
    };
    let module = Module::parse(&source);
    assert_eq!(module.syntax_error(), None, "{source}");
    let findings = module.findings(Mode::Strict);
    findings.into_iter().map(|finding| finding.id).collect()
}

#[test]
fn every_rule_flags_its_example() {
    let missed: Vec<_> = EXAMPLES
        .iter()
        .map(|(id, flagged, _)| (id, ids(flagged)))
        .filter(|(id, found)| !found.iter().any(|other| other == *id))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn the_mended_neighbours_are_accepted() {
    let flagged: Vec<_> = EXAMPLES
        .iter()
        .map(|(id, _, accepted)| (id, ids(accepted)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert!(flagged.is_empty(), "{flagged:?}");
}

#[test]
fn every_rule_has_an_example() {
    let shown: Vec<&str> = EXAMPLES.iter().map(|(id, ..)| *id).collect();
    let rules: Vec<&str> = strict_rules().iter().map(|rule| rule.id).collect();
    assert_eq!(shown, rules);
}
