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
}

/// Every rule of the strict mode, sorted by id.
pub fn strict_rules() -> &'static [StrictRule] {
    &CATALOGUE
}

macro_rules! catalogue {
    ($($constant:ident $id:literal $name:literal $cwe:literal $severity:ident $fix:literal;)*) => {
        $(pub(super) const $constant: StrictRule = StrictRule {
            id: $id,
            name: $name,
            cwe: Cwe($cwe),
            severity: Severity::$severity,
            fix: $fix,
        };)*
        static CATALOGUE: [StrictRule; [$($id),*].len()] = [$($constant),*];
    };
}

catalogue! {
    CODE "S101" "code_injection" 94 High "use a table of functions or ast.literal_eval";
    COMMAND "S102" "command_injection" 78 High "pass a list of arguments to subprocess.run without a shell";
    PROGRAM "S103" "program_choice" 78 Medium "choose the program from a fixed list";
    SQL "S104" "sql_injection" 89 High "pass the values as parameters of execute";
    PATH "S105" "path_traversal" 22 Medium "resolve the path and check that it stays inside its directory";
    OBJECTS "S106" "unsafe_deserialization" 502 High "use json, or a safe loader";
    XML "S107" "xml_external_entities" 611 High "parse with defusedxml";
    REDIRECT "S108" "open_redirect" 601 Medium "compare the host with a list of allowed ones";
    REQUEST "S109" "request_forgery" 918 High "compare the host with a list of allowed ones";
    TEMPLATE "S110" "template_injection" 1336 High "keep the template constant and pass values to it";
    HTML "S111" "cross_site_scripting" 79 Medium "escape with html.escape, or render a template that escapes";
    PATTERN "S112" "pattern_injection" 1333 Medium "apply re.escape to it";
    LOG "S113" "log_injection" 117 Low "remove line breaks before logging";
    LDAP "S114" "ldap_injection" 90 High "escape it with ldap.filter.escape_filter_chars";
    XPATH "S115" "xpath_injection" 643 High "pass it as an XPath variable";
    FORMAT "S116" "format_string" 134 Medium "keep the format constant";
    HEADER "S117" "header_injection" 113 Medium "remove line breaks from header values";
    NOSQL "S118" "query_injection" 943 High "keep operators and expressions constant";
    LOOKUP "S119" "dynamic_lookup" 470 Medium "choose from a table of allowed names";
    ARCHIVE "S120" "archive_traversal" 22 Medium "check every member's path, or pass filter='data'";
    UPLOAD "S121" "unrestricted_upload" 434 Medium "check the extension against a list and use secure_filename";
    ASSIGNMENT "S122" "mass_assignment" 915 Low "copy only the fields that may be changed";
    UNBOUNDED "S123" "unbounded_input" 400 Low "stop at a maximum size";
    REFLECTED "S124" "unescaped_output" 116 Low "encode it for where it is shown";
    SQL_TEXT "S125" "sql_put_together" 89 Low "pass the values as parameters of execute, numbers too";
    TLS_VERIFY "S201" "tls_not_verified" 295 High "leave verification on";
    TLS_VERSION "S202" "old_tls_version" 327 Medium "use TLS 1.2 or newer";
    JWT "S203" "jwt_not_verified" 347 High "verify the signature with a fixed list of algorithms";
    HOST_KEY "S204" "host_key_not_verified" 295 Medium "load known hosts and use RejectPolicy";
    CLEARTEXT "S205" "cleartext_protocol" 319 Medium "use the encrypted protocol";
    COOKIE "S206" "cookie_without_flags" 614 Low "set secure=True and httponly=True";
    CORS "S207" "open_cors" 942 Medium "name the origins that may ask";
    DEBUG "S208" "debug_mode" 489 Medium "switch debugging off outside development";
    BIND_ALL "S209" "bind_all_interfaces" 605 Low "bind the address that clients use";
    AUTOESCAPE "S210" "autoescape_off" 79 Medium "pass autoescape=True or select_autoescape()";
    CSRF "S211" "csrf_off" 352 Medium "leave the protection on";
    HASH "S301" "weak_hash" 328 Medium "use SHA-256, or say usedforsecurity=False";
    PASSWORD_HASH "S302" "fast_password_hash" 916 High "use argon2, scrypt, bcrypt or PBKDF2 with a salt";
    CIPHER "S303" "weak_cipher" 327 High "use AES in GCM mode";
    KEY_SIZE "S304" "weak_key" 326 High "use at least 2048 bits for RSA and DSA, 224 for curves";
    STATIC_IV "S305" "static_iv" 329 Medium "draw a new one with os.urandom for every message";
    PREDICTABLE "S306" "predictable_secret" 338 Medium "use the secrets module";
    STATIC_SALT "S307" "static_salt" 760 Medium "draw a salt with os.urandom for every password";
    TIMING "S308" "timing_comparison" 208 Low "compare with hmac.compare_digest";
    SECRET "S401" "hardcoded_secret" 798 Medium "read it from the environment or a secret store";
    WEAK_PASSWORD "S402" "weak_password" 521 Medium "set a strong password outside the source";
    PERMISSIONS "S501" "open_permissions" 732 Medium "grant no more than the owner needs";
    TEMPORARY "S502" "insecure_temporary_file" 377 Medium "use tempfile.mkstemp or NamedTemporaryFile";
    RACE "S503" "check_then_use" 367 Low "use the file and handle the error, or lock it";
    ROOT "S504" "root_privileges" 250 Medium "drop privileges, and gain none";
    EXPOSURE "S601" "error_exposed" 209 Medium "log the error and answer with a fixed message";
    SECRET_LOGGED "S602" "secret_logged" 532 Medium "leave secrets out of logs";
    PLAIN_PASSWORD "S603" "plaintext_password" 256 High "store a salted hash of it";
    REDOS "S701" "costly_pattern" 1333 Medium "avoid repetitions inside repetitions of the same characters";
    OPEN_HOST "S702" "incomplete_host_pattern" 20 Medium "escape the dots and end the pattern";
    TAG_FILTER "S703" "incomplete_tag_filter" 116 Medium "use a sanitizer for HTML";
    ASSERTION "S801" "assertion_as_check" 617 Low "raise an exception; assert vanishes under -O";
    ACCOUNT "S802" "account_not_checked" 285 Medium "call pam_acct_mgmt after pam_authenticate";
    OBSOLETE "S803" "obsolete_function" 477 Low "use what replaced it";
    IDENTITY "S804" "identity_of_values" 595 Low "compare values with ==";
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
