//! Uses that a hostile value must not reach, as a table: the call, its arguments, and what would have made it safe.

use std::sync::OnceLock;

use super::catalogue as rules;
use super::catalogue::StrictRule;
use super::hasher::NameMap;
use super::value::{Clean, Level};

/// Which arguments of a call matter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    /// The positional ones before this index, and keywords of these names.
    First(usize, &'static [&'static str]),
    /// The positional one at this index, and keywords of these names.
    At(usize, &'static [&'static str]),
    All,
    /// What the method is called on.
    Receiver,
}

/// One kind of use.
#[derive(Debug)]
pub(super) struct Sink {
    pub(super) rule: StrictRule,
    pub(super) which: Which,
    pub(super) need: Clean,
    /// Values from less hostile places are let through.
    pub(super) floor: Level,
    pub(super) words: &'static str,
    /// Qualified names; those that start with a dot are methods of unknown objects.
    pub(super) calls: &'static [&'static str],
}

/// The uses that a call of this path may be.
pub(super) fn by_path(path: &str) -> &'static [&'static Sink] {
    tables().0.get(path).map_or(&[], Vec::as_slice)
}

/// The uses that a call of this method of an unknown object may be.
pub(super) fn by_method(name: &str) -> &'static [&'static Sink] {
    tables().1.get(name).map_or(&[], Vec::as_slice)
}

type Table = NameMap<&'static str, Vec<&'static Sink>>;

fn tables() -> &'static (Table, Table) {
    static TABLES: OnceLock<(Table, Table)> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut tables = (Table::default(), Table::default());
        for sink in SINKS {
            for call in sink.calls {
                match call.strip_prefix('.') {
                    Some(method) => tables.1.entry(method).or_default().push(sink),
                    None => tables.0.entry(call).or_default().push(sink),
                }
            }
        }
        tables
    })
}

macro_rules! sinks {
    ($($rule:ident $need:ident $floor:ident $which:expr, $words:literal, [$($call:literal),* $(,)?];)*) => {
        static SINKS: &[Sink] = &[$(Sink {
            rule: rules::$rule,
            which: $which,
            need: Clean::$need,
            floor: Level::$floor,
            words: $words,
            calls: &[$($call),*],
        }),*];
    };
}

use Which::{All, At, First, Receiver};

sinks! {
    CODE CODE File First(1, &["source", "object", "code"]), "is run as code",
        ["eval", "exec", "execfile", "compile", "code.interact", "runpy.run_path", "timeit.timeit",
         "pandas.eval", "numexpr.evaluate", "code.InteractiveInterpreter().runcode",
         "code.InteractiveInterpreter().runsource", "sympy.sympify", ".runsource"];
    COMMAND SHELL File First(1, &["command", "cmd"]), "is run by a shell",
        ["os.system", "os.popen", "os.popen2", "os.popen3", "os.popen4", "popen2.popen2", "popen2.popen3",
         "subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell",
         "asyncio.subprocess.create_subprocess_shell", "pexpect.run", "pexpect.spawn",
         "fabric.api.run", "fabric.api.local", "fabric.api.sudo", "invoke.run",
         "paramiko.SSHClient().exec_command", ".exec_command", "__salt__[]"];
    PROGRAM SHELL Parameter First(1, &["path", "file"]), "names the program to run",
        ["os.execl", "os.execle", "os.execlp", "os.execlpe", "os.execv", "os.execve", "os.execvp", "os.execvpe",
         "os.spawnl", "os.spawnv", "os.startfile", "pty.spawn"];
    PATH PATH Parameter First(1, &["file", "name", "path", "filename"]), "names a file to open",
        ["open", "io.open", "codecs.open", "os.open", "io.FileIO", "gzip.open", "bz2.open", "lzma.open", "file",
         "tarfile.open", "zipfile.ZipFile", "numpy.load", "numpy.loadtxt", "pandas.read_csv", "PIL.Image.open",
         "aiofiles.open", "linecache.getlines"];
    PATH PATH Parameter All, "names a file to change",
        ["os.remove", "os.unlink", "os.rmdir", "os.removedirs", "os.mkdir", "os.makedirs", "os.rename", "os.replace",
         "os.chmod", "os.chown", "os.symlink", "os.link", "os.truncate", "shutil.rmtree", "shutil.copy",
         "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move", "os.chdir", "os.chroot"];
    PATH PATH Parameter All, "names a file to read",
        ["os.listdir", "os.scandir", "glob.glob", "os.walk"];
    PATH PATH Parameter First(1, &["path_or_file", "filename_or_fp", "path"]), "names a file to send",
        ["flask.send_file", "django.http.FileResponse", "fastapi.responses.FileResponse", "bottle.static_file",
         "starlette.responses.FileResponse", "aiohttp.web.FileResponse"];
    PATH PATH Parameter First(1, &["directory"]), "names a directory to send from",
        ["flask.send_from_directory"];
    PATH PATH Parameter Receiver, "names a file to use",
        [".read_text", ".write_text", ".read_bytes", ".write_bytes"];
    XPATH XPATH File First(1, &["path", "_path"]), "is part of an XPath query",
        [".xpath", "lxml.etree.XPath", "lxml.etree.ETXPath"];
    REDIRECT URL Outside First(1, &["location", "url", "to", "redirect_to"]), "decides where a client is sent",
        ["flask.redirect", "redirect", "django.shortcuts.redirect", "django.http.HttpResponseRedirect",
         "HttpResponseRedirect", "django.http.HttpResponsePermanentRedirect", "bottle.redirect", "web.seeother",
         "fastapi.responses.RedirectResponse", "starlette.responses.RedirectResponse", "aiohttp.web.HTTPFound",
         "werkzeug.utils.redirect", "tornado.web.RequestHandler().redirect", "cherrypy.HTTPRedirect", ".redirect"];
    REQUEST URL Outside First(1, &["url"]), "decides where a request goes",
        ["requests.get", "requests.post", "requests.put", "requests.delete", "requests.head", "requests.patch",
         "requests.options", "requests.Session().get", "requests.Session().post", "requests.session().get",
         "urllib.request.urlopen", "urllib.request.Request", "urllib.urlopen", "urllib.request.urlretrieve",
         "httpx.get", "httpx.post", "httpx.AsyncClient().get", "httpx.Client().get", "aiohttp.ClientSession().get",
         "aiohttp.ClientSession().post", "http.client.HTTPConnection", "http.client.HTTPSConnection",
         "pycurl.Curl().setopt", "urllib3.PoolManager().request"];
    REQUEST URL Outside At(1, &["url"]), "decides where a request goes",
        ["requests.request", "httpx.request", "requests.Session().request"];
    TEMPLATE HTML Parameter First(1, &["source"]), "is run as a template",
        ["flask.render_template_string", "jinja2.Template", "jinja2.Environment().from_string", "mako.template.Template",
         "django.template.Template", "tornado.template.Template", "Template().render", ".from_string"];
    HTML HTML Parameter First(1, &["s", "content"]), "is marked as safe HTML",
        ["markupsafe.Markup", "flask.Markup", "Markup", "django.utils.safestring.mark_safe", "mark_safe",
         "django.utils.safestring.SafeString", "django.utils.safestring.SafeText"];
    HTML HTML Remote First(1, &["response", "content", "body", "text"]), "is sent as HTML",
        ["flask.make_response", "flask.Response", "make_response", "Response", "django.http.HttpResponse", "HttpResponse",
         "fastapi.responses.HTMLResponse", "HTMLResponse", "starlette.responses.HTMLResponse", "aiohttp.web.Response",
         "werkzeug.wrappers.Response", "werkzeug.Response"];
    PATTERN REGEX Outside First(1, &["pattern"]), "is a regular expression",
        ["re.compile", "re.search", "re.match", "re.fullmatch", "re.findall", "re.finditer", "re.sub", "re.split",
         "regex.compile", "regex.search", "regex.match"];
    LOG LINES Console All, "is written to a log",
        ["logging.debug", "logging.info", "logging.warning", "logging.warn", "logging.error", "logging.critical",
         "logging.exception", "logging.log", "logging.getLogger().debug", "logging.getLogger().info",
         "logging.getLogger().warning", "logging.getLogger().warn", "logging.getLogger().error",
         "logging.getLogger().critical", "logging.getLogger().exception", "flask.Flask().logger.debug",
         "flask.Flask().logger.info", "flask.Flask().logger.warning", "flask.Flask().logger.error",
         "flask.Flask().logger.critical", "flask.current_app.logger.info", "flask.current_app.logger.error",
         "flask.current_app.logger.warning", "flask.Flask().logger.exception", "loguru.logger.info"];
    LDAP LDAP Parameter First(3, &["base", "filterstr", "search_filter", "search_base"]), "is part of an LDAP query",
        [".search_s", ".search_st", ".search_ext", ".search_ext_s", "ldap3.Connection().search",
         "ldap.initialize().search", "ldap.initialize().search_s", "ldap.open().search_s"];
    LDAP LDAP Remote First(2, &["user"]), "is part of an LDAP name",
        ["ldap3.Connection", ".simple_bind_s"];
    FORMAT FORMAT Outside Receiver, "is a format string",
        [".format", ".format_map"];
    HEADER LINES Remote At(1, &[]), "is written into a header",
        ["flask.Response().headers.add", "werkzeug.datastructures.Headers().add", ".add_header", ".set_header",
         ".send_header", ".putheader"];
    NOSQL SQL File First(1, &["FilterExpression", "KeyConditionExpression", "filter"]), "is part of a query",
        ["boto3.client().scan", "boto3.client().query", "boto3.resource().Table().scan",
         "boto3.resource().Table().query"];
    NOSQL SQL Remote First(2, &["filter"]), "is a query",
        [".find_one", ".delete_many", ".update_one"];
    LOOKUP NAME Outside First(1, &["name"]), "names the module to load",
        ["__import__", "importlib.import_module", "importlib.__import__", "imp.load_source", "pydoc.locate"];
    LOOKUP NAME Outside At(1, &["name"]), "names the attribute to use",
        ["getattr", "setattr", "delattr"];
    UNBOUNDED SIZE Remote First(1, &["secs"]), "decides how long this takes",
        ["time.sleep"];
}
