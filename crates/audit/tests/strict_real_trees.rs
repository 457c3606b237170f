//! What strict mode once said wrongly of real projects (pip, Flask, Django, Werkzeug, urllib3): each with the neighbour
//! that it must go on flagging.

use scrl_audit::{Mode, Module};

/// Ids, accepted program, flagged program.
const PAIRS: &[(&str, &str, &str)] = &[
    // Whoever starts a program names its files and helpers, but must not have text run.
    (
        "S105",
        "import sys\nwith open(sys.argv[1]) as f:\n    f.read()\n",
        "import sys\nwith open('/srv/data/' + sys.argv[1]) as f:\n    f.read()\n",
    ),
    (
        "S103 S102",
        "import os, subprocess\nsubprocess.run([os.environ['PAGER'], 'a.txt'])\n",
        "import os\nos.system(os.environ['EDITOR'] + ' a.txt')\n",
    ),
    (
        "S109",
        "import sys, requests\nrequests.get(sys.argv[1], timeout=9)\n",
        "import requests\nrequests.get(input(), timeout=9)\n",
    ),
    (
        "S101",
        "import sys\ndef show(path):\n    with open(path) as f:\n        print(f.read())\nshow(sys.argv[1])\n",
        "import sys\ndef show(text):\n    print(eval(text))\nshow(sys.argv[1])\n",
    ),
    (
        "S113",
        "import logging, sys\nlogging.info('reads %s', sys.argv[1])\n",
        "import logging\nlogging.info('reads ' + input())\n",
    ),
    // A directory that a caller names is the caller's affair, a name that is put behind one is not.
    (
        "S105",
        "import os\ndef f(folder):\n    with open(os.path.join(folder, 'a.txt')) as f:\n        return f.read()\n",
        "import os\ndef f(folder, name):\n    with open(os.path.join(folder, name)) as f:\n        return f.read()\n",
    ),
    (
        "S105",
        "from pathlib import Path\ndef f(folder):\n    return (Path(folder) / 'a.txt').read_text()\n",
        "from pathlib import Path\ndef f(folder, name):\n    return (Path(folder) / name).read_text()\n",
    ),
    (
        "S105",
        "def f(formatter, a):\n    formatter.write_text(f'<{a}> {a}')\n",
        "from pathlib import Path\ndef f(base, a):\n    (Path(base) / a).write_text('b')\n",
    ),
    (
        "S119",
        "import sys\nfor name in ('stdout', 'stderr'):\n    getattr(sys, name).flush()\n",
        "import os\nfor name in ('sys' + 'tem', 'sep'):\n    getattr(os, name)('ls')\n",
    ),
    (
        "S119",
        "class A:\n    def f(self, names):\n        own = vars(self)\n        return [own[name] for name in names]\n",
        "import os\ndef f(name):\n    return vars(os)[name]('ls')\n",
    ),
    (
        "S208",
        "class Parser:\n    def trace(self):\n        self.debug = True\n",
        "from flask import Flask\napp = Flask(__name__)\napp.debug = True\n",
    ),
    (
        "S301",
        "import hashlib\ndef f(parts):\n    h = hashlib.md5(usedforsecurity=False)\n    h.update(parts)\n    return h\n",
        "import hashlib\ndef f(parts):\n    h = hashlib.md5(b'')\n    h.update(parts)\n    return h\n",
    ),
    (
        "S401",
        "CSRF_FAILURE_TEMPLATE_NAME = '403_csrf.html'\nSESSION_KEY = '_auth_user_id'\n\
         def f(password_field_name='password2'):\n    return password_field_name\n",
        "API_SECRET = '403_csrf.Html'\n",
    ),
    (
        "S104",
        "class A:\n    def f(self):\n        return 'alter_%s_table' % self.name\n    def g(self):\n        \
         return f'Create index {self.name} on {self.table}'\n",
        "class A:\n    def f(self):\n        return 'ALTER TABLE %s DROP COLUMN a' % self.name\n",
    ),
    (
        "S108",
        "from django.http import HttpResponseRedirect\ndef f(request):\n    return HttpResponseRedirect(request.get_full_path())\n",
        "from django.http import HttpResponseRedirect\ndef f(request):\n    return HttpResponseRedirect(request.GET['next'])\n",
    ),
    (
        "S108",
        "from django.http import HttpResponseRedirect\ndef f(request):\n    return HttpResponseRedirect('%s/?a=1' % request.path)\n",
        "from django.http import HttpResponseRedirect\ndef f(request):\n    return HttpResponseRedirect(request.path[1:])\n",
    ),
    (
        "S108",
        "from django.http import HttpResponseRedirect\nfrom django.urls import reverse\n\
         def f(request):\n    return HttpResponseRedirect(reverse('a', args=(request.GET['b'],)))\n",
        "from django.http import HttpResponseRedirect\ndef f(request):\n    return HttpResponseRedirect(request.path.lstrip('/'))\n",
    ),
    (
        "S101",
        "def f(lineno):\n    return compile('\\n' * (lineno - 1) + 'x = 1', 'a.py', 'exec')\n",
        "def f(text):\n    return compile(text * 2, 'a.py', 'exec')\n",
    ),
    (
        "S501",
        "import os\nmask = os.umask(0)\nos.umask(mask)\n",
        "import os\nmask = os.umask(0)\nopen('a', 'w').close()\nos.umask(mask)\n",
    ),
    (
        "S701",
        "import re\nre.compile(r'(?:\\r\\n|\\r|\\n){2,}')\n",
        "import re\nre.compile(r'(?:\\r\\n|\\r|\\n)+$')\n",
    ),
    (
        "S702",
        "import re\nre.compile(r'''\n    (\\w+@)?  # user\n    ([^/:]+): # github.com\n''', re.VERBOSE)\n",
        "import re\nre.compile(r'''\n    (\\w+@)?  # user\n    github.com # host\n''', re.VERBOSE)\n",
    ),
];

fn found(source: &str) -> Vec<(String, u32)> {
    let module = Module::parse(source);
    assert_eq!(module.syntax_error(), None, "{source}");
    let findings = module.findings(Mode::Strict);
    let place = findings
        .into_iter()
        .map(|finding| (finding.id, finding.line));
    place.collect()
}

#[test]
fn what_was_flagged_wrongly_is_accepted() {
    for (_, accepted, _) in PAIRS {
        assert_eq!(found(accepted), [], "{accepted}");
    }
}

#[test]
fn the_neighbours_are_flagged() {
    for (ids, _, flagged) in PAIRS {
        let seen = found(flagged);
        let told = |id: &str| seen.iter().any(|(other, _)| other == id);
        assert!(ids.split(' ').any(told), "{flagged}\n{seen:?}");
    }
}

#[test]
fn code_that_is_compiled_and_run_is_reported_once() {
    let source = "import os\nwith open(os.environ['START']) as f:\n    exec(compile(f.read(), f.name, 'exec'))\n";
    assert_eq!(found(source), [("S101".to_owned(), 3)]);
}

#[test]
fn a_broken_hash_is_reported_where_it_is_begun() {
    let source = "import hashlib\nh = hashlib.sha1()\nfor part in parts:\n    h.update(part)\n";
    assert_eq!(found(source), [("S301".to_owned(), 2)]);
}
