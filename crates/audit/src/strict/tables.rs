//! What library functions mean to a value: where it enters, what cleans it, what it is after.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::hasher::NameSet;
use super::sinks;
use super::value::{Clean, Level};

/// Who fills in what a path stands for, and words for it.
pub(super) fn source(path: &str) -> Option<(Level, &'static str)> {
    Some(match path {
        "input" | "raw_input" => (Level::Console, "`input()`"),
        "sys.argv" => (Level::Starter, "`sys.argv`"),
        "sys.stdin" | "fileinput.input" => (Level::Console, "standard input"),
        "argparse.ArgumentParser().parse_args" | "optparse.OptionParser().parse_args" => {
            (Level::Starter, "a command line argument")
        }
        "os.environ" | "os.getenv" | "os.environb" => (Level::Starter, "the environment"),
        "urllib.request.urlopen"
        | "requests.get"
        | "requests.post"
        | "requests.request"
        | "httpx.get"
        | "http.client.HTTPConnection().getresponse" => (Level::Outside, "another server's answer"),
        "socket.socket().recv"
        | "socket.socket().recvfrom"
        | "socket.socket().makefile"
        | "socket.create_connection().recv" => (Level::Remote, "a socket"),
        "cgi.FieldStorage" | "cgi.parse" => (Level::Remote, "a request"),
        "open" | "io.open" | "codecs.open" => (Level::File, "a file"),
        _ => return None,
    })
}

/// What a method of an unknown object hands in.
pub(super) fn source_method(method: &str) -> Option<(Level, &'static str)> {
    Some(match method {
        "recv" | "recvfrom" | "recv_string" | "receive_json" => (Level::Remote, "a socket"),
        "get_argument" | "get_arguments" | "get_body_argument" | "get_query_argument"
        | "get_cookie" => (Level::Remote, "a request"),
        "parse_args" | "parse_known_args" => (Level::Starter, "a command line argument"),
        _ => return None,
    })
}

/// What the result of a library function is clean of.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cleans(path: &str) -> Option<Clean> {
    Some(match path {
        "int"
        | "float"
        | "bool"
        | "complex"
        | "len"
        | "dir"
        | "ord"
        | "round"
        | "hash"
        | "id"
        | "range"
        | "isinstance"
        | "hasattr"
        | "callable"
        | "type"
        | "issubclass"
        | "hex"
        | "bin"
        | "oct"
        | "enumerate.index"
        | "decimal.Decimal"
        | "uuid.UUID"
        | "ipaddress.ip_address"
        | "datetime.datetime.strptime"
        | "datetime.datetime.fromisoformat"
        | "datetime.date.fromisoformat"
        | "os.path.exists"
        | "os.path.isfile"
        | "os.path.isdir"
        | "os.path.getsize"
        | "os.stat"
        | "base64.b64encode"
        | "base64.urlsafe_b64encode"
        | "binascii.hexlify"
        | "time.time"
        | "hmac.compare_digest"
        | "math.sqrt" => Clean::ALL,
        // What is compiled is judged where it is.
        "compile" => Clean::CODE,
        "shlex.quote" | "pipes.quote" => Clean::SHELL,
        // Templates escape what they are given; where they do not, the engine's settings are flagged.
        "flask.render_template"
        | "render_template"
        | "django.shortcuts.render"
        | "render"
        | "flask.redirect"
        | "redirect"
        | "flask.send_file"
        | "flask.make_response"
        | "make_response"
        | "flask.Response"
        | "Response"
        | "django.http.HttpResponse"
        | "HttpResponse"
        | "django.http.JsonResponse"
        | "JsonResponse"
        | "fastapi.responses.JSONResponse"
        | "flask.render_template_string"
        | "aiohttp.web.Response"
        | "aiohttp.web.json_response"
        | "markupsafe.Markup"
        | "flask.Markup" => Clean::HTML,
        // Addresses of this very site.
        "flask.url_for" | "url_for" | "django.urls.reverse" | "reverse" => {
            Clean::HTML.and(Clean::URL)
        }
        "html.escape"
        | "cgi.escape"
        | "markupsafe.escape"
        | "flask.escape"
        | "jinja2.escape"
        | "django.utils.html.escape"
        | "django.utils.html.conditional_escape"
        | "bleach.clean"
        | "xml.sax.saxutils.escape"
        | "xml.sax.saxutils.quoteattr"
        | "markupsafe.Markup.escape"
        | "escape"
        | "nh3.clean"
        | "flask.jsonify" => Clean::HTML.and(Clean::XML),
        "os.path.basename"
        | "werkzeug.security.safe_join"
        | "werkzeug.utils.safe_join"
        | "flask.safe_join" => Clean::PATH,
        "werkzeug.utils.secure_filename" | "werkzeug.secure_filename" | "secure_filename" => {
            Clean::PATH.and(Clean::NAME).and(Clean::SHELL)
        }
        "urllib.parse.quote"
        | "urllib.parse.quote_plus"
        | "urllib.parse.urlencode"
        | "urllib.quote"
        | "urllib.quote_plus"
        | "urllib.urlencode" => Clean::URL.and(Clean::LINES).and(Clean::HTML),
        "re.escape" => Clean::REGEX,
        "ldap.filter.escape_filter_chars"
        | "ldap.dn.escape_dn_chars"
        | "ldap3.utils.conv.escape_filter_chars"
        | "ldap3.utils.dn.escape_rdn" => Clean::LDAP,
        "json.dumps" | "repr" => Clean::LINES,
        "psycopg2.sql.Identifier"
        | "psycopg2.sql.Literal"
        | "MySQLdb.escape_string"
        | "psycopg2.extensions.quote_ident" => Clean::SQL,
        _ if path.starts_with("hashlib.")
            || path.starts_with("hmac.")
            || path.starts_with("uuid.") =>
        {
            Clean::ALL
        }
        _ if path.starts_with("secrets.") || path.starts_with("psycopg2.sql.") => Clean::ALL,
        _ => return None,
    })
}

/// What a method takes away from what it is called on.
pub(super) fn method_cleans(method: &str) -> Option<Clean> {
    Some(match method {
        "startswith" | "endswith" | "isdigit" | "isalnum" | "isalpha" | "find" | "index"
        | "rfind" | "count" | "exists" | "is_file" | "is_dir" | "hexdigest" | "digest"
        | "isnumeric" | "__len__" | "timestamp" | "fileno" | "stat" | "rowcount" | "verify"
        | "execute" | "fetchone" | "fetchall" => Clean::ALL,
        "escape_string" | "quote_identifier" | "escape_literal" => Clean::SQL,
        _ => return None,
    })
}

/// Whether a method may take the beginning of a text away.
pub(super) fn shortens(method: &str) -> bool {
    matches!(
        method,
        "strip"
            | "lstrip"
            | "replace"
            | "removeprefix"
            | "split"
            | "rsplit"
            | "partition"
            | "rpartition"
    )
}

/// A name in lower case, as it is where it already is so.
pub(super) fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether a function that this source does not define says by its name that it makes its argument safe.
pub(super) fn sanitizes(name: &str) -> bool {
    let name = lower_case(name);
    [
        "sanit",
        "escape",
        "quote",
        "clean",
        "purif",
        "strip_tags",
        "secure_filename",
        "safe_md",
        "safe_join",
    ]
    .iter()
    .any(|word| name.contains(word))
        && !name.contains("unescape")
        && !name.contains("unquote")
}

/// Whether a function that this source does not define says by its name that it checks its argument.
pub(super) fn validates(name: &str) -> bool {
    let name = lower_case(name);
    let bare = name.trim_start_matches('_');
    [
        "is_safe",
        "is_valid",
        "is_allowed",
        "validate",
        "verify_",
        "allowed_",
        "valid_",
        "is_trusted",
        "check_path",
        "check_url",
        "check_name",
        "is_permitted",
        "is_subpath",
        "url_has_allowed",
        "is_within",
        "isvalid",
        "issafe",
    ]
    .iter()
    .any(|word| bare.starts_with(word))
        || name.contains("allowed_host")
}

/// Calls after which nothing runs.
pub(super) fn never_returns(path: &str) -> bool {
    matches!(
        path,
        "sys.exit"
            | "exit"
            | "quit"
            | "os._exit"
            | "os.abort"
            | "abort"
            | "flask.abort"
            | "self.fail"
            | "parser.error"
            | "bottle.abort"
    )
}

/// Whether a call is one that no rule looks at: a builtin, or a method that containers and texts have.
pub(super) fn is_ordinary(name: &str, is_method: bool) -> bool {
    static SETS: OnceLock<[NameSet<&'static str>; 2]> = OnceLock::new();
    let sets =
        SETS.get_or_init(|| [BUILTINS, METHODS].map(|names| names.iter().copied().collect()));
    sets[usize::from(is_method)].contains(name)
}

const BUILTINS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bin",
    "bool",
    "chr",
    "dict",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "hash",
    "hex",
    "input",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "ord",
    "pow",
    "print",
    "range",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "zip",
    "math.sqrt",
    "math.gcd",
    "math.ceil",
    "math.floor",
    "collections.Counter",
    "collections.defaultdict",
    "collections.deque",
    "Counter",
    "defaultdict",
    "deque",
    "heapq.heappush",
    "heapq.heappop",
    "heappush",
    "heappop",
    "sys.stdin.readline",
];

const METHODS: &[&str] = &[
    "append",
    "pop",
    "sort",
    "split",
    "strip",
    "items",
    "keys",
    "values",
    "add",
    "remove",
    "popleft",
    "appendleft",
    "extend",
    "index",
    "count",
    "join",
    "lower",
    "upper",
    "isdigit",
    "isalpha",
    "isalnum",
    "copy",
    "reverse",
    "insert",
    "startswith",
    "endswith",
    "clear",
    "discard",
    "rstrip",
    "lstrip",
    "readline",
    "union",
    "setdefault",
    "bit_length",
    "title",
    "islower",
    "isupper",
    "zfill",
    "ljust",
    "rjust",
    "swapcase",
    "splitlines",
];

/// Whether some table speaks of a path.
pub(super) fn is_known(path: &str) -> bool {
    source(path).is_some() || cleans(path).is_some() || !sinks::by_path(path).is_empty()
}
