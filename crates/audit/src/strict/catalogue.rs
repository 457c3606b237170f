//! Every rule of the strict mode: its id, which never changes its meaning, its weakness, and how to mend it.

use scrl_record::{Cwe, Severity};

/// A rule of the strict mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrictRule {
    /// Stable id, such as `S102`.
    pub id: &'static str,
    /// Short name, such as `command_injection`.
    pub name: &'static str,
    /// The weakness it points at.
    pub cwe: Cwe,
    /// How bad it is when whoever is hostile decides; one step less where only a parameter is known.
    pub severity: Severity,
    /// What to write instead.
    pub fix: &'static str,
    /// What can happen, in one sentence.
    pub why: &'static str,
}

/// Every rule of the strict mode, sorted by id.
pub fn strict_rules() -> &'static [StrictRule] {
    &CATALOGUE
}

macro_rules! catalogue {
    ($($constant:ident $id:literal $name:literal $cwe:literal $severity:ident $fix:literal $why:literal;)*) => {
        $(pub(super) const $constant: StrictRule = StrictRule {
            id: $id,
            name: $name,
            cwe: Cwe($cwe),
            severity: Severity::$severity,
            fix: $fix,
            why: $why,
        };)*
        static CATALOGUE: [StrictRule; [$($id),*].len()] = [$($constant),*];
    };
}

catalogue! {
    CODE "S101" "code_injection" 94 High "use a table of functions or ast.literal_eval"
        "Whoever writes the text decides what the program does.";
    COMMAND "S102" "command_injection" 78 High "pass a list of arguments to subprocess.run without a shell"
        "A shell reads `;`, `|` and `$()` in the text as commands of their own.";
    PROGRAM "S103" "program_choice" 78 Medium "choose the program from a fixed list"
        "Whoever names the program decides what runs.";
    SQL "S104" "sql_injection" 89 High "pass the values as parameters of execute"
        "Quotes in the value end the text and the rest is read as SQL.";
    PATH "S105" "path_traversal" 22 Medium "resolve the path and check that it stays inside its directory"
        "`../` or an absolute path leads out of the directory that was meant";
    OBJECTS "S106" "unsafe_deserialization" 502 High "use json, or a safe loader"
        "Loading may call any function that the data names.";
    XML "S107" "xml_external_entities" 611 High "parse with defusedxml"
        "Entities of a document read local files, ask other servers or grow without end.";
    REDIRECT "S108" "open_redirect" 601 Medium "compare the host with a list of allowed ones"
        "A link to this site sends people to another one that looks like it.";
    REQUEST "S109" "request_forgery" 918 High "compare the host with a list of allowed ones"
        "The server asks what its sender cannot reach: services inside, metadata of the cloud.";
    TEMPLATE "S110" "template_injection" 1336 High "keep the template constant and pass values to it"
        "Expressions in a template reach the objects of the program.";
    HTML "S111" "cross_site_scripting" 79 Medium "escape with html.escape, or render a template that escapes"
        "Scripts in the value run in the browser of whoever sees the page.";
    PATTERN "S112" "pattern_injection" 1333 Medium "apply re.escape to it"
        "A pattern may match what was not meant, or take exponential time.";
    LOG "S113" "log_injection" 117 Low "remove line breaks before logging"
        "Line breaks in the value forge entries of the log.";
    LDAP "S114" "ldap_injection" 90 High "escape it with ldap.filter.escape_filter_chars"
        "Parentheses and `*` in the value change what is searched for.";
    XPATH "S115" "xpath_injection" 643 High "pass it as an XPath variable"
        "Quotes in the value change what is selected.";
    FORMAT "S116" "format_string" 134 Medium "keep the format constant"
        "Fields of a format such as `{0.__class__}` read attributes of what is formatted.";
    HEADER "S117" "header_injection" 113 Medium "remove line breaks from header values"
        "Line breaks in the value add headers or a body of their own.";
    NOSQL "S118" "query_injection" 943 High "keep operators and expressions constant"
        "Operators in the value change what is asked for.";
    LOOKUP "S119" "dynamic_lookup" 470 Medium "choose from a table of allowed names"
        "A name that is not known here may reach any function.";
    ARCHIVE "S120" "archive_traversal" 22 Medium "check every member's path, or pass filter='data'"
        "Members named `../x` or links are written outside the directory.";
    UPLOAD "S121" "unrestricted_upload" 434 Medium "check the extension against a list and use secure_filename"
        "A file that the server runs or a browser shows as a page may be stored.";
    ASSIGNMENT "S122" "mass_assignment" 915 Low "copy only the fields that may be changed"
        "Whoever sends the fields also sets those that they should not, such as a role.";
    UNBOUNDED "S123" "unbounded_input" 400 Low "stop at a maximum size"
        "Whoever sends without end uses up memory or time.";
    REFLECTED "S124" "unescaped_output" 116 Low "encode it for where it is shown"
        "The value is read as markup by whatever shows it.";
    SQL_TEXT "S125" "sql_put_together" 89 Low "pass the values as parameters of execute, numbers too"
        "The next change that puts a text there makes it an injection.";
    TLS_VERIFY "S201" "tls_not_verified" 295 High "leave verification on"
        "Whoever sits between reads and changes what is sent.";
    TLS_VERSION "S202" "old_tls_version" 327 Medium "use TLS 1.2 or newer"
        "Known attacks decrypt what these protocols carry.";
    JWT "S203" "jwt_not_verified" 347 High "verify the signature with a fixed list of algorithms"
        "Anyone writes a token that is believed.";
    HOST_KEY "S204" "host_key_not_verified" 295 Medium "load known hosts and use RejectPolicy"
        "Whoever answers first is taken for the host.";
    CLEARTEXT "S205" "cleartext_protocol" 319 Medium "use the encrypted protocol"
        "Passwords and data are sent where others can read them.";
    COOKIE "S206" "cookie_without_flags" 614 Low "set secure=True and httponly=True"
        "The cookie is sent without encryption, or scripts read it.";
    CORS "S207" "open_cors" 942 Medium "name the origins that may ask"
        "Any site asks in the name of whoever visits it.";
    DEBUG "S208" "debug_mode" 489 Medium "switch debugging off outside development"
        "Errors show the program, and a debugger runs code for a visitor.";
    BIND_ALL "S209" "bind_all_interfaces" 605 Low "bind the address that clients use"
        "Every network of the machine reaches the service.";
    AUTOESCAPE "S210" "autoescape_off" 79 Medium "pass autoescape=True or select_autoescape()"
        "Scripts in values run in the browser of whoever sees the page.";
    CSRF "S211" "csrf_off" 352 Medium "leave the protection on"
        "Any site sends forms in the name of whoever visits it.";
    HASH "S301" "weak_hash" 328 Medium "use SHA-256, or say usedforsecurity=False"
        "Two texts of the same hash are quickly made.";
    PASSWORD_HASH "S302" "fast_password_hash" 916 High "use argon2, scrypt, bcrypt or PBKDF2 with a salt"
        "Fast hashes let thousands of millions of guesses a second be tried.";
    CIPHER "S303" "weak_cipher" 327 High "use AES in GCM mode"
        "What is encrypted can be read or changed without the key.";
    KEY_SIZE "S304" "weak_key" 326 High "use at least 2048 bits for RSA and DSA, 224 for curves"
        "Keys of this size have been broken.";
    STATIC_IV "S305" "static_iv" 329 Medium "draw a new one with os.urandom for every message"
        "Equal texts look equal, and some modes give the text away.";
    PREDICTABLE "S306" "predictable_secret" 338 Medium "use the secrets module"
        "Whoever sees a few values computes the next ones.";
    STATIC_SALT "S307" "static_salt" 760 Medium "draw a salt with os.urandom for every password"
        "One table of guesses serves for every password.";
    TIMING "S308" "timing_comparison" 208 Low "compare with hmac.compare_digest"
        "The time that an answer takes tells how much of a guess is right.";
    SECRET "S401" "hardcoded_secret" 798 Medium "read it from the environment or a secret store"
        "Whoever sees the source has the secret, and it can hardly be changed.";
    WEAK_PASSWORD "S402" "weak_password" 521 Medium "set a strong password outside the source"
        "Anyone gets in, or whoever tries the usual passwords.";
    PERMISSIONS "S501" "open_permissions" 732 Medium "grant no more than the owner needs"
        "Other users of the machine read, change or replace the file.";
    TEMPORARY "S502" "insecure_temporary_file" 377 Medium "use tempfile.mkstemp or NamedTemporaryFile"
        "Another user of the machine puts a file or a link there first.";
    RACE "S503" "check_then_use" 367 Low "use the file and handle the error, or lock it"
        "What was checked may be replaced before it is used.";
    ROOT "S504" "root_privileges" 250 Medium "drop privileges, and gain none"
        "Every other mistake then gives away the whole machine.";
    EXPOSURE "S601" "error_exposed" 209 Medium "log the error and answer with a fixed message"
        "Paths, statements and versions in the error help an attacker.";
    SECRET_LOGGED "S602" "secret_logged" 532 Medium "leave secrets out of logs"
        "Logs are read by more people and kept for longer than secrets should be.";
    PLAIN_PASSWORD "S603" "plaintext_password" 256 High "store a salted hash of it"
        "Whoever reads the database has the passwords.";
    REDOS "S701" "costly_pattern" 1333 Medium "avoid repetitions inside repetitions of the same characters"
        "One short text keeps the program busy for hours.";
    OPEN_HOST "S702" "incomplete_host_pattern" 20 Medium "escape the dots and end the pattern"
        "A name of somebody else's, such as `wwwXexample.com`, matches too.";
    TAG_FILTER "S703" "incomplete_tag_filter" 116 Medium "use a sanitizer for HTML"
        "Browsers run what this leaves in.";
    ASSERTION "S801" "assertion_as_check" 617 Low "raise an exception; assert vanishes under -O"
        "Under `-O` assertions are not run, and the check is gone.";
    ACCOUNT "S802" "account_not_checked" 285 Medium "call pam_acct_mgmt after pam_authenticate"
        "Accounts that were locked or have expired still get in.";
    OBSOLETE "S803" "obsolete_function" 477 Low "use what replaced it"
        "It is removed from newer versions, or known to be unsafe.";
    IDENTITY "S804" "identity_of_values" 595 Low "compare values with =="
        "The answer depends on what the interpreter happens to share.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_names_are_unique_and_sorted() {
        let rules = strict_rules();
        assert!(rules.windows(2).all(|pair| pair[0].id < pair[1].id));
        let mut names: Vec<_> = rules.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), rules.len());
    }
}
