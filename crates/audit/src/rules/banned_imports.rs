//! Imports that are flagged for their name alone: B401 to B415.
//!
//! Names, severities and messages are Bandit 1.9.4's `blacklists/imports.py`; confidence is always high.
//! A name matches as a *prefix* of what is imported, so `import pickleshare` is flagged as `pickle` is.

use scrl_record::{Cwe, Severity};

use super::RuleInfo;
use super::banned::Banned;

/// The flagged imports, in the order in which the first match wins.
pub(super) static IMPORTS: [Banned; 13] = [
    Banned {
        info: RuleInfo {
            id: "B401",
            name: "import_telnetlib",
            severity: "HIGH",
            cwe: Cwe(319),
            summary: "telnetlib is imported; Telnet sends everything in the clear",
        },
        severity: Severity::High,
        names: &["telnetlib"],
        message: "A telnet-related module is being imported.  Telnet is considered insecure. Use SSH or some other encrypted protocol.",
    },
    Banned {
        info: RuleInfo {
            id: "B402",
            name: "import_ftplib",
            severity: "HIGH",
            cwe: Cwe(319),
            summary: "ftplib is imported; FTP sends everything in the clear",
        },
        severity: Severity::High,
        names: &["ftplib"],
        message: "A FTP-related module is being imported.  FTP is considered insecure. Use SSH/SFTP/SCP or some other encrypted protocol.",
    },
    Banned {
        info: RuleInfo {
            id: "B403",
            name: "import_pickle",
            severity: "LOW",
            cwe: Cwe(502),
            summary: "a module that unpickles is imported",
        },
        severity: Severity::Low,
        names: &["pickle", "cPickle", "dill", "shelve"],
        message: "Consider possible security implications associated with {name} module.",
    },
    Banned {
        info: RuleInfo {
            id: "B404",
            name: "import_subprocess",
            severity: "LOW",
            cwe: Cwe(78),
            summary: "subprocess is imported",
        },
        severity: Severity::Low,
        names: &["subprocess"],
        message: "Consider possible security implications associated with the subprocess module.",
    },
    Banned {
        info: RuleInfo {
            id: "B405",
            name: "import_xml_etree",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.etree.cElementTree", "xml.etree.ElementTree"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
    },
    Banned {
        info: RuleInfo {
            id: "B406",
            name: "import_xml_sax",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.sax"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
    },
    Banned {
        info: RuleInfo {
            id: "B407",
            name: "import_xml_expat",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.dom.expatbuilder"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
    },
    Banned {
        info: RuleInfo {
            id: "B408",
            name: "import_xml_minidom",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.dom.minidom"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
    },
    Banned {
        info: RuleInfo {
            id: "B409",
            name: "import_xml_pulldom",
            severity: "LOW",
            cwe: Cwe(20),
            summary: "an XML parser open to entity attacks is imported",
        },
        severity: Severity::Low,
        names: &["xml.dom.pulldom"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Replace {name} with the equivalent defusedxml package, or make sure defusedxml.defuse_stdlib() is called.",
    },
    Banned {
        info: RuleInfo {
            id: "B411",
            name: "import_xmlrpclib",
            severity: "HIGH",
            cwe: Cwe(20),
            summary: "xmlrpc is imported; its parser is open to entity attacks",
        },
        severity: Severity::High,
        names: &["xmlrpc"],
        message: "Using {name} to parse untrusted XML data is known to be vulnerable to XML attacks. Use defusedxml.xmlrpc.monkey_patch() function to monkey-patch xmlrpclib and mitigate XML vulnerabilities.",
    },
    Banned {
        info: RuleInfo {
            id: "B412",
            name: "import_httpoxy",
            severity: "HIGH",
            cwe: Cwe(284),
            summary: "a CGI handler is imported; HTTP_PROXY may be set by a client",
        },
        severity: Severity::High,
        names: &[
            "wsgiref.handlers.CGIHandler",
            "twisted.web.twcgi.CGIScript",
            "twisted.web.twcgi.CGIDirectory",
        ],
        message: "Consider possible security implications associated with {name} module.",
    },
    Banned {
        info: RuleInfo {
            id: "B413",
            name: "import_pycrypto",
            severity: "HIGH",
            cwe: Cwe(327),
            summary: "pyCrypto is imported; it is no longer maintained",
        },
        severity: Severity::High,
        names: &[
            "Crypto.Cipher",
            "Crypto.Hash",
            "Crypto.IO",
            "Crypto.Protocol",
            "Crypto.PublicKey",
            "Crypto.Random",
            "Crypto.Signature",
            "Crypto.Util",
        ],
        message: "The pyCrypto library and its module {name} are no longer actively maintained and have been deprecated. Consider using pyca/cryptography library.",
    },
    Banned {
        info: RuleInfo {
            id: "B415",
            name: "import_pyghmi",
            severity: "HIGH",
            cwe: Cwe(319),
            summary: "pyghmi is imported; IPMI sends everything in the clear",
        },
        severity: Severity::High,
        names: &["pyghmi"],
        message: "An IPMI-related module is being imported. IPMI is considered insecure. Use an encrypted protocol.",
    },
];
