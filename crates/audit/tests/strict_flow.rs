//! Flows that strict mode reports and flows that it accepts: sources, sinks, sanitizers, guards, functions.

use scrl_audit::{Mode, Module, strict_rules};
use scrl_record::{Confidence, Severity};

/// `id:line` of what strict mode reports on a source that parses.
fn found(source: &str) -> Vec<String> {
    let module = Module::parse(source);
    assert_eq!(module.syntax_error(), None, "{source}");
    let findings = module.findings(Mode::Strict);
    findings
        .iter()
        .map(|finding| format!("{}:{}", finding.id, finding.line))
        .collect()
}

fn flags(expected: &[&str], source: &str) {
    assert_eq!(found(source), expected, "{source}");
}

fn accepts(source: &str) {
    flags(&[], source);
}

#[test]
fn values_are_followed_to_where_they_do_harm() {
    flags(
        &["S104:3"],
        "import sqlite3\ndb = sqlite3.connect('a')\ndb.execute(\"SELECT * FROM t WHERE a = '\" + input() + \"'\")\n",
    );
    flags(
        &["S104:4"],
        "def f(cursor, name):\n    sql = 'SELECT * FROM t WHERE a = %s'\n    sql = sql % name\n    cursor.execute(sql)\n",
    );
    flags(
        &["S105:3"],
        "from flask import request\nimport os\nopen(os.path.join('a', request.args['f']))\n",
    );
    flags(&["S106:2"], "import pickle\npickle.loads(input())\n");
    flags(
        &["S109:3"],
        "import requests\nfrom flask import request\nrequests.get(request.args['url'])\n",
    );
    flags(
        &["S103:2"],
        "import subprocess\nsubprocess.run([input()])\n",
    );
    flags(
        &["S102:2"],
        "import subprocess\nsubprocess.run(['sh', '-c', input()])\n",
    );
    flags(
        &["S112:3"],
        "import re\nfrom flask import request\nre.search(request.args['p'], 'x')\n",
    );
    flags(
        &["S111:5"],
        "from flask import Flask, request\napp = Flask(__name__)\n@app.route('/')\ndef f():\n    return '<p>' + request.args['n']\n",
    );
}

#[test]
fn what_is_written_in_the_source_does_no_harm() {
    accepts("import os\nos.system('clear')\n");
    accepts("import subprocess\nsubprocess.run('ls *.txt', shell=True)\n");
    accepts("import subprocess\ndef f(name):\n    subprocess.run(['ls', name])\n");
    accepts("def f(cursor):\n    cursor.execute('SELECT * FROM ' + 'users' + ' WHERE a = 1')\n");
    accepts("def f(cursor, name):\n    cursor.execute('SELECT * FROM t WHERE a = ?', (name,))\n");
    accepts("def f(items, x, y):\n    return items.find(x + y)\n");
    accepts("n = int(input())\nprint(sorted(map(int, input().split())))\n");
    accepts("import xml.etree.ElementTree as ET\nET.parse('settings.xml')\n");
}

#[test]
fn sanitizers_clean_for_their_own_use() {
    accepts("import os, shlex\nos.system('ls ' + shlex.quote(input()))\n");
    accepts("import os\nos.system('sleep ' + str(int(input())))\n");
    accepts(
        "import os\nfrom flask import request\nopen('a/' + os.path.basename(request.args['f']))\n",
    );
    accepts("import re\nfrom flask import request\nre.search(re.escape(request.args['p']), 'x')\n");
    accepts(
        "import html\nfrom flask import Flask, request\napp = Flask(__name__)\n@app.route('/')\ndef f():\n    return '<p>' + html.escape(request.args['n'])\n",
    );
}

#[test]
fn guards_clear_what_they_dominate() {
    accepts("import os\nn = input()\nif n in ('a', 'b'):\n    os.system('ls ' + n)\n");
    accepts(
        "import os\nn = input()\nif n not in ('a', 'b'):\n    raise ValueError\nos.system('ls ' + n)\n",
    );
    accepts(
        "import os\ndef f():\n    n = input()\n    if not n.isalnum():\n        return\n    os.system('ls ' + n)\n",
    );
    accepts(
        "import os, re\nn = input()\nif re.fullmatch('[a-z]+', n):\n    os.system('ls ' + n)\n",
    );
    accepts(
        "import os\nfrom flask import request\nBASE = '/srv'\np = os.path.realpath(os.path.join(BASE, request.args['f']))\nif not p.startswith(BASE):\n    raise ValueError\nopen(p)\n",
    );
    accepts("import os\nn = input()\nok = n in ('a', 'b')\nif ok:\n    os.system('ls ' + n)\n");
    accepts(
        "import os\ndef known(n):\n    return n in ('a', 'b')\nn = input()\nif known(n):\n    os.system('ls ' + n)\n",
    );
    accepts(
        "import os\ndef demand(n):\n    if n not in ('a', 'b'):\n        raise ValueError\nn = input()\ndemand(n)\nos.system('ls ' + n)\n",
    );
    accepts(
        "from flask import redirect, request\nfrom urllib.parse import urlparse\nHOSTS = {'a.org'}\nurl = request.args['u']\nif urlparse(url).netloc in HOSTS:\n    redirect(url)\n",
    );
}

#[test]
fn guards_clear_nothing_else() {
    flags(
        &["S102:5"],
        "import os\nn = input()\nif n in ('a', 'b'):\n    print(n)\nos.system('ls ' + n)\n",
    );
    flags(
        &["S102:4"],
        "import os\nn = input()\nif n not in ('a', 'b'):\n    os.system('ls ' + n)\n",
    );
    flags(
        &["S102:4"],
        "import os\nn, m = input(), input()\nif m in ('a', 'b'):\n    os.system('ls ' + n)\n",
    );
    flags(
        &["S105:5"],
        "from flask import request\nBASE = '/srv/'\np = BASE + request.args['f']\nif p.startswith(BASE):\n    open(p)\n",
    );
    flags(
        &["S108:4"],
        "from flask import redirect, request\nurl = request.args['u']\nif 'a.org' in url:\n    redirect(url)\n",
    );
    flags(
        &["S108:4"],
        "from flask import redirect, request\nurl = request.args['u']\nif url.startswith('https://a.org'):\n    redirect(url)\n",
    );
}

#[test]
fn functions_pass_on_what_they_are_given() {
    flags(
        &["S102:3"],
        "import os\ndef run(line):\n    os.system(line)\nrun(input())\n",
    );
    flags(
        &["S102:4"],
        "import os\ndef ask():\n    return input()\nos.system(ask())\n",
    );
    flags(
        &["S102:5"],
        "import os\nclass A:\n    def go(self, x):\n        y = x\n        os.system(y)\nA().go(input())\n",
    );
    let findings = Module::parse("import os\ndef run(line):\n    os.system(line)\nrun(input())\n")
        .findings(Mode::Strict);
    assert_eq!(
        (findings[0].severity, findings[0].confidence),
        (Severity::High, Confidence::High)
    );
    assert!(
        findings[0].message.contains("`input()` (line 4)")
            && findings[0].message.contains("through `run`")
    );
    let findings =
        Module::parse("import os\ndef run(line):\n    os.system(line)\n").findings(Mode::Strict);
    assert_eq!(
        (findings[0].severity, findings[0].confidence),
        (Severity::Medium, Confidence::Medium)
    );
}

#[test]
fn settings_are_judged_by_their_values() {
    flags(
        &["S201:2"],
        "import requests\nrequests.get('https://a.org', verify=False)\n",
    );
    flags(
        &["S203:2"],
        "import jwt\njwt.decode(t, k, algorithms=['HS256'], options={'verify_signature': False})\n",
    );
    flags(
        &["S208:3"],
        "from flask import Flask\napp = Flask(__name__)\napp.run(debug=True)\n",
    );
    flags(
        &["S210:2"],
        "import jinja2\njinja2.Environment(loader=None)\n",
    );
    flags(&["S301:2"], "import hashlib\nhashlib.md5(data)\n");
    flags(
        &["S302:2"],
        "import hashlib\nhashlib.sha256(password.encode())\n",
    );
    flags(&["S303:2"], "from Crypto.Cipher import DES\nDES.new(key)\n");
    flags(
        &["S305:2"],
        "from cryptography.hazmat.primitives.ciphers import modes\nmodes.CBC(b'x' * 16)\n",
    );
    flags(&["S501:2"], "import os\nos.chmod('a', 0o777)\n");
    flags(
        &["S120:3"],
        "import tarfile\nwith tarfile.open('a.tar') as t:\n    t.extractall('b')\n",
    );
    for accepted in [
        "import requests\nrequests.get('https://a.org', verify=True)\n",
        "import jwt\njwt.decode(t, k, algorithms=['HS256'])\n",
        "import hashlib\nhashlib.md5(data, usedforsecurity=False)\n",
        "import hashlib\nhashlib.sha256(data)\n",
        "import jinja2\njinja2.Environment(loader=None, autoescape=True)\n",
        "import os\nos.chmod('a', 0o600)\n",
        "import yaml\nyaml.safe_load(input())\n",
        "import tarfile\nwith tarfile.open('a.tar') as t:\n    t.extractall('b', filter='data')\n",
    ] {
        accepts(accepted);
    }
}

#[test]
fn random_numbers_matter_where_they_keep_a_secret() {
    flags(&["S306:2"], "import random\ntoken = random.randint(0, 9)\n");
    flags(
        &["S306:3"],
        "import random\ndef make_password():\n    return ''.join(random.choice('abc') for _ in range(9))\n",
    );
    accepts("import random\nhits = sum(random.random() < 0.5 for _ in range(100))\n");
    accepts("import random\ndef shuffle(deck):\n    random.shuffle(deck)\n    return deck\n");
    accepts("import secrets\ntoken = secrets.token_hex()\n");
}

#[test]
fn secrets_are_told_from_words() {
    flags(&["S401:1"], "api_key = 'sk-Ab12Cd34Ef56Gh78Ij90Kl'\n");
    flags(&["S401:1"], "password = 'hunter2!Xy'\n");
    flags(
        &["S401:2"],
        "import psycopg2\npsycopg2.connect(user='a', password='b4Zq')\n",
    );
    for accepted in [
        "password = ''\n",
        "password = None\n",
        "password = '<your password>'\n",
        "PASSWORD_FIELD = 'password'\n",
        "token = '+'\n",
        "import os\npassword = os.environ['PASSWORD']\n",
        "secret_key = 'change_me_please'\n",
    ] {
        accepts(accepted);
    }
}

#[test]
fn every_finding_says_how_to_mend_it() {
    let findings = Module::parse("import os\nos.system(input())\n").findings(Mode::Strict);
    let rule = strict_rules()
        .iter()
        .find(|rule| rule.id == findings[0].id)
        .unwrap();
    assert!(
        findings[0].message.ends_with(rule.fix),
        "{}",
        findings[0].message
    );
    assert_eq!(findings[0].cwe, rule.cwe);
}

#[test]
fn ordinary_assertions_are_ordinary() {
    accepts("n = int(input())\nassert 1 <= n <= 100\n");
    flags(
        &["S801:2"],
        "def f(user):\n    assert user.is_admin\n    return 1\n",
    );
}
