//! What a user may change about Bandit's rules; the defaults are Bandit 1.9.4's.

/// Configuration of one scan in Bandit mode.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Ids to run; empty for all.
    pub tests: Vec<String>,
    /// Ids not to run.
    pub skips: Vec<String>,
    /// Whether `# nosec` comments silence nothing.
    pub ignore_nosec: bool,
    /// B101: files in which assertions are accepted, as patterns of [`matches_pattern`](crate::matches_pattern).
    pub assert_skips: Vec<String>,
    /// B108: prefixes of shared directories.
    pub tmp_dirs: Vec<String>,
    /// B110: whether `except SomeError: pass` counts too.
    pub pass_typed_exception: bool,
    /// B112: whether `except SomeError: continue` counts too.
    pub continue_typed_exception: bool,
    /// B602 to B609: functions that start a process and take `shell=`.
    pub subprocess: Vec<String>,
    /// B605, B607, B609: functions that hand their argument to a shell.
    pub shell: Vec<String>,
    /// B606, B607: functions that start a process without a shell.
    pub no_shell: Vec<String>,
    /// B502, B503: names of protocol versions that are broken.
    pub bad_protocol_versions: Vec<String>,
    /// B505: sizes below which a DSA key is a high and a medium finding, in bits.
    pub weak_dsa: KeySizes,
    /// B505: the same for RSA.
    pub weak_rsa: KeySizes,
    /// B505: the same for elliptic curves.
    pub weak_ec: KeySizes,
    /// B704: further classes like `markupsafe.Markup`.
    pub markup_names: Vec<String>,
    /// B704: functions whose result may be marked safe.
    pub markup_allowed_calls: Vec<String>,
}

/// Sizes in bits below which a key is weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySizes {
    /// A high finding below this.
    pub high: u64,
    /// A medium finding below this.
    pub medium: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        let finite_field = KeySizes {
            high: 1024,
            medium: 2048,
        };
        Settings {
            tests: Vec::new(),
            skips: Vec::new(),
            ignore_nosec: false,
            assert_skips: Vec::new(),
            tmp_dirs: owned(&["/tmp", "/var/tmp", "/dev/shm"]),
            pass_typed_exception: false,
            continue_typed_exception: false,
            subprocess: owned(SUBPROCESS),
            shell: owned(SHELL),
            no_shell: owned(NO_SHELL),
            bad_protocol_versions: owned(BAD_PROTOCOLS),
            weak_dsa: finite_field,
            weak_rsa: finite_field,
            weak_ec: KeySizes {
                high: 160,
                medium: 224,
            },
            markup_names: Vec::new(),
            markup_allowed_calls: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether the test of this id is to run.
    pub fn selects(&self, id: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|named| named == id);
        (self.tests.is_empty() || named(&self.tests)) && !named(&self.skips)
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const SUBPROCESS: &[&str] = &[
    "subprocess.Popen",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.run",
];

const SHELL: &[&str] = &[
    "os.system",
    "os.popen",
    "os.popen2",
    "os.popen3",
    "os.popen4",
    "popen2.popen2",
    "popen2.popen3",
    "popen2.popen4",
    "popen2.Popen3",
    "popen2.Popen4",
    "commands.getoutput",
    "commands.getstatusoutput",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
];

const NO_SHELL: &[&str] = &[
    "os.execl",
    "os.execle",
    "os.execlp",
    "os.execlpe",
    "os.execv",
    "os.execve",
    "os.execvp",
    "os.execvpe",
    "os.spawnl",
    "os.spawnle",
    "os.spawnlp",
    "os.spawnlpe",
    "os.spawnv",
    "os.spawnve",
    "os.spawnvp",
    "os.spawnvpe",
    "os.startfile",
];

const BAD_PROTOCOLS: &[&str] = &[
    "PROTOCOL_SSLv2",
    "SSLv2_METHOD",
    "SSLv23_METHOD",
    "PROTOCOL_SSLv3",
    "PROTOCOL_TLSv1",
    "SSLv3_METHOD",
    "TLSv1_METHOD",
    "PROTOCOL_TLSv1_1",
    "TLSv1_1_METHOD",
];

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn tests_and_skips_select_together() {
        let mut settings = Settings::default();
        assert!(settings.selects("B101"));
        settings.tests = vec!["B101".into(), "B102".into()];
        settings.skips = vec!["B102".into()];
        assert!(settings.selects("B101"));
        assert!(!settings.selects("B102") && !settings.selects("B103"));
    }
}
